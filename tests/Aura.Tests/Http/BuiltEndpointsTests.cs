using Aura.Server.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;

namespace Aura.Tests.Http;

public sealed class BuiltEndpointsTests
{
    [Fact]
    public void Whoever_asks_gets_the_endpoints_that_were_built_once()
    {
        var (orders, carts) = (new Source("orders"), new Source("carts"));
        List<EndpointDataSource> sources = [orders, carts];

        BuiltEndpoints.Build(sources);

        var (matcher, description) = (new CompositeEndpointDataSource(sources), new CompositeEndpointDataSource(sources));
        Assert.Equal(["orders", "carts"], matcher.Endpoints.Select(endpoint => endpoint.DisplayName));
        Assert.Equal(matcher.Endpoints, description.Endpoints);
        Assert.Equal((1, 1), (orders.Times, carts.Times));
        Assert.False(matcher.GetChangeToken().HasChanged);
    }

    private sealed class Source(string name) : EndpointDataSource
    {
        public int Times { get; private set; }

        public override IReadOnlyList<Endpoint> Endpoints
        {
            get
            {
                Times++;
                return [new(null, null, name)];
            }
        }

        public override IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None);
    }
}
