using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Aura.Tests.Http.Generated;

namespace Aura.Tests.Fire;

/// <summary>A request that is almost right, or quite wrong, as bytes.</summary>
/// <param name="IsHttp">A request that the web server hands on: its refusal has the envelope of the dialect.</param>
/// <param name="IsLast">Nothing is sent after it on the same connection.</param>
internal sealed record Attack(string Method, string Target, List<string> Headers, byte[] Body, bool IsHttp = true, bool IsLast = false)
{
    public byte[]? Raw { get; init; }

    public byte[] Bytes() => Raw ?? [.. Encoding.Latin1.GetBytes($"{Method} {Target} HTTP/1.1\r\n{string.Concat(Headers.Select(header => header + "\r\n"))}\r\n"), .. Body];

    /// <summary>To send the same by hand.</summary>
    public string Curl(Uri address) => Raw is not null
        ? $"echo {Convert.ToBase64String(Raw)} | base64 -d | nc {address.Host} {address.Port}"
        : $"echo {Convert.ToBase64String(Body)} | base64 -d | curl -X {Method} '{address.GetLeftPart(UriPartial.Authority)}{Target.Replace("'", "%27", StringComparison.Ordinal)}' {string.Join(' ', Headers.Select(h => $"-H '{h.Replace("'", "'\\''", StringComparison.Ordinal)}'"))} --data-binary @-";
}

/// <summary>Makes requests from the descriptions: each is a function of its seed, so that it can be sent again.</summary>
internal sealed class Nonsense(IReadOnlyList<Route> routes, IReadOnlyDictionary<string, string> ids, string key, string shop, IReadOnlyList<string> victims)
{
    /// <summary>The web server may close the connection before it has read a longer body.</summary>
    private const int MostRead = 1 << 20;

    private static readonly JsonNode?[] Odd =
    [
        null, true, 0, -1, 1e308, 0.001m, 99_999_999_999_999_999m, long.MaxValue, "", "\0", new string('a', 600), "\ud83d\ude00", "%", "_", "\\", "' or 1=1 --",
        "9999-12-31T23:59:59Z", "0001-01-01", "2024-02-30", "P999999999Y", "ZZZ", "NaN", "*", "-1", "1e400", "../../etc/passwd", "{{7*7}}", "\u202e\u0000\ufffe",
        new JsonArray(), new JsonObject(), new JsonArray(new JsonArray()), new JsonObject { [""] = "" }, new JsonArray(Enumerable.Range(0, 300).Select(i => (JsonNode)i).ToArray()),
    ];

