using System.Net;
using Aura.Accounts;
using Aura.Connectors.Payments;
using Aura.Jobs;
using Aura.Payments;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Aura.Server;

/// <summary>The payer's bank in a sandbox: the page where a tester passes or fails 3-D Secure, in a browser or with one POST.</summary>
/// <remarks>It asks for no key, for payers have none: who knows the gateway's reference of a waiting payment may decide.</remarks>
internal static class SandboxBank
{
    private const string Gateway = "sandbox";

    public static void MapSandboxBank(this IEndpointRouteBuilder app)
    {
        var bank = app.MapGroup($"{PaymentProcessing.ChallengePath}/{{tenant}}").ExcludeFromDescription();
        bank.MapGet("", Show);
        bank.MapPost("", Decide);
    }

    private static async Task<ContentHttpResult> Show(
        Id<Store> tenant, string payment, HttpResponse response, AccessDirectory stores, CurrentCaller current, PaymentProcessing payments, CancellationToken cancellation)
    {
        var intent = await Waiting(tenant, payment, stores, current, payments, cancellation);
        return Page(response, $"""
            <h1>3-D Secure</h1>
            <p>This is the sandbox: no bank is asked, and no money moves.</p>
            <p class="amount">{WebUtility.HtmlEncode(new Money(intent.Amount, intent.Currency).ToString())}</p>
            <form method="post"><button name="result" value="passed">It is me</button> <button name="result" value="failed">Decline</button></form>
            """);
    }

    /// <summary><c>result</c> (passed, failed; without it passed) stands in the form or the query. The payer is sent back where the payment named a return_url.</summary>
    private static async Task<IResult> Decide(
        Id<Store> tenant, string payment, HttpContext http, AccessDirectory stores, CurrentCaller current, PaymentProcessing payments, CancellationToken cancellation)
    {
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(cancellation) : null;
        var challenge = Read(form?["result"].ToString() is { Length: > 0 } chosen ? chosen : http.Request.Query["result"].ToString());
        var waiting = await Waiting(tenant, payment, stores, current, payments, cancellation);
        var intent = await payments.Confirm(waiting.Id, null, challenge, null, cancellation);
        var outcome = intent.Status == IntentStatus.Failed ? "failed" : "succeeded";
        if (ReturnUrl(waiting) is not { } back)
            return Page(http.Response, $"<h1>3-D Secure</h1><p>The authentication has {outcome}. You can close this page.</p>");
        http.Response.Headers.Location = QueryHelpers.AddQueryString(
            back, new Dictionary<string, string?> { ["payment_intent"] = $"{new Id<PaymentIntent>(intent.Id)}", ["redirect_status"] = outcome });
        return TypedResults.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <exception cref="Refused">404 for a payment that the sandbox does not know; 409 where the payer was asked and has answered.</exception>
    private static async Task<PaymentIntent> Waiting(
        Id<Store> tenant, string reference, AccessDirectory stores, CurrentCaller current, PaymentProcessing payments, CancellationToken cancellation)
    {
        var store = await stores.Store(tenant.Value, cancellation);
        if (store is not { IsTest: true })
            throw Refused.NotFound(Payment.Noun);
        current.Value = Caller.System(store);
        var intent = await payments.Find(Gateway, reference, cancellation) ?? throw Refused.NotFound(Payment.Noun);
        return intent.Status == IntentStatus.RequiresAction
            ? intent
            : throw Refused.Conflict("unexpected_state", "Nobody waits for this authentication (any more).", new { Status = Words<IntentStatus>.Of(intent.Status) });
    }

    private static Challenge Read(string result) => result == ""
        ? Challenge.Passed
        : Words<Challenge>.TryParse(result, out var challenge) ? challenge : throw Refused.Invalid("result", "Must be passed or failed.");

    /// <summary>As the payment has it, not as somebody wrote it into the address of this page.</summary>
    private static string? ReturnUrl(PaymentIntent intent) =>
        intent.NextAction?.Url is { } page &&
        QueryHelpers.ParseQuery(new Uri(page).Query).TryGetValue("return_url", out var back) &&
        Uri.TryCreate(back, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address.ToString() : null;

    private static ContentHttpResult Page(HttpResponse response, string content)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'";
        return TypedResults.Content($$"""
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>3-D Secure</title>
            <style>body{font:1rem/1.5 system-ui;max-width:26rem;margin:15vh auto;padding:0 1rem}.amount{font-size:2rem}button{font:inherit;padding:.5rem 1rem}</style>
            {{content}}
            """, "text/html; charset=utf-8");
    }
}
