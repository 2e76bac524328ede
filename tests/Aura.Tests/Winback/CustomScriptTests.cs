using System.Text.Json.Nodes;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Winback;

public sealed class CustomScriptTests
{
    private const string Scripts = "/api/abandoned-checkout-winback/developer/custom-scripts";
    private const string Sample = "function customLogic(cart) { return cart.value > 100; }";

    [Theory]
    [InlineData(150, true)]
    [InlineData(50, false)]
    public async Task The_documents_sample_answers_by_the_value_of_the_cart(int value, bool expected)
    {
        var store = await Store.Open();
        var id = await Make(store, Sample);

        var answer = await store.Test.Ok($"POST {Scripts}/{id}/execute", new { input = new { cart = new { value } } });

        Assert.Equal((true, expected), ((bool)answer["success"]!, (bool)answer["result"]!));
        Assert.Empty(answer["logs"]!.AsArray());
        Assert.True((int)answer["durationMs"]! >= 0);
    }

    [Fact]
    public async Task A_script_has_a_console_and_answers_with_any_JSON()
    {
        var store = await Store.Open();
        var id = await Make(store, "function main(cart) { console.log('value', cart.value, {a: [1]}); return {tags: ['x', cart.id], n: null}; }");

        var answer = await store.Test.Ok($"POST {Scripts}/{id}/execute", new { input = new { id = "cart_1", value = 7 } });
        await store.Test.Refused(422, $"POST {Scripts}/{id}/execute", new { input = 7 });
        await store.Test.Refused(422, $"POST {Scripts}/{id}/execute", new { input = new[] { 7 } });

        Assert.Equal("""value 7 {"a":[1]}""", (string?)answer["logs"]![0]);
        Assert.Equal("""{"tags":["x","cart_1"],"n":null}""", answer["result"]!.ToJsonString());
    }

    [Fact]
    public async Task A_run_with_the_same_seed_at_the_same_time_is_the_same()
    {
        var store = await Store.Open();
        var id = await Make(store, "function main() { return [Math.random(), Math.random(), typeof Date.now(), new Date(2026, 0, 1) instanceof Date]; }");

        var (one, two, other) = (await Result(1), await Result(1), await Result(2));

        Assert.Equal(one, two);
        Assert.NotEqual(one, other);
        Assert.EndsWith(""","number",true]""", one, StringComparison.Ordinal);

        async Task<string> Result(int seed) => (await store.Test.Ok($"POST {Scripts}/{id}/execute", new { seed }))["result"]!.ToJsonString();
    }

    [Theory]
    [InlineData("function f() { while (true) {} }", "SCRIPT_TIMEOUT")]
    [InlineData("function f() { var a = [], s = 'x'; while (s.length < 1000000) s += s; while (true) a.push(s + a.length); }", "SCRIPT_MEMORY")]
    [InlineData("function f() { var s = 'x'; while (true) s += s; }", "SCRIPT_MEMORY")]
    [InlineData("function f() { return f(); }", "SCRIPT_RECURSION")]
    [InlineData("function f() { return /^(a+)+$/.test(new Array(40).join('a') + 'b'); }", "SCRIPT_TIMEOUT")]
    [InlineData("function f() { var s = 'x'; while (s.length < 100000) s += s; return s; }", "SCRIPT_OUTPUT")]
    [InlineData("function f() { return require('fs').readFileSync('/etc/passwd'); }", "SCRIPT_ERROR")]
    [InlineData("function f() { return System.IO.File.ReadAllText('/etc/passwd'); }", "SCRIPT_ERROR")]
    [InlineData("function f() { return importNamespace('System.IO').File.ReadAllText('/etc/passwd'); }", "SCRIPT_ERROR")]
    [InlineData("function f() { return new XMLHttpRequest(); }", "SCRIPT_ERROR")]
    [InlineData("function f() { return fetch('http://127.0.0.1/'); }", "SCRIPT_ERROR")]
    [InlineData("function f() { return process.env.PATH; }", "SCRIPT_ERROR")]
    [InlineData("function f() { return console.log.constructor('return this.process.env')(); }", "SCRIPT_ERROR")]
    [InlineData("function f() { throw new Error('no'); }", "SCRIPT_ERROR")]
    [InlineData("JSON.stringify = function () { return 'nonsense'; }; function f() { return 1; }", "SCRIPT_OUTPUT")]
    public async Task What_a_script_may_not_do_ends_with_an_error_and_the_server_goes_on(string code, string error)
    {
        var store = await Store.Open();
        var id = await Make(store, code);

        var refusal = await store.Test.Refused(422, $"POST {Scripts}/{id}/execute", new { input = new { cart = new { value = 1 } } });

        Assert.Equal(error, (string?)refusal);
        var sample = await Make(store, Sample);
        Assert.True((bool)(await store.Test.Ok($"POST {Scripts}/{sample}/execute", new { input = new { cart = new { value = 150 } } }))["result"]!);
    }

    [Fact]
    public async Task A_script_cannot_reach_the_runtime_behind_its_console()
    {
        var store = await Store.Open();
        var id = await Make(store, """
            function main() {
              var seen = [typeof __write, typeof System, typeof importNamespace, typeof clr, typeof host];
              for (var name in console) seen.push(typeof console[name].GetType, typeof console[name].Method);
              return seen;
            }
            """);

        var result = (await store.Test.Ok($"POST {Scripts}/{id}/execute"))["result"]!.AsArray();

        Assert.All(result, seen => Assert.Equal("undefined", (string?)seen));
    }

