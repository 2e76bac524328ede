using System.Text.Json.Nodes;

namespace Aura.Tests.Winback.Recovery;

/// <summary>The routes of the loop, as tests call them.</summary>
internal static class WinbackShop
{
    public const string Api = "/api/abandoned-checkout-winback";
    public const string Workflows = $"{Api}/ai/orchestration/recovery-workflows";

    public static async Task<string> Workflow(this Store store, string[] triggers, object[] actions, object? more = null)
    {
        var body = JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(more ?? new { }))!.AsObject(); // an object
        (body["name"], body["triggers"], body["actions"]) = ("Recovery", System.Text.Json.JsonSerializer.SerializeToNode(triggers), System.Text.Json.JsonSerializer.SerializeToNode(actions));
        return (string)(await store.Test.Ok($"POST {Workflows}", body))["workflowId"]!;
    }

    public static async Task<string> Cart(this Store store, object body) => (string)(await store.Test.Ok($"POST {Api}/carts", body))["cartId"]!;

    public static async Task<JsonNode> ShownCart(this Store store, string id) => (await store.Test.Ok($"GET {Api}/carts/{id}"))["cart"]!;

    public static Task<JsonNode> Abandon(this Store store, string id) => store.Test.Ok($"POST {Api}/carts/{id}/abandon", new { });

    /// <summary>The types of what happened, oldest first, as far as it is about winning back.</summary>
    public static Task<List<string>> Happened(this Store store) => store.Server.Rows(
        "SELECT type FROM events WHERE tenant_id = $1 AND type IN ('cart.abandoned', 'workflow.triggered', 'recovery.success', 'recovery.failed') ORDER BY id", store.Account.Sandbox.Id);

    /// <summary>Status and reason of each journey of a workflow, oldest first.</summary>
    public static Task<List<string>> Journeys(this Store store) => store.Server.Rows(
        "SELECT status || coalesce(' ' || exit, '') FROM recovery_journeys WHERE tenant_id = $1 ORDER BY id", store.Account.Sandbox.Id);
}
