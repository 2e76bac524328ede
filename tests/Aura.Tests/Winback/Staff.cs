using System.Text.Json.Nodes;

namespace Aura.Tests.Winback;

/// <summary>Users of a shop, and their keys.</summary>
internal static class Staff
{
    public const string Api = "/api/abandoned-checkout-winback";

    /// <summary>A user with these roles.</summary>
    /// <returns>Calls with a key of theirs.</returns>
    public static async Task<HttpClient> User(this Store store, string user, params IReadOnlyList<string> roles)
    {
        foreach (var role in roles)
            await store.Test.Ok($"POST {Api}/security/rbac/roles/{await store.Role(role)}/assign", new { userId = user });
        return store.Keyed((string)(await store.Key(new { userId = user, permissions = new[] { "*" } }))["apiKey"]!);
    }

    public static Task<JsonNode> Key(this Store store, object body) => store.Test.Ok($"POST {Api}/developer/api-keys", body);

    public static HttpClient Keyed(this Store store, string key) => store.Server.Client(key, store.Account.Sandbox.Domain);

    /// <summary>The id of a role by its name.</summary>
    public static async Task<string> Role(this Store store, string name) =>
        (string)(await store.Test.Ok($"GET {Api}/collaboration/roles?limit=200"))["roles"]!.AsArray().Single(role => (string?)role!["name"] == name)!["id"]!;

    public static async Task<int> Status(this HttpClient client, string request, object? body = null) => (await client.Send(request, body)).Status;
}
