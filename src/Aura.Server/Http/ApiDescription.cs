using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Aura.Server.Http;

/// <summary>The OpenAPI document of each dialect at /openapi/NAME.json, and a page to read them at /docs.</summary>
internal static class ApiDescription
{
    private const string ErrorName = "Error";

    public static void Add(IServiceCollection services, Dialects dialects)
    {
        foreach (var dialect in dialects.All)
            services.AddOpenApi(dialect.Name, options =>
            {
                options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
                options.CreateSchemaReferenceId = NameOf;
                options.AddDocumentTransformer((document, context, cancellation) => Describe(document, context, dialect, cancellation));
                options.AddOperationTransformer((operation, context, _) => Describe(operation, context, dialect));
                options.AddSchemaTransformer(Describe);
            });
    }

    public static void Map(WebApplication app, Dialects dialects)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = "Aura";
            foreach (var dialect in dialects.All)
                page.SwaggerEndpoint($"/openapi/{dialect.Name}.json", dialect.Title);
        });
    }

    private static async Task Describe(OpenApiDocument document, OpenApiDocumentTransformerContext context, Dialect dialect, CancellationToken cancellation)
    {
        document.Info.Title = dialect.Title;
        document.Info.Version = dialect.Version;
        document.Servers = [];
        document.Components ??= new();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            ["key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer", Description = "An API key, live_... or test_..." },
        };
        document.Security = [new() { [new OpenApiSecuritySchemeReference("key", document)] = [] }];
        document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>();
        document.Components.Schemas[ErrorName] = await context.GetOrCreateSchemaAsync(dialect.ErrorType, null, cancellation);
    }

    private static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, Dialect dialect)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Parameters ??= [];
        foreach (var described in context.Description.ParameterDescriptions)
            if (described.ParameterDescriptor?.ParameterType is { } type && operation.Parameters.FirstOrDefault(p => p.Name == described.Name) is OpenApiParameter { Schema: OpenApiSchema schema })
                DescribeId(schema, type);
        if (dialect.NamesShop && !metadata.OfType<OpenToAll>().Any())
            operation.Parameters.Add(Shop(context.Description.HttpMethod is "GET" or "DELETE"));
        if (metadata.OfType<IListing>().FirstOrDefault() is { } listing)
            Describe(operation.Parameters, listing, dialect.Lists);
        if (context.Description.HttpMethod is "POST" or "PUT" or "PATCH")
            operation.Parameters.Add(Header("Idempotency-Key", "The same key and request again gets the first answer, for 24 hours."));
        if (context.Description.HttpMethod is "PUT" or "PATCH")
            operation.Parameters.Add(Header("If-Match", "The ETag that the caller has read; another version is refused with 409."));
        if (metadata.OfType<Localised>().Any())
        {
            operation.Parameters.Add(Header("X-Currency", "An ISO 4217 code: prices come as objects in this currency, null where there is none. Filters and order stay in the store's."));
            operation.Parameters.Add(Header("Accept-Language", "The language whose conventions formatted prices follow; en-US without."));
        }

        if (metadata.OfType<OpenToAll>().Any())
            operation.Security = [];
        else if (metadata.OfType<NeededScope>().FirstOrDefault() is { } scope)
            operation.Description = $"{operation.Description} Needs the scope `{scope.For(context.Description.HttpMethod ?? "GET")}`.".TrimStart();
        if (metadata.OfType<LimitClass>().LastOrDefault() is { } limit)
            operation.Description += $" Plans with limits allow {limit.Requests} requests {(limit.Span == "hour" ? "an hour" : "a minute")} of the class {limit.Name}{(limit.Professional is { } more ? $", the professional one {more}" : "")}.";
        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "Refused; the error object says why.",
            Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = new OpenApiSchemaReference(ErrorName, context.Document) } },
        };
        return Task.CompletedTask;
    }

    private static void Describe(IList<IOpenApiParameter> parameters, IListing listing, ListForm form)
    {
        var fields = string.Join(", ", listing.Fields.Where(f => f[0] != '?'));
        parameters.Add(Query("page", "From 1.", JsonSchemaType.Integer));
        parameters.Add(Query(form.Size, $"At most {form.MaxSize}; {form.UsualSize} without.", JsonSchemaType.Integer));
        if (form.IsOpen)
            parameters.Add(Query("cursor", "Pages by cursor; empty for the first page.", JsonSchemaType.String));
        parameters.Add(Query(form.Sort, $"Fields joined by commas, minus for descending: {fields}.", JsonSchemaType.String));
        parameters.Add(Query(form.Order, "asc or desc, for a single sort field.", JsonSchemaType.String));
        if (form.IsOpen)
            parameters.Add(Query("fields", "Only these fields of each item.", JsonSchemaType.String));
        foreach (var (name, parameter) in listing.Parameters)
            parameters.Add(new OpenApiParameter
            {
                Name = name,
                In = ParameterLocation.Query,
                Description = parameter.About,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String, Enum = parameter.Words is { } words ? [.. words.Select(word => (JsonNode)word)] : null },
            });
        if (form.IsOpen)
            parameters.Add(Query("filter", $"filter[field][operator]=value. Fields: {fields}. Operators: {string.Join(", ", Filters.Operators)}. {Reach(listing)}".TrimEnd(), JsonSchemaType.String));
        if (form.IsOpen && listing.HasMetadata)
            parameters.Add(Query("metadata", "metadata[key]=value.", JsonSchemaType.String));
    }

    private static OpenApiParameter Shop(bool isRequired) => new()
    {
        Name = ShopParameter.Name,
        In = ParameterLocation.Query,
        Required = isRequired,
        Description = isRequired ? "The shop's domain." : "The shop's domain; it may stand in the body instead.",
        Schema = new OpenApiSchema { Type = JsonSchemaType.String },
    };

    /// <summary>What a caller with a long list should know.</summary>
    private static string Reach(IListing listing)
    {
        string Fields(params Found[] found) => string.Join(", ", found.SelectMany(one => listing.FoundBy[one]));
        var (read, byValue) = (Fields(Found.ByReading), Fields(Found.ByValue));
        return (read == "" ? "" : $"No index finds {read}: filter long lists by something else as well. ") + (byValue == "" ? "" : $"An index finds {byValue} by eq and in alone.");
    }

    /// <summary>Ids are text, changes are what they change.</summary>
    private static async Task Describe(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellation)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type == typeof(decimal))
            (schema.Type, schema.Pattern, schema.Format) = (JsonSchemaType.Number, null, "decimal");
        else if (type == typeof(Currency))
            (schema.Type, schema.Pattern, schema.Description) = (JsonSchemaType.String, "^[A-Z]{3}$", "ISO 4217");
        else if (type.IsEnum)
            (schema.Type, schema.Enum) = (JsonSchemaType.String, [.. Enum.GetNames(type).Select(name => (JsonNode)System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(name))]);
        else if (type == typeof(DateTime))
            schema.Type = JsonSchemaType.String;
        else if (type == typeof(V2.Price))
            schema.OneOf = [await context.GetOrCreateSchemaAsync(typeof(decimal), null, cancellation), await context.GetOrCreateSchemaAsync(typeof(V2.LocalPrice), null, cancellation)];
        else if (IsId(type))
            DescribeId(schema, type);
        else if (ChangeConverters.IsChange(type))
        {
            var inner = await context.GetOrCreateSchemaAsync(type.GenericTypeArguments[0], null, cancellation);
            (schema.Type, schema.Format, schema.Items, schema.Properties, schema.Enum, schema.Pattern) =
                (inner.Type, inner.Format, inner.Items, inner.Properties, inner.Enum, inner.Pattern);
        }
    }

    /// <summary>Ids, changes and amounts stand where they are used; generic records get readable names.</summary>
    private static string? NameOf(JsonTypeInfo json) => json.Type switch
    {
        var type when IsId(type) || ChangeConverters.IsChange(type) || type == typeof(Currency) => null,
        { IsGenericType: true, Namespace: not null } type when type.Namespace.StartsWith("Aura", StringComparison.Ordinal) =>
            $"{type.Name.Split('`')[0]}Of{string.Join("And", type.GenericTypeArguments.Select(argument => argument.Name))}",
        _ => OpenApiOptions.CreateDefaultSchemaReferenceId(json),
    };

    private static bool IsId(Type type) => type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(Id<>) || type.GetGenericTypeDefinition() == typeof(Number<>));

    /// <summary>Text with its prefix, or a number and the prefix that other dialects put before it.</summary>
    private static void DescribeId(OpenApiSchema schema, Type type)
    {
        if (!IsId(type))
            return;
        var prefix = $"{type.GenericTypeArguments[0].GetProperty("Prefix")!.GetValue(null)}"; // IIdentified has it
        if (type.GetGenericTypeDefinition() == typeof(Id<>))
            (schema.Type, schema.Pattern) = (JsonSchemaType.String, $"^{prefix}_[0-9]+$");
        else
            (schema.Type, schema.Format, schema.Extensions) =
                (JsonSchemaType.Integer, "int64", new Dictionary<string, IOpenApiExtension> { ["x-prefix"] = new JsonNodeExtension(prefix) });
    }

    private static OpenApiParameter Query(string name, string about, JsonSchemaType type) =>
        new() { Name = name, In = ParameterLocation.Query, Description = about, Schema = new OpenApiSchema { Type = type } };

    private static OpenApiParameter Header(string name, string about) =>
        new() { Name = name, In = ParameterLocation.Header, Description = about, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
}