    [Theory]
    [InlineData("function f( {")]
    [InlineData("var a = 1;")]
    [InlineData("async function f() { await 1; }")]
    public async Task What_is_no_program_with_a_function_is_refused_when_it_is_saved(string code)
    {
        var store = await Store.Open();

        var (status, refusal) = await store.Test.Send($"POST {Scripts}", new { name = "A", trigger = "cart_abandoned", code });

        Assert.Equal((422, "SCRIPT_SYNTAX", "code"), (status, (string?)refusal!["error"], (string?)refusal["details"]![0]!["field"]));
    }

    [Fact]
    public async Task Code_that_is_nested_beyond_all_measure_harms_nobody()
    {
        var store = await Store.Open();
        var code = $"function f() {{ return {new string('(', 30_000)}1{new string(')', 30_000)}; }}";

        var (status, _) = await store.Test.Send($"POST {Scripts}", new { name = "Deep", trigger = "cart_abandoned", code });

        Assert.Equal(422, status);
        await Make(store, Sample);
    }

    [Fact]
    public async Task A_script_runs_on_its_event_once_and_what_it_answers_is_kept()
    {
        var store = await Store.Open();
        var id = await Make(store, "function main(cart) { return [cart.value, cart.id, cart.customerId]; }");

        await DeveloperWebhookTests.Abandon(store, 150);
        await DeveloperWebhookTests.Abandon(store, 150, "recovery.success");
        await store.Advance("PT0S");
        await store.Advance("PT1H");

        var run = Assert.Single((await store.Test.Ok($"GET {Scripts}/{id}/runs"))["runs"]!.AsArray())!;
        Assert.Equal(("succeeded", """[150,"cart_123","customer_456"]"""), ((string?)run["status"], run["result"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_script_that_fails_twenty_times_in_a_row_is_switched_off()
    {
        var store = await Store.Open();
        var id = await Make(store, "function main(cart) { throw new Error('no ' + cart.value); }");
        var number = Id<Aura.Scripts.CustomScript>.ToNumber((string)id!)!.Value;
        await store.Server.Rows("UPDATE custom_scripts SET consecutive_failures = 18 WHERE tenant_id = $1 AND id = $2", store.Account.Sandbox.Id, number);

        await Fail(1);
        var before = (await store.Test.Ok($"GET {Scripts}/{id}"))["script"]!;
        await Fail(2);
        await Fail(3);
        var after = (await store.Test.Ok($"GET {Scripts}/{id}"))["script"]!;
        await store.Test.Ok($"PUT {Scripts}/{id}", new { enabled = true });
        var revived = (await store.Test.Ok($"GET {Scripts}/{id}"))["script"]!;

        Assert.Equal((true, 19), ((bool)before["enabled"]!, (int)before["consecutiveFailures"]!));
        Assert.False((bool)after["enabled"]!);
        Assert.Contains("no 2", (string?)after["disabledReason"], StringComparison.Ordinal);
        Assert.Equal((true, 0), ((bool)revived["enabled"]!, (int)revived["consecutiveFailures"]!));
        Assert.Equal(2, (int)(await store.Test.Ok($"GET {Scripts}/{id}/runs?status=failed"))["total"]!);

        async Task Fail(int value)
        {
            await DeveloperWebhookTests.Abandon(store, value);
            await store.Advance("PT0S");
        }
    }

    [Fact]
    public async Task Every_version_of_the_code_is_kept()
    {
        var store = await Store.Open();
        var id = await Make(store, Sample);

        var changed = await store.Test.Ok($"PUT {Scripts}/{id}", new { code = "function main() { return 2; }" });
        var same = await store.Test.Ok($"PUT {Scripts}/{id}", new { code = "function main() { return 2; }", name = "Two" });
        var versions = (await store.Test.Ok($"GET {Scripts}/{id}/versions"))["versions"]!.AsArray();

        Assert.Equal((2, 2), ((int)changed["revision"]!, (int)same["revision"]!));
        Assert.Equal(["function main() { return 2; }", Sample], versions.Select(version => (string?)version!["code"]));
        await store.Test.Ok($"DELETE {Scripts}/{id}");
        await store.Test.Refused(404, $"GET {Scripts}/{id}/versions");
    }

    [Fact]
    public async Task A_trigger_is_read_in_both_spellings_and_must_be_an_event()
    {
        var store = await Store.Open();

        await Make(store, Sample, "cart.abandoned");
        await Make(store, Sample, "order.created");

        Assert.Equal(["order_created", "cart_abandoned"], (await store.Test.Ok($"GET {Scripts}"))["scripts"]!.AsArray().Select(script => (string?)script!["trigger"]));
        await store.Test.Refused(422, $"POST {Scripts}", new { name = "A", trigger = "pigeon_landed", code = Sample });
        await store.Test.Refused(422, $"POST {Scripts}", new { name = "A", trigger = "cart_abandoned", code = Sample, language = "python" });
    }

    [Fact]
    public async Task Many_at_once_wait_their_turn()
    {
        var store = await Store.Open();
        var id = await Make(store, Sample);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(value => store.Test.Ok($"POST {Scripts}/{id}/execute", new { input = new { cart = new { value = value * 20 } } })));

        Assert.Equal(Enumerable.Range(0, 12).Select(value => value * 20 > 100), answers.Select(answer => (bool)answer["result"]!));
    }

    private static async Task<JsonNode?> Make(Store store, string code, string trigger = "cart_abandoned") =>
        (await store.Test.Ok($"POST {Scripts}", new { name = "Custom Recovery Logic", trigger, code, language = "javascript" }))["scriptId"];
}
