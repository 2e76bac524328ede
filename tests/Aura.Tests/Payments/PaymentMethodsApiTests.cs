namespace Aura.Tests.Payments;

public sealed class PaymentMethodsApiTests
{
    [Theory]
    [InlineData("4242424242424242", "visa")]
    [InlineData("5555 5555 5555 4444", "mastercard")]
    [InlineData("6011111111111117", "discover")]
    public async Task A_card_becomes_a_token_that_shows_its_brand_and_last_digits(string number, string brand)
    {
        var api = (await Store.Open()).Test;

        var method = await api.Ok("POST /v2/payment-methods", new { type = "card", card = new { number, exp_month = 12, exp_year = 2040, cvc = "123" } });

        Assert.Matches("^pm_[0-9]+$", (string)method["id"]!);
        Assert.Equal((brand, number[^4..], 12, 2040), (
            (string)method["card"]!["brand"]!, (string)method["card"]!["last4"]!, (int)method["card"]!["exp_month"]!, (int)method["card"]!["exp_year"]!));
        Assert.Null(method["token"]);
    }

    [Fact]
    public async Task Methods_belong_to_customers_and_can_be_deleted_while_payments_remember_them()
    {
        var api = (await Store.Open()).Test;
        var customer = (string)(await api.Ok("POST /v2/customers", new { email = "a@b.co" }))["id"]!;
        var other = (string)(await api.Ok("POST /v2/customers", new { email = "b@b.co" }))["id"]!;
        var method = await PaymentsApiTests.Card(api, "4242424242424242", customer);
        await api.Ok("POST /v2/payment-methods", new { type = "paypal", customer_id = other });
        var paid = await api.Ok("POST /v2/payments/intents", new { amount = 5, currency = "usd", payment_method = method, customer_id = customer });

        Assert.Equal(method, (string)Assert.Single((await api.Ok($"GET /v2/payment-methods?customer_id={customer}"))["data"]!.AsArray())!["id"]!);
        await api.Refused(422, "POST /v2/payments/intents", new { amount = 5, currency = "usd", payment_method = method, customer_id = other });
        Assert.Equal(204, (await api.Send($"DELETE /v2/payment-methods/{method}")).Status);
        await api.Refused(404, $"DELETE /v2/payment-methods/{method}");
        await api.Refused(404, $"GET /v2/payment-methods/{method}");
        Assert.Equal("4242", (string)(await api.Ok($"GET /v2/payments/{paid["id"]}"))["payment_method_details"]!["last4"]!);
    }

    [Theory]
    [InlineData("""{"type": "card"}""", "card.number")]
    [InlineData("""{"type": "card", "card": {"number": "4242424242424241", "exp_month": 12, "exp_year": 2040, "cvc": "123"}}""", "card.number")]
    [InlineData("""{"type": "card", "card": {"number": "4111111111111111", "exp_month": 12, "exp_year": 2040, "cvc": "123"}}""", "card.number")]
    [InlineData("""{"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2020, "cvc": "123"}}""", "card.exp_year")]
    [InlineData("""{"type": "card", "card": {"number": "4242424242424242", "exp_month": 13, "exp_year": 2040, "cvc": "123"}}""", "card.exp_month")]
    [InlineData("""{"type": "card", "card": {"number": "4242424242424242", "exp_month": 12, "exp_year": 2040, "cvc": "12"}}""", "card.cvc")]
    [InlineData("""{"type": "paypal", "token": "4242424242424242"}""", "token")]
    [InlineData("""{"type": "cheque"}""", "type")]
    [InlineData("""{"card": {}}""", "type")]
    [InlineData("""{"type": "paypal", "customer_id": "cust_1"}""", "customer_id")]
    public async Task Wrong_details_name_their_field_and_are_not_repeated(string body, string field)
    {
        var refusal = await (await Store.Open()).Test.Refused(422, "POST /v2/payment-methods", body);

        Assert.Equal(field, (string)refusal["details"]![0]!["field"]!);
        Assert.DoesNotMatch("[0-9]{12}", $"{refusal["message"]}{refusal["details"]}");
    }

    [Fact]
    public async Task A_card_number_is_in_no_table_and_in_no_answer()
    {
        var store = await Store.Open();
        const string number = "4000000000000259";
        var card = new { number, exp_month = 12, exp_year = 2040, cvc = "987" };

        var answers = new List<string>
        {
            (await store.Test.Ok("POST /v2/payment-methods", new { type = "card", card }, ("Idempotency-Key", "1"))).ToJsonString(),
            (await store.Test.Ok("POST /v2/payments/intents", new { amount = 5, currency = "usd", payment_method = new { type = "card", card }, capture_method = "automatic" })).ToJsonString(),
            (await store.Test.Ok("GET /v2/payment-methods")).ToJsonString(),
            (await store.Test.Ok("GET /v2/audit-logs")).ToJsonString(),
            (await store.Test.Ok("GET /v2/events")).ToJsonString(),
        };

        Assert.All(answers, answer => Assert.DoesNotContain(number, answer, StringComparison.Ordinal));
        foreach (var table in await store.Server.Rows("SELECT c.table_name::text FROM information_schema.columns c JOIN pg_class t ON t.relname = c.table_name AND t.relkind = 'r' WHERE c.column_name = 'tenant_id' AND c.table_schema = 'public'"))
            Assert.Empty(await store.Server.Rows($"SELECT 1 FROM {table} t WHERE tenant_id = $1 AND t::text LIKE '%' || $2 || '%'", [store.Account.Sandbox.Id, number]));
    }
}
