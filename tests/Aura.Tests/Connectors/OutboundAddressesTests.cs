using System.Net;
using Aura.Connectors;

namespace Aura.Tests.Connectors;

public sealed class OutboundAddressesTests
{
    private static readonly OutboundAddresses Public = new(allowPrivate: false);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.255.254")]
    [InlineData("0.0.0.0")]
    [InlineData("10.0.0.1")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("192.0.0.8")]
    [InlineData("198.18.0.1")]
    [InlineData("203.0.113.7")]
    [InlineData("224.0.0.1")]
    [InlineData("240.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.1.2.3")]
    [InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::7f00:1")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::")]
    public void Addresses_that_are_not_of_the_public_internet_are_told(string address) => Assert.False(OutboundAddresses.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("172.15.255.255")]
    [InlineData("172.32.0.1")]
    [InlineData("100.63.255.255")]
    [InlineData("100.128.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("169.253.0.1")]
    [InlineData("223.255.255.255")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("2606:4700:4700::1111")]
    [InlineData("2a00:1450:4001:81b::200e")]
    public void Public_addresses_are_told(string address) => Assert.True(OutboundAddresses.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData("http://localhost/hook")]
    [InlineData("http://LOCALHOST./hook")]
    [InlineData("http://shop.localhost/hook")]
    [InlineData("http://127.0.0.1:8080/")]
    [InlineData("http://127.1/")]
    [InlineData("http://2130706433/")]
    [InlineData("http://0x7f.0.0.1/")]
    [InlineData("http://0177.0.0.1/")]
    [InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/")]
    [InlineData("http://[fe80::1%25eth0]/")]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://１２７.0.0.1/")]
    public void A_private_address_is_refused_as_it_is_written(string url) => Assert.NotNull(Public.Objection(url));

    [Theory]
    [InlineData("")]
    [InlineData("example.com/hook")]
    [InlineData("/hook")]
    [InlineData("ftp://example.com/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("https://user:password@example.com/")]
    public void What_is_no_plain_web_address_is_refused_even_where_private_ones_are_allowed(string url) =>
        Assert.NotNull(new OutboundAddresses(allowPrivate: true).Objection(url));

    [Fact]
    public void Public_names_are_let_through_and_private_ones_where_they_are_allowed()
    {
        Assert.Null(Public.Objection("https://example.com:8443/hook?x=1"));
        Assert.Null(Public.Objection("http://8.8.8.8/"));
        Assert.Null(new OutboundAddresses(allowPrivate: true).Objection("http://127.0.0.1:5000/hook"));
    }

    /// <summary>The name passes as it is written; what it leads to decides when the connection is made.</summary>
    [Fact]
    public async Task A_name_that_leads_to_a_private_address_is_not_connected_to()
    {
        using var handler = new SocketsHttpHandler { ConnectCallback = Public.Connect };
        using var client = new HttpClient(handler);
        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri("http://localhost:9/")));
        Assert.IsType<PrivateAddressException>(failure.InnerException);
    }
}
