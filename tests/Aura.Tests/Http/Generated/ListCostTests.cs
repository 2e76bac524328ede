namespace Aura.Tests.Http.Generated;

/// <summary>What a list costs does not depend on how long it is.</summary>
/// <remarks>On a server of its own: whenever another test opens a store, the shared one looks up anew who calls.</remarks>
public sealed class ListCostTests
{
    /// <remarks>The event log is not among them: it takes a command for each kind of thing that its events are about.</remarks>
    [Fact]
    public async Task Every_list_takes_the_same_number_of_SQL_commands_at_1_50_and_200_rows()
    {
        await using var server = await TestServer.Start();
        var full = await FullStore.Open(server);
        await full.Multiply(200);
        var ids = await full.Ids();
        var wrong = new List<string>();

        foreach (var route in (await Api.Routes()).Where(route => route.IsList))
        {
            var path = route.PathParameters.Aggregate(route.Path, (text, parameter) => text.Replace($"{{{parameter.Name}}}", parameter.Spelled(ids[parameter.Prefix ?? "prod"]), StringComparison.Ordinal));
            await SqlCommands.Of(full.Store.Test, $"GET {path}?{route.PageSize}=1");
            var counts = new List<int>();
            foreach (var limit in (int[])[1, 50, 200])
                counts.Add(await SqlCommands.Of(full.Store.Test, $"GET {path}?{route.PageSize}={limit}"));
            if (counts.Distinct().Count() != 1 || counts[0] is 0 or > 8)
                wrong.Add($"{path}: {string.Join(", ", counts)}");
        }

        Assert.Empty(wrong);
    }
}
