using Aura.Accounts;
using Microsoft.AspNetCore.Routing;

namespace Aura.Server.Http;

/// <summary>The scopes that routes of this server ask for: what a role may allow.</summary>
public sealed class KnownScopes(IServiceProvider services)
{
    private readonly Lazy<string[]> all = new(() =>
        [.. from endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints
            let needed = endpoint.Metadata.GetMetadata<NeededScope>()
            where needed is not null
            from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
            select needed.For(method)]);

    /// <exception cref="Refused">422 for a scope that no route asks for, with the areas that there are.</exception>
    public void Check(IReadOnlyList<string> scopes, string field)
    {
        foreach (var scope in Scopes.Checked(scopes, field))
            if (!all.Value.Any(known => Scopes.Meet(scope, known)))
                throw Refused.Invalid(field, $"There is no '{scope}'. Areas are {string.Join(", ", all.Value.Select(known => known.Split(':')[0]).Distinct().Order())}, such as brands:write; also read, write and *.");
    }
}