    private static readonly string[] Types =
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "application/xml", "application/json; charset=utf-16", "application/json; charset=none", "text/csv", "", "/", "application/merge-patch+json"];

    private static readonly string[] Verbs = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW", "get", "CONNECT"];

    private static readonly string[] Headers =
    [
        "If-Match: \"999999999999999999999\"", "If-Match: W/\"0\"", "If-None-Match: *", "If-None-Match: \"", "X-Tenant-ID: *", "X-Tenant-ID: tenant_99999999999999999999", "X-Currency: ZZZ", "X-Currency: EUR",
        "Accept-Language: xx-XX;q=9", "Accept: application/xml", "Range: bytes=0-", "X-Forwarded-Proto: gopher", "X-HTTP-Method-Override: DELETE", "Idempotency-Key: same", "Idempotency-Key: \u00e9\u00ff", "Idempotency-Key: " + "k",
        "Accept-Encoding: identity;q=0", "Expect: 100-continue", "Content-Encoding: gzip", "X-Signature: 00", "X-Timestamp: -1", "X-Nonce: x", "Authorization: Bearer", "Authorization: Basic x", "Cookie: a=b; a=c", "Upgrade: websocket", "Forwarded: for=\"[::1\"",
    ];

    private readonly string?[] bodies = [.. routes.Select(route => route.Body(prefix => ids.GetValueOrDefault(prefix) ?? $"{prefix}_1")?.ToJsonString())];
    private readonly string[][] queries = [.. routes.Select(route => route.Parameters.Where(p => (string?)p["in"] == "query").Select(p => (string)p["name"]!).ToArray())];
    private readonly string[] known = [.. ids.Values];

    public Attack Next(int seed)
    {
        var random = new Random(seed);
        if (random.Next(50) == 0)
            return Garbage(random);
        var number = random.Next(routes.Count);
        var route = routes[number];
        var target = Regex.Replace(route.Path, @"\{(\w+)\}", _ => Segment(random)) + Named(Query(queries[number], route.IsList, random), queries[number].Contains("shop") && random.Next(10) != 0);
        var headers = new List<string> { "Host: shop.example", $"Authorization: Bearer {(Ends(route) ? victims[random.Next(victims.Count)] : key)}" };
        while (random.Next(4) == 0)
            headers.Add(Pick(Headers, random));
        if (headers.Skip(2).FirstOrDefault(header => header.StartsWith("Authorization", StringComparison.Ordinal)) is { } other)
            headers[1] = other;
        headers = [.. headers.DistinctBy(header => header[..header.IndexOf(':')])];
        var body = Body(bodies[number], random);
        var method = random.Next(25) == 0 ? Pick(Verbs, random) : route.Method;
        if (body.Length > 0 || method is not ("GET" or "HEAD"))
        {
            if (random.Next(2) == 0 && !headers.Exists(header => header.StartsWith("Idempotency-Key", StringComparison.Ordinal)))
                headers.Add($"Idempotency-Key: {seed}"); // in one transaction, then
            headers.Add($"Content-Type: {(random.Next(15) == 0 ? Pick(Types, random) : "application/json")}");
            if (random.Next(10) == 0)
            {
                headers.Add("Transfer-Encoding: chunked");
                body = Chunked(body, random);
            }
            else
                headers.Add($"Content-Length: {body.Length}");
        }

        return new(method, target, headers, body, IsHttp: body.Length < MostRead);
    }

    /// <summary>Routes that would end the test: they take a key or a store away, or move its clock by years. They get stores of their own.</summary>
    private static bool Ends(Route route) =>
        route.Path.StartsWith("/v2/api-keys", StringComparison.Ordinal) || route.Path.StartsWith("/v2/tenants", StringComparison.Ordinal) || route.Path is "/v2/account" or "/v2/test-clock/advance";

    private string Segment(Random random) => random.Next(8) switch
    {
        0 => Uri.EscapeDataString($"{Pick(Odd, random)}x"),
        1 => Pick(["%00", "%ff%fe", "%2e%2e", "%2F", "0", "-1", "99999999999999999999", "prod_", "_1", "prod_1e5", "%F0%9F%98%80", "a;b=c"], random),
        2 => $"{random.Next()}",
        _ => Pick(known, random) is var id && random.Next(3) == 0 ? id[(id.LastIndexOf('_') + 1)..] : id,
    };

    private static string Query(string[] names, bool isList, Random random)
    {
        if (random.Next(isList ? 2 : 6) != 0)
            return "";
        var parts = new List<string>();
        foreach (var name in names)
            if (random.Next(4) == 0)
                parts.Add($"{name}={Value(random)}");
        if (random.Next(3) == 0)
            parts.Add($"filter[{Pick(["created_at", "status", "id", "", "]["], random)}][{Pick(["in", "gt", "like", ""], random)}]={Value(random)}");
        if (random.Next(4) == 0)
            parts.Add($"cursor={Convert.ToBase64String(Some(random, random.Next(40))).Replace('+', '-').Replace('/', '_')}");
        if (random.Next(10) == 0)
            parts.Add(Pick(["&&&", "=", "%zz=%", "a=1&a=2&a=3", "limit=1&limit=x", "fields=", "sort=--id", "page=0&per_page=1000000"], random));
        return "?" + string.Join('&', parts);
    }

    /// <summary>Most requests that have to name the shop name it, or they would come no further than that.</summary>
    private string Named(string query, bool isNamed) => !isNamed ? query
        : $"?shop={shop}{string.Concat(query.TrimStart('?').Split('&').Where(part => part != "" && !part.StartsWith("shop=", StringComparison.Ordinal)).Select(part => $"&{part}"))}";

    private static string Value(Random random) => random.Next(6) == 0 ? Pick(["%00", "%ff", "%", "a%2Cb", "[]", "-id,-id"], random) : Uri.EscapeDataString($"{Pick(Odd, random)}");

    private static byte[] Body(string? example, Random random)
    {
        if (example is null && random.Next(8) != 0)
            return [];
        var body = Damage(example is null ? null : JsonNode.Parse(example), random, 0);
        var text = body?.ToJsonString(random.Next(2) == 0 ? Loose : null) ?? "null";
        return random.Next(40) switch
        {
            0 => Encoding.UTF8.GetBytes(text)[..random.Next(Encoding.UTF8.GetByteCount(text))],
            1 => Splice(text, [0xff, 0xfe, 0xc3], random),
            2 => Splice(text, [0], random),
            3 => Splice(text, "\"\\ud800\""u8, random),
            4 => Encoding.UTF8.GetBytes(new string('[', 1 + random.Next(5000))),
            5 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 200))),
            6 => Encoding.UTF8.GetBytes(text.Length > 2 && text[0] == '{' ? $"{text[..^1]},{text[1..]}" : "{\"a\":1,\"a\":2}"), // every key twice
            7 => Encoding.UTF8.GetBytes($"[{text},{text}]"),
            8 => [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(text)],
            9 => Encoding.Unicode.GetBytes(text),
            10 => Encoding.UTF8.GetBytes(text + text),
            11 => Encoding.UTF8.GetBytes($"/* */{text}//"),
            12 => Encoding.UTF8.GetBytes(Regex.Replace(text, @"\b\d+\b", _ => Pick(["1e999", "-0", "0x10", "1.", "01", "123456789012345678901234567890", "1e-400"], random))),
            13 => random.Next(20) == 0 ? Encoding.UTF8.GetBytes($"{{\"name\":\"{new string('x', 1 << random.Next(10, 22))}\"}}") : [],
            _ => Encoding.UTF8.GetBytes(text),
        };
    }

    private static readonly JsonSerializerOptions Loose = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonNode? Damage(JsonNode? body, Random random, int depth)
    {
        if (body is null || random.Next(12) == 0)
            return Pick(Odd, random)?.DeepClone();
        if (body is JsonArray { Count: > 0 } list && depth < 4)
            return new JsonArray(Damage(list[0]?.DeepClone(), random, depth + 1));
        if (body is JsonObject thing)
            foreach (var name in thing.Select(pair => pair.Key).ToList())
                switch (random.Next(8))
                {
                    case 0: thing[name] = Pick(Odd, random)?.DeepClone(); break;
                    case 1: thing[name] = Damage(thing[name]?.DeepClone(), random, depth + 1); break;
                    case 2 or 3: thing.Remove(name); break;
                }
        return body;
    }

    /// <summary>What no client sends: the web server itself refuses it, or closes the connection.</summary>
    private Attack Garbage(Random random)
    {
        var line = $"GET /v2/products HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n";
        byte[] raw = random.Next(12) switch
        {
            0 => Some(random, 1 + random.Next(200)),
            1 => Text($"GET /{new string('a', 20_000)} HTTP/1.1\r\nHost: a\r\n\r\n"),
            2 => Text($"{line}X-Long: {new string('b', 40_000)}\r\n\r\n"),
            3 => Text($"GET /v2/products HTTP/1.1\r\nAuthorization: Bearer {key}\r\n\r\n"),
            4 => Text($"POST /v2/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: -5\r\n\r\n"),
            5 => Text($"POST /v2/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n0\r\n\r\n"),
            6 => Text($"POST /v2/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{{\"email\""),
            7 => Text($"{line}\r\n{line}\r\n\0\0garbage\r\n\r\n"),
            8 => Text("GET http://[::1/ HTTP/1.1\r\nHost: a\r\n\r\n"),
            9 => Text("GET /v2/products HTTP/9.9\r\n\r\n"),
            10 => Text($"{line}{string.Concat(Enumerable.Range(0, 200).Select(i => $"X-{i}: {i}\r\n"))}\r\n"),
            _ => Text($"POST /v2/customers HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n"),
        };
        return new("GET", "/", [], [], IsHttp: false, IsLast: true) { Raw = raw };
    }

    private static byte[] Chunked(byte[] body, Random random)
    {
        var chunks = new MemoryStream();
        for (var at = 0; at < body.Length;)
        {
            var some = Math.Min(1 + random.Next(2000), body.Length - at);
            chunks.Write(Text(string.Create(CultureInfo.InvariantCulture, $"{some:x}\r\n")));
            chunks.Write(body, at, some);
            chunks.Write("\r\n"u8);
            at += some;
        }

        chunks.Write("0\r\n\r\n"u8);
        return chunks.ToArray();
    }

    private static byte[] Splice(string text, ReadOnlySpan<byte> odd, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var at = random.Next(bytes.Length + 1);
        return [.. bytes[..at], .. odd, .. bytes[at..]];
    }

    private static byte[] Some(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Text(string text) => Encoding.Latin1.GetBytes(text);

    private static T Pick<T>(IReadOnlyList<T> of, Random random) => of[random.Next(of.Count)];
}
