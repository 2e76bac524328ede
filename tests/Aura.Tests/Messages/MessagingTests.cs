using Aura.Accounts;
using Aura.Connectors.Messages;
using Aura.Customers;
using Aura.Messages;
using Aura.Persistence;
using Aura.Tests.Connectors.Messages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Messages;

public sealed class MessagingTests
{
    private static MessageWish Wish(long shopper, string key = "k1", Channel channel = Channel.Email) => new(shopper, channel, "template_recovery_001", key)
    {
        Values = new Dictionary<string, object?> { ["cartValue"] = "$150", ["url"] = "https://shop.example/cart/1" },
    };

    private static async Task<Message> Only(Store store) => Assert.Single(await store.Messages());

    [Fact]
    public async Task A_message_without_any_account_anywhere_is_kept_to_be_read()
    {
        var store = await Store.Open();
        await store.Queue(Wish(await store.Shopper()));
        await store.Advance("PT0S");

        var message = await Only(store);
        Assert.Equal((MessageState.Delivered, "mailbox", "jane@example.com"), (message.State, message.Provider, message.Address));
        Assert.Equal("Jane Doe, you left something in your cart", message.Subject);
        Assert.Contains("$150", message.Text);
        Assert.Equal(["https://shop.example/cart/1"], message.Links);
    }

    [Fact]
    public async Task A_message_goes_out_over_smtp_with_a_way_out()
    {
        await using var server = MailServer.Start();
        var store = await Store.Open();
        await store.UseMailServer(server);
        await store.Queue(Wish(await store.Shopper()));
        await store.Advance("PT0S");

        Assert.Equal(MessageState.Sent, (await Only(store)).State);
        var mail = Assert.Single(server.Mails);
        Assert.Contains("/m/u/", mail.Header("List-Unsubscribe"));
        Assert.Contains("$150", mail.Part("text/plain"));
    }

    [Fact]
    public async Task A_sandbox_sends_nothing_to_servers_of_which_nobody_said_that_they_are_traps()
    {
        await using var server = MailServer.Start();
        var store = await Store.Open();
        await store.UseMailServer(server, isTrap: false);
        await store.Queue(Wish(await store.Shopper()));
        await store.Advance("PT0S");

        Assert.Equal("mailbox", (await Only(store)).Provider);
        Assert.Empty(server.Mails);
    }

    [Fact]
    public async Task The_same_wish_is_one_message()
    {
        var store = await Store.Open();
        var jane = await store.Shopper();
        await store.Queue(Wish(jane));
        await store.Queue(Wish(jane));
        await store.Advance("PT0S");

        await Only(store);
    }

    [Fact]
    public async Task Nobody_is_written_to_without_consent_and_the_reason_is_kept()
    {
        var store = await Store.Open();
        await store.Queue(Wish(await store.Shopper("silent", consent: null), "a"));
        await store.Queue(Wish(await store.Shopper("denied", consent: false), "b"));
        await store.Advance("PT0S");

        Assert.Equal([(MessageState.Skipped, "no_consent"), (MessageState.Skipped, "consent_withdrawn")], (await store.Messages()).Select(m => (m.State, m.Reason!)));
    }

    [Fact]
    public async Task Of_too_many_on_one_day_the_last_is_skipped_and_the_next_day_is_another()
    {
        var store = await Store.Open();
        var jane = await store.Shopper();
        await store.Set(Channel.Email, setup => setup.Cap(2));
        for (var i = 0; i < 3; i++)
            await store.Queue(Wish(jane, $"k{i}"));
        await store.Advance("PT0S");
        Assert.Equal([null, null, "frequency_capped"], (await store.Messages()).Select(m => m.Reason).Order()); // whichever came last

        await store.Advance("P1D");
        await store.Queue(Wish(jane, "next"));
        await store.Advance("PT0S");
        Assert.Equal(MessageState.Delivered, (await store.Messages())[^1].State);
    }

