using System.Text;
using Aura.Connectors.Payments;

namespace Aura.Tests.Connectors.Payments;

public sealed class TimestampedSignatureTests
{
    // Computed with: printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_known
    private const string Known = "68a37d422c7a8b96c533eaf81281025cd110ae84fcf96e4f0307b1bad5f2a1cd";

    private static readonly byte[] Body = Encoding.UTF8.GetBytes("""{"id":"evt_1"}""");
    private static readonly DateTime SignedAt = DateTime.UnixEpoch.AddSeconds(1_700_000_000);

    [Fact]
    public void A_signature_made_elsewhere_is_accepted() => Verify($"t=1700000000,v1={Known}");

    [Fact]
    public void Signing_gives_the_known_signature() =>
        Assert.Equal($"t=1700000000,v1={Known}", TimestampedSignature.Sign(Body, "whsec_known", SignedAt));

    [Fact]
    public void While_a_secret_is_changed_any_of_the_signatures_will_do() => Verify($"t=1700000000,v1={new string('0', 64)},v1={Known},v0=x");

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("t=1700000000")]
    [InlineData("v1=" + Known)]
    [InlineData("t=1700000000,v0=" + Known)]
    [InlineData("t=1700000001,v1=" + Known)]
    [InlineData("t=-1,v1=" + Known)]
    [InlineData("t=99999999999999999999,v1=" + Known)]
    [InlineData("t=1700000000,v1=00")]
    [InlineData("t=9223372036854775807,v1=" + Known)]
    public void Anything_else_is_refused(string? signature) => Assert.Throws<UnverifiedNotice>(() => Verify(signature));

    [Theory]
    [InlineData(-301)]
    [InlineData(301)]
    public void More_than_five_minutes_off_is_refused(int seconds) =>
        Assert.Throws<UnverifiedNotice>(() => Verify($"t=1700000000,v1={Known}", seconds));

    [Theory]
    [InlineData(-300)]
    [InlineData(300)]
    public void Five_minutes_are_tolerated(int seconds) => Verify($"t=1700000000,v1={Known}", seconds);

    [Fact]
    public void A_changed_body_is_refused() => Assert.Throws<UnverifiedNotice>(() => TimestampedSignature.Verify(
        $"t=1700000000,v1={Known}", Encoding.UTF8.GetBytes("""{"id":"evt_2"}"""), "whsec_known", SignedAt));

    [Fact]
    public void Without_a_secret_nothing_is_accepted() => Assert.Throws<UnverifiedNotice>(() => TimestampedSignature.Verify(
        TimestampedSignature.Sign(Body, "", SignedAt), Body, "", SignedAt));

    private static void Verify(string? signature, int secondsLater = 0) =>
        TimestampedSignature.Verify(signature, Body, "whsec_known", SignedAt.AddSeconds(secondsLater));
}
