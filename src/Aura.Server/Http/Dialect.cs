using System.Text.Json;

namespace Aura.Server.Http;

/// <summary>One public API: its prefix, spelling and errors. It owns a namespace; records declared there are spelled its way.</summary>
public sealed record Dialect(string Name, string Prefix, Type Home)
{
    public required string Title { get; init; }
    public required JsonNamingPolicy Naming { get; init; }

    /// <summary>What <see cref="Error"/> makes.</summary>
    public required Type ErrorType { get; init; }

    /// <summary>The body of a failure.</summary>
    public required Func<Failure, object> Error { get; init; }

    public bool Owns(Type type) => type.Namespace == Home.Namespace || type.GenericTypeArguments.Any(Owns);
    public bool Serves(PathString path) => path.StartsWithSegments(Prefix);

    public RouteGroupBuilder Map(IEndpointRouteBuilder app) => app.MapGroup(Prefix).WithGroupName(Name).WithMetadata(this)
        .AddEndpointFilterFactory(BodyRules.Filter)
        .AddEndpointFilter<Representation>();
}

/// <summary>The dialects of this server.</summary>
public sealed class Dialects(params Dialect[] all)
{
    public IReadOnlyList<Dialect> All { get; } = all;

    /// <summary>The dialect of a path; the first one where none claims it, so that every failure has an envelope.</summary>
    public Dialect For(PathString path) => All.FirstOrDefault(dialect => dialect.Serves(path)) ?? All[0];

    public Dialect? Owner(Type type) => All.FirstOrDefault(dialect => dialect.Owns(type));
}
