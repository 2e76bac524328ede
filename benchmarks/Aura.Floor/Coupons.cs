using System.Text.Json;
using Npgsql;

namespace Aura.Floor;

/// <summary>W4 and W5: a coupon tried, and a coupon used up, in one statement each.</summary>
/// <remarks>Left out: who guesses codes, limits per customer, conditions, the counters of the promotion, events.</remarks>
internal sealed class Coupons(NpgsqlDataSource source, long store)
{
    private readonly Ids ids = new(source);

    public void Map(WebApplication app)
    {
        app.MapPost("/api/v1/coupons/validate/{code}", Validate);
        app.MapPost("/api/v1/coupons/redeem/{code}", Redeem);
    }

    private async Task Validate(HttpContext http)
    {
        var body = await Read(http);
        await using var command = source.CreateCommand("""
            SELECT c.id, c.code, c.promotion_id, c.max_uses, c.used, c.expires_at, p.name, p.discount_value, p.type, p.currency
            FROM coupons c JOIN promotions p ON p.tenant_id = c.tenant_id AND p.id = c.promotion_id
            WHERE c.tenant_id = $1 AND c.code_key = $2 AND c.enabled AND c.deleted_at IS NULL AND p.status = 'active' AND now() BETWEEN p.starts_at AND p.ends_at
            """);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = store });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = Key(http) });
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync())
        {
            http.Response.StatusCode = 404;
            return;
        }

        await Answer.Send(http.Response, (row, body), static (json, found) => Write(json, found.row, found.body));
    }

    private async Task Redeem(HttpContext http)
    {
        var body = await Read(http);
        await using var command = source.CreateCommand(Use);
        foreach (var value in (object[])[store, Key(http), await ids.Take(1), body.OrderId ?? 0, (long)(body.OrderAmount * 100)])
            command.Parameters.Add(new() { Value = value });
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync())
        {
            http.Response.StatusCode = 409;
            return;
        }

        await Answer.Send(http.Response, row, static (json, row) =>
        {
            json.WriteStartObject();
            json.WriteBoolean("success", true);
            json.WriteNumber("redemption_id", row.GetInt64(0));
            json.WriteString("status", "confirmed");
            json.Amount("discount_amount", row.GetInt64(1));
            json.WriteString("currency", "USD");
            json.WriteNull("expires_at");
            json.WriteStartObject("coupon");
            json.WriteNumber("id", row.GetInt64(2));
            json.WriteString("code", row.GetString(3));
            json.WriteNumber("current_uses", row.GetInt64(4));
            json.WriteNumber("max_uses", row.GetInt32(5));
            json.WriteString("status", "active");
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, NpgsqlDataReader row, CouponRequest body)
    {
        var percent = row.GetDecimal(7);
        json.WriteStartObject();
        json.WriteBoolean("is_valid", true);
        json.WriteString("reason", "Valid");
        json.WriteNull("code");
        json.WriteNumber("discount_amount", Math.Round(body.OrderAmount * percent / 100, 2, MidpointRounding.AwayFromZero));
        json.WriteNull("capped_by");
        json.WriteStartObject("coupon");
        json.WriteNumber("id", row.GetInt64(0));
        json.WriteString("code", row.GetString(1));
        json.WriteNumber("promotion_id", row.GetInt64(2));
        json.WriteNumber("max_uses", row.GetInt32(3));
        json.WriteNumber("current_uses", row.GetInt64(4));
        json.WriteNull("expires_at");
        json.WriteEndObject();
        json.WriteStartObject("promotion");
        json.WriteNumber("id", row.GetInt64(2));
        json.WriteString("name", row.GetString(6));
        json.WriteNumber("discount_value", percent);
        json.WriteString("promotion_type", row.GetString(8));
        json.WriteString("currency", row.GetString(9));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static async ValueTask<CouponRequest> Read(HttpContext http) =>
        await JsonSerializer.DeserializeAsync(http.Request.Body, Requests.Default.CouponRequest) ?? throw new BadHttpRequestException("A body is needed.");

    private static string Key(HttpContext http) => ((string)http.Request.RouteValues["code"]!).ToUpperInvariant(); // the route has it

    private const string Use = """
        WITH taken AS (
          UPDATE coupons SET used = used + 1
          WHERE tenant_id = $1 AND code_key = $2 AND enabled AND deleted_at IS NULL AND used + reserved < max_uses
          RETURNING id, code, promotion_id, used, max_uses),
        use AS (
          INSERT INTO promotion_uses (tenant_id, id, promotion_id, coupon_id, reference, stripe, state, discount, revenue, currency, created_at, updated_at)
          SELECT $1, $3, t.promotion_id, t.id, 'external:' || $4::bigint, 0, 'confirmed', round($5::bigint * p.discount_value / 100), $5::bigint - round($5::bigint * p.discount_value / 100), 'USD', now(), now()
          FROM taken t JOIN promotions p ON p.tenant_id = $1 AND p.id = t.promotion_id
          RETURNING id, discount)
        SELECT use.id, use.discount, taken.id, taken.code, taken.used, taken.max_uses FROM use, taken
        """;
}
