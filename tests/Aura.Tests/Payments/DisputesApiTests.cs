using System.Text.Json.Nodes;

namespace Aura.Tests.Payments;

public sealed class DisputesApiTests
{
    private static readonly object Evidence = new { transaction_details = "Order 7", shipping_proof = "Signed", communication_logs = "Mails" };

    [Fact]
    public async Task A_dispute_takes_the_money_back_and_a_won_one_returns_it()
    {
        var store = await Store.Open();
        var payment = await Paid(store.Test, 5000);

        var dispute = await store.Test.Ok("POST /v2/payments/disputes", new { payment_id = payment, amount = 4000, reason = "product_not_received" });
        Assert.Matches("^dp_[0-9]+$", (string)dispute["id"]!);
        Assert.Equal((payment, 4000, "product_not_received", "needs_response"), (
            (string)dispute["payment_id"]!, (int)dispute["amount"]!, (string)dispute["reason"]!, (string)dispute["status"]!));
        Assert.NotNull(dispute["evidence_due_by"]);
        Assert.Equal((4000, 1000), await Amounts(store.Test, payment));
        await store.Test.Refused(422, $"POST /v2/payments/{payment}/refund", new { amount = 1001 });

        var answered = await store.Test.Ok($"POST /v2/payments/disputes/{dispute["id"]}/respond", new { evidence = Evidence });
        Assert.Equal("under_review", (string)answered["status"]!);
        Assert.Equal("Signed", (string)answered["evidence"]!["shipping_proof"]!);
        Assert.Equal("dispute_closed", (string)(await store.Test.Refused(409, $"POST /v2/payments/disputes/{dispute["id"]}/respond", new { evidence = Evidence }))["code"]!);

        await store.Advance("P2D");

        Assert.Equal("won", (string)(await store.Test.Ok($"GET /v2/payments/disputes/{dispute["id"]}"))["status"]!);
        Assert.Equal((0, 5000), await Amounts(store.Test, payment));
        Assert.Equal(["dispute.opened", "dispute.updated", "dispute.closed"], await PaymentsApiTests.Events(store, "dispute"));
    }

    [Fact]
    public async Task Losing_accepting_and_being_late_all_cost_the_money()
    {
        var store = await Store.Open();
        var (lost, accepted, late) = (await Disputed(store.Test), await Disputed(store.Test), await Disputed(store.Test));

        await store.Test.Ok($"POST /v2/payments/disputes/{lost["id"]}/respond", new
        {
            evidence = new { transaction_details = "losing_evidence", shipping_proof = "Signed", communication_logs = "Mails" },
        });
        Assert.Equal("lost", (string)(await store.Test.Ok($"POST /v2/payments/disputes/{accepted["id"]}/respond", new { accept = true }))["status"]!);
        await store.Advance("P8D");

        Assert.Equal("evidence_deadline_passed", (string)(await store.Test.Refused(409, $"POST /v2/payments/disputes/{late["id"]}/respond", new { evidence = Evidence }))["code"]!);
        foreach (var dispute in (JsonNode[])[lost, accepted, late])
        {
            Assert.Equal("lost", (string)(await store.Test.Ok($"GET /v2/payments/disputes/{dispute["id"]}"))["status"]!);
            Assert.Equal((5000, 0), await Amounts(store.Test, (string)dispute["payment_id"]!));
        }

        Assert.Equal(3, (int)(await store.Test.Ok("GET /v2/payments/disputes?status=lost"))["pagination"]!["total_items"]!);
        Assert.Empty((await store.Test.Ok("GET /v2/payments/disputes?status=needs_response"))["data"]!.AsArray());
    }

    [Fact]
    public async Task A_card_that_is_always_disputed_is_disputed_a_day_after_the_capture()
    {
        var store = await Store.Open();
        await Paid(store.Test, 700, "4000000000000259");

        await store.Advance("P2D");

        var dispute = Assert.Single((await store.Test.Ok("GET /v2/payments/disputes"))["data"]!.AsArray());
        Assert.Equal((700, "fraudulent"), ((int)dispute!["amount"]!, (string)dispute["reason"]!));
    }

