using Aura.Tests.Connectors.Messages;
using Npgsql;

namespace Aura.Tests.Fire;

/// <summary>A shop that writes to people through a mail server of the test.</summary>
internal static class Letters
{
    public const string Api = "/api/abandoned-checkout-winback";

    public static Task SendBy(this HttpClient client, MailServer mail, string shop) => client.Ok($"POST {Api}/ai/orchestration/multi-channel/configure?shop={shop}", new
    {
        type = "email", provider = "smtp", settings = new { host = "localhost", port = $"{mail.Port}", from = "shop@example.com", security = "none", catcher = "true" },
    });

    /// <summary>From now on everybody who leaves a cart gets a letter.</summary>
    public static Task WriteToAll(this HttpClient client, string shop) =>
        client.Ok($"POST {Api}/ai/orchestration/recovery-workflows?shop={shop}", new { name = "All", triggers = Array.Empty<string>(), actions = new[] { "send_email" } });

    public static async Task<string> Sandbox(this NpgsqlDataSource source) => (string)(await source.Scalar("SELECT domain FROM stores WHERE is_test"))!; // there is one

    public static async Task<long> Count(this NpgsqlDataSource source, string sql) => (long)(await source.Scalar(sql))!; // a count is a number

    private static async Task<object?> Scalar(this NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
