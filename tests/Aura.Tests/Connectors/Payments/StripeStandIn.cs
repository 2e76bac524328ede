using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aura.Tests.Connectors.Payments;

/// <summary>
/// A server on a free local port that behaves as Stripe's documented API does, for the calls that a store makes: form bodies,
/// unknown parameters refused, answers replayed by idempotency key (errors too), card errors as 402, and signed events.
/// </summary>
internal sealed class StripeStandIn : IAsyncDisposable
{
    public const string Key = "sk_test_stand_in", WebhookSecret = "whsec_stand_in";

    private static readonly string[] CreateParameters =
    [
        "amount", "currency", "payment_method", "payment_method_types[]", "customer", "confirm", "capture_method", "off_session",
        "return_url", "mandate_data[customer_acceptance][type]",
    ];

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, (string Request, int Status, string Body)> replies = [];
    private readonly Dictionary<string, JsonObject> objects = [];
    private int serial;

    private StripeStandIn()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Run(Answer);
    }

    public Uri Address => new(app.Urls.Single());

    /// <summary>Requests that reached the work, not those answered from memory.</summary>
    public List<Request> Done { get; } = [];

    /// <summary>Trouble to make once, on the next call.</summary>
    public Trouble Next { get; set; }

    public static async Task<StripeStandIn> Start()
    {
        var standIn = new StripeStandIn();
        await standIn.app.StartAsync();
        return standIn;
    }

    public JsonObject this[string id] => objects[id];

    /// <summary>The payer passes or fails 3-D Secure on Stripe's page.</summary>
    public void CompleteChallenge(string id, bool passed)
    {
        var intent = objects[id];
        intent["next_action"] = null;
        if (passed)
            Authorized(intent);
        else
            (intent["status"], intent["last_payment_error"]) =
                ("requires_payment_method", Fault("card_error", "payment_intent_authentication_failure", null));
    }

    /// <summary>An event as Stripe posts it, signed here without the product's code.</summary>
    public static (Dictionary<string, string> Headers, byte[] Body) Event(string type, JsonObject about, DateTime at, string secret = WebhookSecret)
    {
        var seconds = new DateTimeOffset(at).ToUnixTimeSeconds();
        var body = new JsonObject
        {
            ["id"] = "evt_1", ["object"] = "event", ["type"] = type, ["created"] = seconds, ["livemode"] = false,
            ["data"] = new JsonObject { ["object"] = about.DeepClone() },
        }.ToJsonString();
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{seconds}.{body}"));
        return (new() { ["stripe-signature"] = $"t={seconds},v1={Convert.ToHexStringLower(mac)},v0=00" }, Encoding.UTF8.GetBytes(body));
    }

    public JsonObject Add(string id, JsonObject value)
    {
        value["id"] = id;
        return objects[id] = value;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task Answer(HttpContext http)
    {
        var form = http.Request.HasFormContentType
            ? (await http.Request.ReadFormAsync()).ToDictionary(entry => entry.Key, entry => entry.Value.ToString())
            : [];
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        var request = new Request(http.Request.Method, http.Request.Path, form, key, http.Request.Headers["Stripe-Version"].ToString());
        var (trouble, content) = (Next, $"{request.Method} {request.Path} {JsonSerializer.Serialize(form)}");
        Next = Trouble.None;

        if (trouble == Trouble.Hangs)
        {
            var hungUp = new TaskCompletionSource();
            await using (http.RequestAborted.Register(hungUp.SetResult))
                await hungUp.Task;
            return;
        }

        var (status, body) = trouble switch
        {
            Trouble.Breaks => (500, Fault("api_error", null, null)),
            Trouble.TooMany => (429, Fault("invalid_request_error", "lock_timeout", null)),
            Trouble.KeyInUse => (409, Fault("idempotency_error", "idempotency_key_in_use", null)),
            _ when http.Request.Headers.Authorization != $"Bearer {Key}" => (401, Fault("invalid_request_error", null, null)),
            _ when key != "" && replies.TryGetValue(key, out var before) => before.Request == content
                ? (before.Status, JsonNode.Parse(before.Body)!.AsObject())
                : (400, Fault("idempotency_error", null, null)),
            _ => Work(request),
        };
        var text = (status >= 400 ? new JsonObject { ["error"] = body } : body).ToJsonString();
        if (trouble is Trouble.None or Trouble.HangsUpAfterwards && key != "")
            replies.TryAdd(key, (content, status, body.ToJsonString()));
        if (trouble == Trouble.HangsUpAfterwards)
        {
            http.Abort();
            return;
        }

        http.Response.StatusCode = status;
        http.Response.Headers["Request-Id"] = "req_1";
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(trouble == Trouble.Garbles ? "<html>" : text);
    }

    private (int Status, JsonObject Body) Work(Request request)
    {
        Done.Add(request);
        var parts = request.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)[1..];
        return (request.Method, parts) switch
        {
            ("POST", ["payment_intents"]) => Create(request.Form),
            ("POST", ["customers"]) => (200, Add($"cus_{++serial}", [])),
            ("POST", ["refunds"]) => Refund(request.Form),
            (_, [_, var id, ..]) when !objects.ContainsKey(id) => (404, Fault("invalid_request_error", "resource_missing", null)),
            ("GET", [_, var id]) => (200, objects[id]),
            ("POST", ["payment_intents", var id, "confirm"]) => (200, Authorized(objects[id])),
            ("POST", ["payment_intents", var id, "capture"]) => Capture(objects[id], request.Form),
            ("POST", ["payment_intents", var id, "cancel"]) => Cancel(objects[id]),
            ("POST", ["payment_methods", var id, "attach"]) => Attach(objects[id], request.Form),
            ("POST", ["disputes", var id, "close"]) => Close(objects[id], "lost"),
            ("POST", ["disputes", var id]) => Close(objects[id], "under_review"),
            _ => (404, Fault("invalid_request_error", null, null)),
        };
    }

    private (int, JsonObject) Create(Dictionary<string, string> form)
    {
        if (form.Keys.FirstOrDefault(name => !CreateParameters.Contains(name) && !name.StartsWith("metadata[", StringComparison.Ordinal)) is not null)
            return (400, Fault("invalid_request_error", "parameter_unknown", null));
        var (amount, currency, method) = (long.Parse(form["amount"], CultureInfo.InvariantCulture), form["currency"], form["payment_method"]);
        if (currency != currency.ToLowerInvariant() || (currency is "isk" or "ugx" && amount % 100 != 0))
            return (400, Fault("invalid_request_error", "invalid_charge_amount_no_decimal_compatible", null));

        var intent = Add($"pi_{++serial}", new JsonObject
        {
            ["object"] = "payment_intent", ["amount"] = amount, ["amount_capturable"] = 0, ["amount_received"] = 0,
            ["currency"] = currency, ["capture_method"] = form["capture_method"], ["client_secret"] = $"pi_{serial}_secret",
            ["status"] = "requires_confirmation", ["last_payment_error"] = null, ["next_action"] = null, ["latest_charge"] = null,
        });
        return method switch
        {
            "pm_card_chargeDeclined" => Declined(intent, "card_declined", "generic_decline"),
            "pm_card_chargeDeclinedInsufficientFunds" => Declined(intent, "card_declined", "insufficient_funds"),
            "pm_card_threeDSecureRequired" when form.ContainsKey("off_session") =>
                Declined(intent, "authentication_required", "authentication_required"),
            "pm_card_threeDSecureRequired" => (200, Challenged(intent, form)),
            "pm_card_confirmAgain" => (200, intent),
            "pm_usBankAccount_success" => (200, With(intent, "status", "processing")),
            _ => (200, Authorized(intent)),
        };
    }

    private static JsonObject Authorized(JsonObject intent)
    {
        var amount = (long)intent["amount"]!;
        if ((string)intent["capture_method"]! == "manual")
            (intent["status"], intent["amount_capturable"]) = ("requires_capture", amount);
        else
            (intent["status"], intent["amount_received"]) = ("succeeded", amount);
        intent["latest_charge"] = new JsonObject { ["id"] = "ch_1", ["amount_refunded"] = 0L };
        return intent;
    }

    private static JsonObject Challenged(JsonObject intent, Dictionary<string, string> form)
    {
        intent["status"] = "requires_action";
        intent["next_action"] = form.ContainsKey("return_url")
            ? new JsonObject { ["type"] = "redirect_to_url", ["redirect_to_url"] = new JsonObject { ["url"] = "https://hooks.stripe.com/3ds" } }
            : new JsonObject { ["type"] = "use_stripe_sdk" };
        return intent;
    }

    private static (int, JsonObject) Declined(JsonObject intent, string code, string declineCode)
    {
        intent["status"] = "requires_payment_method";
        intent["last_payment_error"] = Fault("card_error", code, declineCode);
        var error = Fault("card_error", code, declineCode);
        error["payment_intent"] = intent.DeepClone();
        return (402, error);
    }

    private static (int, JsonObject) Capture(JsonObject intent, Dictionary<string, string> form)
    {
        var amount = long.Parse(form["amount_to_capture"], CultureInfo.InvariantCulture);
        if ((string)intent["status"]! != "requires_capture")
            return (400, Fault("invalid_request_error", "payment_intent_unexpected_state", null));
        if (amount > (long)intent["amount_capturable"]!)
            return (400, Fault("invalid_request_error", "amount_too_large", null));
        (intent["status"], intent["amount_received"], intent["amount_capturable"]) = ("succeeded", amount, 0);
        return (200, intent);
    }

    private static (int, JsonObject) Cancel(JsonObject intent) => (string)intent["status"]! is "succeeded" or "canceled"
        ? (400, Fault("invalid_request_error", "payment_intent_unexpected_state", null))
        : (200, With(intent, "status", "canceled"));

    private (int, JsonObject) Refund(Dictionary<string, string> form)
    {
        var (intent, amount) = (objects[form["payment_intent"]], long.Parse(form["amount"], CultureInfo.InvariantCulture));
        if (form.TryGetValue("reason", out var reason) && reason is not ("duplicate" or "fraudulent" or "requested_by_customer"))
            return (400, Fault("invalid_request_error", null, null));
        var charge = intent["latest_charge"]!.AsObject();
        var refunded = (long)charge["amount_refunded"]! + amount;
        if (refunded > (long)intent["amount_received"]!)
            return (400, Fault("invalid_request_error", "charge_already_refunded", null));
        charge["amount_refunded"] = refunded;
        return (200, Add($"re_{++serial}", new JsonObject
        {
            ["object"] = "refund", ["status"] = "succeeded", ["amount"] = amount, ["currency"] = (string)intent["currency"]!,
            ["payment_intent"] = form["payment_intent"], ["failure_reason"] = null,
        }));
    }

    private static (int, JsonObject) Attach(JsonObject method, Dictionary<string, string> form) => method["customer"] is null
        ? (200, With(method, "customer", form["customer"]))
        : (400, Fault("invalid_request_error", null, null));

    private static (int, JsonObject) Close(JsonObject dispute, string status) => (string)dispute["status"]! is "won" or "lost"
        ? (400, Fault("invalid_request_error", "dispute_closed", null))
        : (200, With(dispute, "status", status));

    private static JsonObject With(JsonObject value, string name, string text)
    {
        value[name] = text;
        return value;
    }

    private static JsonObject Fault(string type, string? code, string? declineCode) => new()
    {
        ["type"] = type, ["code"] = code, ["decline_code"] = declineCode, ["message"] = $"{code ?? type}.",
    };

    public sealed record Request(string Method, string Path, Dictionary<string, string> Form, string Key, string Version);

    public enum Trouble
    {
        None,
        Breaks,
        TooMany,
        KeyInUse,
        Hangs,
        HangsUpAfterwards,
        Garbles,
    }
}