    [Fact]
    public async Task An_inquiry_takes_nothing_and_ends_with_an_answer_or_becomes_a_chargeback()
    {
        var store = await Store.Open();
        var inquiries = new List<JsonNode>();
        for (var i = 0; i < 3; i++)
            inquiries.Add(await store.Test.Ok("POST /v2/payments/disputes", new { payment_id = await Paid(store.Test, 5000), inquiry = true }));
        var (convinced, doubted, silent) = (inquiries[0], inquiries[1], inquiries[2]);
        Assert.All(inquiries, inquiry => Assert.Equal("warning_needs_response", (string)inquiry["status"]!));
        Assert.Equal(3, (int)(await store.Test.Ok("GET /v2/payments/disputes?status=warning_needs_response"))["pagination"]!["total_items"]!);
        Assert.Equal((0, 5000), await Amounts(store.Test, (string)convinced["payment_id"]!));

        var answered = await store.Test.Ok($"POST /v2/payments/disputes/{convinced["id"]}/respond", new { evidence = Evidence });
        await store.Test.Ok($"POST /v2/payments/disputes/{doubted["id"]}/respond", new
        {
            evidence = new { transaction_details = "losing_evidence", shipping_proof = "Signed", communication_logs = "Mails" },
        });
        await store.Test.Ok($"POST /v2/payments/{convinced["payment_id"]}/refund", new { amount = 100 }); // nobody else has the money
        await store.Advance("P2D");
        var again = await store.Test.Ok($"GET /v2/payments/disputes/{doubted["id"]}");
        await store.Test.Ok($"POST /v2/payments/disputes/{doubted["id"]}/respond", new { evidence = Evidence });
        await store.Advance("P8D");

        Assert.Equal("warning_under_review", (string)answered["status"]!);
        Assert.Equal(("needs_response", null), ((string)again["status"]!, again["responded_at"]));
        foreach (var (dispute, status, amounts) in ((JsonNode, string, (int, int))[])[(convinced, "warning_closed", (0, 4900)), (doubted, "won", (0, 5000)), (silent, "needs_response", (5000, 0))])
        {
            Assert.Equal(status, (string)(await store.Test.Ok($"GET /v2/payments/disputes/{dispute["id"]}"))["status"]!);
            Assert.Equal(amounts, await Amounts(store.Test, (string)dispute["payment_id"]!));
        }

        await store.Verify();
    }

    [Theory]
    [InlineData("""{}""", 3)]
    [InlineData("""{"evidence": {"transaction_details": "a", "shipping_proof": "b"}}""", 1)]
    [InlineData("""{"evidence": {"transaction_details": "a", "shipping_proof": " ", "communication_logs": "c"}}""", 1)]
    [InlineData("""{"evidence": {"transaction_details": "a", "shipping_proof": "b", "communication_logs": "c"}, "accept": true}""", 1)]
    public async Task Incomplete_evidence_is_refused_with_each_part_that_is_missing(string body, int missing)
    {
        var store = await Store.Open();
        var dispute = await Disputed(store.Test);

        var refusal = await store.Test.Refused(422, $"POST /v2/payments/disputes/{dispute["id"]}/respond", body);

        Assert.Equal(missing, refusal["details"]!.AsArray().Count);
        Assert.Equal("needs_response", (string)(await store.Test.Ok($"GET /v2/payments/disputes/{dispute["id"]}"))["status"]!);
    }

    [Fact]
    public async Task Only_a_test_key_plays_the_bank_and_only_with_captured_payments_once()
    {
        var store = await Store.Open();
        var intent = await store.Test.Ok("POST /v2/payments/intents", new { amount = 5, currency = "usd" });
        var disputed = (string)(await Disputed(store.Test))["payment_id"]!;

        await store.Live.Refused(403, "POST /v2/payments/disputes", new { payment_id = "pay_1" });
        await store.Test.Refused(404, "POST /v2/payments/disputes", new { payment_id = "pay_1" });
        await store.Test.Refused(409, "POST /v2/payments/disputes", new { payment_id = (string)intent["id"]! });
        await store.Test.Refused(409, "POST /v2/payments/disputes", new { payment_id = disputed });
        await store.Test.Refused(422, "POST /v2/payments/disputes", new { payment_id = await Paid(store.Test, 10), amount = 11 });
    }

    private static async Task<JsonNode> Disputed(HttpClient api) =>
        await api.Ok("POST /v2/payments/disputes", new { payment_id = await Paid(api, 5000) });

    private static async Task<string> Paid(HttpClient api, int amount, string number = "4242424242424242") => (string)(await api.Ok("POST /v2/payments/intents", new
    {
        amount, currency = "usd", payment_method = await PaymentsApiTests.Card(api, number), capture_method = "automatic",
    }))["payment_id"]!;

    private static async Task<(int Disputed, int Net)> Amounts(HttpClient api, string payment)
    {
        var shown = await api.Ok($"GET /v2/payments/{payment}");
        return ((int)shown["amount_disputed"]!, (int)shown["net_amount"]!);
    }
}
