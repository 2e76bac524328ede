using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aura.Tests.Fire;

namespace Aura.Tests.Http;

public sealed class TransportTests
{
    [Fact]
    public async Task Http_2_is_spoken_over_tls_and_browsers_are_told_to_stay_with_it()
    {
        await using var server = await WithCertificate("https://127.0.0.1:0");
        using var client = Trusting();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(server.Address, "/v2/health")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpVersion.Version20, answer.Version);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("max-age=31536000; includeSubDomains", Assert.Single(answer.Headers.GetValues("Strict-Transport-Security")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("https")]
    public async Task A_server_with_a_certificate_refuses_plain_http_whatever_the_caller_says(string? forwarded)
    {
        await using var server = await WithCertificate("http://127.0.0.1:0");
        var headers = forwarded is null ? [] : new[] { ("X-Forwarded-Proto", forwarded) };

        var error = await server.Client(null).Refused(403, "GET /v2/health", null, headers);

        Assert.Equal("Use HTTPS.", (string?)error["message"]);
        await server.Client(null).Ok("GET /health/live");
        await Await.Until(async () => (await server.Client(null).Send("GET /health/ready")).Status == 200);
    }

    [Fact]
    public async Task Behind_a_proxy_that_must_use_https_plain_http_is_refused_and_not_redirected()
    {
        await using var server = await TestServer.Start((await TestServer.Shared).Database, options: o => o with { RequireHttps = true });
        var client = server.Client(null);

        await client.Refused(403, "GET /v2/health", null, ("X-Forwarded-Proto", "http"));
        await client.Refused(403, "GET /v2/health");
        using var answer = await client.Answer("GET /v2/health", null, ("X-Forwarded-Proto", "https"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("127.0.0.0/8", "203.0.113.7, 127.0.0.9", "203.0.113.7")]
    [InlineData("127.0.0.1", "198.51.100.1, 203.0.113.7", "203.0.113.7")]
    [InlineData("10.0.0.0/8", "203.0.113.7", "127.0.0.1")]
    public async Task Who_called_is_read_from_balancers_that_are_known_alone(string proxies, string forwarded, string caller)
    {
        var store = await Store.Open();
        var network = proxies.Contains('/') ? IPNetwork.Parse(proxies) : new(IPAddress.Parse(proxies), 32);
        await using var server = await TestServer.Start(store.Server.Database, options: o => o with { Proxies = [network] });

        await server.Client(store.Account.TestKey).Ok("POST /v2/customers", new { email = "a@example.com" }, ("X-Forwarded-For", forwarded));

        Assert.Equal(caller, Assert.Single(await store.Server.Rows("SELECT ip_address FROM audit_logs WHERE tenant_id = $1 AND action = 'customer.created'", [store.Account.Sandbox.Id])));
    }

    private static async Task<TestServer> WithCertificate(string url)
    {
        var certificate = Path.Combine(TestCluster.TemporaryDirectory(), "server.pem");
        await File.WriteAllTextAsync(certificate, SelfSigned());
        return await TestServer.Start((await TestServer.Shared).Database, options: o => o with { Url = url, Certificate = certificate });
    }

    private static HttpClient Trusting() => new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true });

    private static string SelfSigned()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddYears(-1));
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }
}
