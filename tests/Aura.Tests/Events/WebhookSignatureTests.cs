using System.Security.Cryptography;
using System.Text;
using Aura.Events;

namespace Aura.Tests.Events;

public sealed class WebhookSignatureTests
{
    /// <summary>The vector in the tests of the reference libraries of Standard Webhooks.</summary>
    [Fact]
    public void The_vector_of_Standard_Webhooks_is_met() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSignature.Standard("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, """{"test": 2432232314}"""u8, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    /// <summary>RFC 4231, test case 2.</summary>
    [Fact]
    public void The_plain_form_is_lower_case_hex_of_the_bare_HMAC() => Assert.Equal(
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        WebhookSignature.Plain("what do ya want for nothing?"u8, "Jefe"));

    [Theory]
    [InlineData("your_webhook_secret")]
    [InlineData("whsec_not base64!")]
    public void A_secret_that_is_not_of_the_standard_form_counts_as_written(string secret)
    {
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes("evt_1.12.{}"));
        Assert.Equal($"v1,{Convert.ToBase64String(mac)}", WebhookSignature.Standard("evt_1", 12, "{}"u8, secret));
    }

    [Fact]
    public void New_secrets_are_24_random_bytes_in_the_standard_form()
    {
        var (one, other) = (WebhookSignature.NewSecret(), WebhookSignature.NewSecret());
        Assert.NotEqual(one, other);
        Assert.Equal(24, Convert.FromBase64String(one["whsec_".Length..]).Length);
    }
}
