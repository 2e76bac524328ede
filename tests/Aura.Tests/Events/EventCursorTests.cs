using Aura.Customers;
using Aura.Events;
using Aura.Jobs;
using Aura.Server;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Events;

/// <summary>Readers of the event log, on a server that does nothing in the background: the tests are its readers.</summary>
public sealed class EventCursorTests : IAsyncLifetime
{
    private TestServer server = null!; // set before each test
    private Store store = null!; // set before each test
    private WebhookReceiver receiver = null!; // set before each test

    private IEventReader Reader => server.Services.GetServices<IEventReader>().OfType<WebhookFanOut>().Single();

    public async Task InitializeAsync()
    {
        server = await TestServer.Start(options: options => options with { Role = ServerRole.Api });
        (store, receiver) = (await Store.Open(server: server), await WebhookReceiver.Start());
        await store.Test.Ok("POST /v2/webhooks", new { url = receiver.Url, events = new[] { "customer.*" } });
    }

    public async Task DisposeAsync()
    {
        await receiver.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task Readers_at_once_make_one_delivery_of_each_event()
    {
        const int events = 1_200;
        await store.Database(async db =>
        {
            for (var index = 0; index < events; index++)
                Happen(db, $"c{index}@example.com");
            await db.SaveChangesAsync();
        });
        await WaitForOthers();
        var read = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            var sum = 0;
            for (var round = 0; round < 20; round++)
                sum += await Reader.Read(default);
            return sum;
        }));
        Assert.Equal(events, read.Sum());
        Assert.Equal(events, await store.Database((db, _) => db.WebhookDeliveries.CountAsync()));
        Assert.Equal(events, await store.Database((db, _) => db.Jobs.CountAsync()));
        Assert.Equal(0, await Reader.Read(default));
    }

    [Fact]
    public async Task An_event_of_a_slow_transaction_is_not_passed_over()
    {
        await store.Database(async slow =>
        {
            await using (var transaction = await slow.Database.BeginTransactionAsync())
            {
                Happen(slow, "slow@example.com");
                await slow.SaveChangesAsync();
                await store.Test.Ok("POST /v2/customers", new { email = "fast@example.com" });
                Assert.Equal(0, await Reader.Read(default));
                Assert.Empty((await store.Test.Ok("GET /v2/events"))["data"]!.AsArray());
                await transaction.CommitAsync();
            }
        });
        await store.Advance("PT0S");
        Assert.Equal(["slow@example.com", "fast@example.com"], receiver.Messages.Select(message => message.Json["data"]!["object"]!["email"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_crash_between_sending_and_noting_it_sends_the_same_message_again()
    {
        await store.Test.Ok("POST /v2/customers", new { email = "ada@example.com" });
        receiver.Answer = async _ => await store.Database(db => db.WebhookDeliveries.ExecuteUpdateAsync(set => set.SetProperty(d => d.Version, d => d.Version + 1)));
        await WaitForOthers();
        await Reader.Read(default);
        var worker = server.Services.GetRequiredService<JobWorker>();
        await worker.Drain(store.Account.Sandbox.Id, default);
        Assert.Equal(JobState.Queued, (await store.Database((db, _) => db.Jobs.SingleAsync())).State);

        receiver.AnswerWith(200);
        await store.Database(db => db.Database.ExecuteSqlAsync($"UPDATE jobs SET due_at = now()"));
        await worker.Drain(store.Account.Sandbox.Id, default);
        Assert.Equal(2, receiver.Messages.Count);
        Assert.Equal(receiver.Messages[0].Id, receiver.Messages[1].Id);
        Assert.Equal(receiver.Messages[0].Body, receiver.Messages[1].Body);
        Assert.Equal(JobState.Completed, (await store.Database((db, _) => db.Jobs.SingleAsync())).State);
    }

    private static void Happen(Aura.Persistence.AuraDb db, string email)
    {
        var customer = Customer.Create(email);
        db.Customers.Add(customer);
        db.Publish("customer.created", customer);
    }

    /// <summary>Transactions of other tests on the same cluster keep our events back while they run.</summary>
    private Task WaitForOthers() => store.Database(async db =>
    {
        var newest = await db.Events.MaxAsync(happened => happened.TransactionId);
        while (!await db.Database.SqlQuery<bool>($"SELECT {$"{newest}"}::xid8 < pg_snapshot_xmin(pg_current_snapshot()) AS \"Value\"").SingleAsync())
            await Task.Yield();
    });
}