    [Fact]
    public async Task What_is_held_for_the_night_is_asked_everything_again_in_the_morning()
    {
        var store = await Store.Open();
        var jane = await store.Shopper();
        var now = await store.Database((db, _) => Task.FromResult(db.Now));
        var clock = TimeOnly.FromDateTime(now);
        await store.Set(Channel.Email, setup => setup.BeQuiet(clock.AddHours(-1), clock.AddHours(1)));
        await store.Queue(Wish(jane, "a"));
        await store.Queue(Wish(jane, "b"));
        await store.Advance("PT0S");
        Assert.All(await store.Messages(), message => Assert.Equal((MessageState.Queued, "quiet_hours"), (message.State, message.Findings[^1].Detail)));

        await store.Database(async db =>
        {
            var shopper = await db.Shoppers.SingleAsync(s => s.Id == jane);
            db.Consents.Add(Consent.Record(shopper, "email_marketing", false, "test", db.Now));
            await db.SaveChangesAsync();
        });
        await store.Advance("PT2H");
        Assert.All(await store.Messages(), message => Assert.Equal((MessageState.Skipped, "consent_withdrawn"), (message.State, message.Reason)));
    }

    [Fact]
    public async Task A_server_that_is_busy_is_asked_again_and_the_message_arrives_once()
    {
        await using var server = MailServer.Start();
        server.Says["MAIL"] = "421 4.3.0 later";
        var store = await Store.Open();
        await store.UseMailServer(server);
        await store.Queue(Wish(await store.Shopper()));
        await store.Advance("PT0S");
        Assert.Equal((MessageState.Queued, 1), ((await Only(store)).State, (await Only(store)).Attempts));

        server.Says.Clear();
        await store.Advance("PT1M");
        Assert.Equal((MessageState.Sent, 2), ((await Only(store)).State, (await Only(store)).Attempts));
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task A_server_that_is_always_busy_is_left_alone_in_the_end()
    {
        await using var server = MailServer.Start();
        server.Says["MAIL"] = "421 4.3.0 later";
        var store = await Store.Open();
        await store.UseMailServer(server);
        await store.Queue(Wish(await store.Shopper()));
        await store.Advance("P2D");

        Assert.Equal((MessageState.Failed, Message.MaxAttempts), ((await Only(store)).State, (await Only(store)).Attempts));
    }

    [Fact]
    public async Task Who_does_not_say_whether_it_was_taken_is_not_sent_it_again()
    {
        await using var server = MailServer.Start();
        server.Says["."] = "";
        var store = await Store.Open();
        await store.UseMailServer(server);
        await store.Queue(Wish(await store.Shopper()));
        await store.Advance("P2D");

        Assert.Equal(MessageState.Unknown, (await Only(store)).State);
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task A_message_that_a_dead_server_was_sending_is_told_of_and_not_sent_again()
    {
        await using var server = MailServer.Start();
        var store = await Store.Open();
        await store.UseMailServer(server);
        await store.Queue(Wish(await store.Shopper()) with { At = await store.Database((db, _) => Task.FromResult(db.Now.AddHours(1))) });
        await store.Server.Rows("UPDATE messages SET state = 'sending', provider = 'smtp', attempts = 1 WHERE tenant_id = $1", [store.Account.Sandbox.Id]);
        await store.Advance("PT2H");

        Assert.Equal(MessageState.Unknown, (await Only(store)).State);
        Assert.Empty(server.Mails);
        Assert.Equal(["message.unknown"], await store.Server.Rows("SELECT type FROM events WHERE tenant_id = $1 AND type LIKE 'message.%'", [store.Account.Sandbox.Id]));
    }

    [Fact]
    public async Task A_message_that_may_be_out_and_is_not_to_be_sent_any_more_is_not_called_skipped()
    {
        var store = await Store.Open();
        await store.Database(async (db, services) =>
        {
            await db.Configure(Channel.Email, setup => setup.Use("klaviyo", new Dictionary<string, string?> { ["apiKey"] = "pk_1", ["url"] = "http://127.0.0.1:9" }, null,
                services.GetRequiredService<KeyRing>(), services.GetRequiredService<MessageProviders>()), default);
            var jane = await db.ShopperOf("jane", default);
            jane.Reach("jane@example.com", null, null);
            db.Consents.Add(Consent.Record(jane, Consent.Marketing, false, "test", db.Now)); // withdrawn after it was handed to Klaviyo, which would know it again
            var message = await db.Queue(Wish(jane.Id) with { At = db.Now.AddHours(1) }, default);
            await db.Database.ExecuteSqlAsync($"UPDATE messages SET state = 'sending', provider = 'klaviyo', attempts = 1, due_at = {db.Now} WHERE tenant_id = {db.Tenant}");
            db.ChangeTracker.Clear();

            await new SendMessage(db, services.GetRequiredService<Dispatch>()).Run(await db.Jobs.SingleAsync(job => job.Kind == SendMessage.Kind), default);

            message = await db.Messages.SingleAsync(m => m.Id == message.Id);
            Assert.Equal((MessageState.Unknown, 1), (message.State, message.Attempts));
            Assert.Contains("consent_withdrawn", message.Reason);
            return true;
        }, live: true);
        Assert.Equal(["message.unknown"], await store.Server.Rows("SELECT type FROM events WHERE tenant_id = $1 AND type LIKE 'message.%'", [store.Account.Live.Id]));
    }

    [Fact]
    public void A_message_stays_in_doubt_until_its_provider_has_said_no()
    {
        var message = Message.Of(Wish(1), null, default);
        message.Begin("klaviyo", "jane@example.com", new("en", "Hello", "Hello", null, []), default);

        message.Retry(DateTime.MaxValue, isRefused: false);
        message.Hold(DateTime.MaxValue); // the night
        Assert.True(message.WasInterrupted);

        message.Retry(DateTime.MaxValue, isRefused: true);
        Assert.Equal((false, MessageState.Queued), (message.WasInterrupted, message.State));
    }

    [Fact]
    public async Task An_address_that_does_not_exist_gets_nothing_more()
    {
        await using var server = MailServer.Start();
        server.Says["RCPT"] = "550 5.1.1 unknown";
        var store = await Store.Open();
        await store.UseMailServer(server);
        var jane = await store.Shopper();
        await store.Queue(Wish(jane, "a"));
        await store.Advance("PT0S");
        await store.Queue(Wish(jane, "b"));
        await store.Advance("PT0S");

        Assert.Equal([MessageState.Failed, MessageState.Skipped], (await store.Messages()).Select(m => m.State));
        Assert.Equal("suppressed", (await store.Messages())[1].Reason);
    }

    [Fact]
    public async Task Stop_suppresses_the_number_and_withdraws_consent()
    {
        var store = await Store.Open();
        var jane = await store.Shopper();
        await store.Set(Channel.Sms, setup => setup.BeQuiet(null, null));
        await store.Queue(Wish(jane, "a", Channel.Sms));
        await store.Advance("PT0S");
        await store.Database(db => db.Take(Channel.Sms, "twilio", [new(NoticeKind.Reply, null, "+15552223333", "Stop")], default));
        await store.Queue(Wish(jane, "b", Channel.Sms) with { Purpose = MessagePurpose.Transactional });
        await store.Advance("PT0S");

        Assert.Equal([null, "suppressed"], (await store.Messages()).Select(m => m.Reason));
        Assert.False(Consent.Of(await store.Database((db, _) => db.Consents.AsNoTracking().ToListAsync()), Channel.Sms));
        Assert.True(Consent.Of(await store.Database((db, _) => db.Consents.AsNoTracking().ToListAsync()), Channel.Email));
    }
}
