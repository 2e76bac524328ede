using Microsoft.Extensions.Primitives;

namespace Aura.Server.Http;

/// <summary>The endpoints of a server, built once.</summary>
/// <remarks>ASP.NET Core builds them anew for each who asks, the matcher of requests among them and the descriptions of the API: for all of ours that is up to a second of a processor each time.</remarks>
internal sealed class BuiltEndpoints : EndpointDataSource
{
    private readonly Lazy<IReadOnlyList<Endpoint>> built;

    private BuiltEndpoints(IReadOnlyList<EndpointDataSource> sources) => built = new(() => [.. sources.SelectMany(source => source.Endpoints)]);

    public override IReadOnlyList<Endpoint> Endpoints => built.Value;

    public override IChangeToken GetChangeToken() => new CancellationChangeToken(CancellationToken.None); // they never change

    /// <summary>Has what was mapped so far built once, beside whatever comes next.</summary>
    public static void Build(ICollection<EndpointDataSource> sources)
    {
        var once = new BuiltEndpoints([.. sources]);
        sources.Clear();
        sources.Add(once);
        _ = OwnThread.Run(() => once.built.Value); // where it fails, it does so for whoever needs it
    }
}
