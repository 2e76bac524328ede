using System.Text.Json;
using Aura.Server.Http.Lists;

namespace Aura.Server.Http;

/// <summary>One public API and all that its wire format has of its own. It owns a namespace; records declared there are spelled its way.</summary>
public sealed record Dialect(string Name, string Prefix, Type Home)
{
    public required string Title { get; init; }
    public required string Version { get; init; }
    public required JsonNamingPolicy Naming { get; init; }

    /// <summary>What <see cref="Error"/> makes.</summary>
    public required Type ErrorType { get; init; }

    /// <summary>The body of a failure, at the time that it is told.</summary>
    public required Func<Failure, DateTime, object> Error { get; init; }

    public required ListForm Lists { get; init; }

    /// <summary>X-RateLimit-Reset: when a limit starts anew.</summary>
    public required Func<DateTime, string> Reset { get; init; }

    /// <summary>The class of requests that its routes are in, where they name no other; null: only the plan's limits hold.</summary>
    public LimitClass? Limit { get; init; }

    /// <summary>A header that may carry the key, besides Authorization.</summary>
    public string? KeyHeader { get; init; }

    /// <summary>Whether each request names its store by <see cref="ShopParameter"/>, and not by X-Tenant-ID.</summary>
    public bool NamesShop { get; init; }

    /// <summary>The status of a request in which something required is missing.</summary>
    public int Absence { get; init; } = StatusCodes.Status422UnprocessableEntity;

    /// <summary>The status of a request whose path, query or headers say what they cannot.</summary>
    public int Misreading { get; init; } = StatusCodes.Status400BadRequest;

    public bool Owns(Type type) => type.Namespace == Home.Namespace || type.GenericTypeArguments.Any(Owns);
    /// <summary>The path of a field: Items[0].UnitPrice becomes items[0].unit_price.</summary>
    public string Spelled(string path) => string.Join('.', path.Split('.').Select(Naming.ConvertName));

    public bool Serves(PathString path) => path.StartsWithSegments(Prefix);

    public RouteGroupBuilder Map(IEndpointRouteBuilder app) => app.MapGroup(Prefix).WithGroupName(Name).WithMetadata(Limit is null ? [this] : [this, Limit])
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
