namespace Aura.Tests.Fire;

public sealed class ServerProcessTests
{
    [Fact]
    public async Task What_was_answered_is_there_after_kill_9_and_after_SIGTERM()
    {
        var database = await TestCluster.CreateDatabase();
        var emails = new List<string>();

        for (var round = 0; round < 3; round++)
        {
            await using var server = await ServerProcess.Start(database);
            using var client = server.Client(ServerProcess.TestKey);
            for (var i = 0; i < 5; i++)
            {
                emails.Add($"{round}-{i}@b.co");
                await client.Ok("POST /v2/customers", new { email = emails[^1] });
            }

            if (round == 1)
                Assert.Equal(0, await server.Stop());
            else
                server.Kill();
        }

        await using var last = await ServerProcess.Start(database);
        var found = await last.Client(ServerProcess.TestKey).Ok("GET /v2/customers?limit=200&email=@b.co");
        Assert.Equal(emails.Order(), found["data"]!.AsArray().Select(customer => (string)customer!["email"]!).Order());
    }

    [Fact]
    public async Task Servers_that_start_together_on_an_empty_database_make_one_account_and_fill_its_sandbox()
    {
        var database = await TestCluster.CreateDatabase();

        var servers = await Task.WhenAll(ServerProcess.Start(database), ServerProcess.Start(database));

        var tenants = await Task.WhenAll(servers.Select(server => server.Client(ServerProcess.LiveKey).Ok("GET /v2/tenants")));
        Assert.All(tenants, list => Assert.Single(list["data"]!.AsArray()));
        Assert.Equal(tenants[0].ToJsonString(), tenants[1].ToJsonString());
        foreach (var list in (string[])["products", "customers", "orders"])
        {
            Assert.NotEmpty((await servers[0].Client(ServerProcess.TestKey).Ok($"GET /v2/{list}"))["data"]!.AsArray());
            Assert.Empty((await servers[1].Client(ServerProcess.LiveKey).Ok($"GET /v2/{list}"))["data"]!.AsArray());
        }

        foreach (var server in servers)
            await server.DisposeAsync();
    }
}
