using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace Aura.Server.Http;

/// <summary>A response that knows its version: its ETag begins with it, and If-Match compares it.</summary>
public interface IVersioned
{
    int Version { get; }
    DateTime UpdatedAt { get; }
}

/// <summary>Answers GET requests with what they may be kept by, and with the fields that were asked for.</summary>
internal sealed class Representation(IOptions<JsonOptions> json) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        return result is null or IResult || !HttpMethods.IsGet(context.HttpContext.Request.Method)
            ? result
            : new Answer(result, json.Value.SerializerOptions);
    }

    private sealed class Answer(object value, JsonSerializerOptions json) : IResult
    {
        public async Task ExecuteAsync(HttpContext http)
        {
            var lists = http.GetEndpoint()!.Metadata.GetRequiredMetadata<Dialect>().Lists; // the dialect put this filter here
            using var body = Serialise(lists.IsOpen ? http.Request.Query["fields"] : default(string), lists.Items);
            var version = value as IVersioned;
            if (http.IsKnown(ETags.Of(SHA256.HashData(body.Written.Span), version?.Version), version?.UpdatedAt))
                return;
            http.StartJson(body.Written.Length);
            await http.Response.Body.WriteAsync(body.Written, http.RequestAborted);
        }

        private PooledBytes Serialise(string? fields, string items)
        {
            if (string.IsNullOrEmpty(fields))
                return PooledBytes.Json(value, json);
            var names = fields.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ToHashSet();
            var node = JsonSerializer.SerializeToNode(value, value.GetType(), json)!; // an object
            foreach (var item in node[items] as IEnumerable<JsonNode?> ?? [node])
                if (item is JsonObject thing)
                    foreach (var name in thing.Select(pair => pair.Key).Where(key => !names.Contains(key)).ToList())
                        thing.Remove(name);
            return PooledBytes.Json(node, json);
        }
    }
}
