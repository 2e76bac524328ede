using Aura.Persistence;
using Aura.ProductFiles;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;

namespace Aura.Server.V2;

/// <summary>A product file on its way in: the whole body, or a part of a form. It is never held in memory or on a disk of this server.</summary>
internal sealed class ProductUpload
{
    private const int LongestField = 100;

    private readonly HttpRequest request;
    private string? format;
    private bool dryRun;

    private ProductUpload(HttpRequest request, string? format, bool dryRun) => (this.request, this.format, this.dryRun) = (request, format, dryRun);

    public static ProductUpload Of(HttpRequest request, string? format, bool dryRun) => new(request, format, dryRun);

    /// <exception cref="Refused">400 for a body that holds no file; 422 for one that is no product file.</exception>
    public async Task<ProductImport> Receive(AuraDb db, CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            throw Refused.BadRequest("Say what the body is: Content-Type: text/csv, or multipart/form-data with a part 'file'.");
        if (type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
            return await FromForm(db, HeaderUtilities.RemoveQuotes(type.Boundary).ToString(), cancellation);
        if (type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw Refused.BadRequest("The body is the CSV file itself (Content-Type: text/csv), or a form with a part 'file'.");
        return await db.Receive(request.Body, NameOf(request.Headers.ContentDisposition) ?? "products.csv", Format(), dryRun, cancellation);
    }

    private async Task<ProductImport> FromForm(AuraDb db, string boundary, CancellationToken cancellation)
    {
        var reader = boundary.Length is > 0 and <= 200 ? new MultipartReader(boundary, request.Body) : throw Refused.BadRequest("The form has no boundary.");
        ProductImport? import = null;
        try
        {
            while (await reader.ReadNextSectionAsync(cancellation) is { } section)
                if (import is not null)
                    throw Refused.BadRequest("The file is the last part of the form; 'format' and 'dry_run' come before it.");
                else if (ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var part) && part.Name == "file")
                    import = await db.Receive(section.Body, NameOf(section.ContentDisposition) ?? "products.csv", Format(), dryRun, cancellation);
                else
                    Read(part?.Name.ToString() ?? "", await Text(section, cancellation));
        }
        catch (IOException)
        {
            throw Refused.BadRequest("The form breaks off.");
        }

        return import ?? throw Refused.BadRequest("The form has no part 'file'.");
    }

    private void Read(string name, string value)
    {
        if (name == "format")
            format = value;
        else if (name == "dry_run")
            dryRun = bool.TryParse(value, out var yes) ? yes : throw Refused.Invalid("DryRun", "Must be true or false.");
        else
            throw Refused.Invalid(name, "Is no part of this form.");
    }

    private ProductFileFormat? Format() => string.IsNullOrEmpty(format) ? null : Known(format);

    /// <exception cref="Refused">422 for a word that is no format.</exception>
    public static ProductFileFormat Known(string format) => Words<ProductFileFormat>.TryParse(format, out var known)
        ? known
        : throw Refused.Invalid("Format", $"Must be one of {string.Join(", ", Words<ProductFileFormat>.All)}.");

    private static async Task<string> Text(MultipartSection section, CancellationToken cancellation)
    {
        var buffer = new char[LongestField + 1];
        using var text = new StreamReader(section.Body);
        var read = await text.ReadBlockAsync(buffer, cancellation);
        return read <= LongestField ? new(buffer, 0, read) : throw Refused.BadRequest("A field of the form is too long.");
    }

    /// <summary>Says in the API description what the body may be; the framework knows only bodies that it reads itself.</summary>
    public static Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["text/csv"] = new() { Schema = file },
                ["multipart/form-data"] = new()
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Required = new HashSet<string> { "file" },
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["format"] = new OpenApiSchema { Type = JsonSchemaType.String, Description = "shopify or woocommerce; without it, the header tells" },
                            ["dry_run"] = new OpenApiSchema { Type = JsonSchemaType.Boolean, Description = "Try every row and keep nothing" },
                            ["file"] = file,
                        },
                    },
                },
            },
        };
        return Task.CompletedTask;
    }

    private static string? NameOf(string? disposition) =>
        ContentDispositionHeaderValue.TryParse(disposition, out var part) && HeaderUtilities.RemoveQuotes(part.FileNameStar.HasValue ? part.FileNameStar : part.FileName).ToString() is { Length: > 0 } name
            ? Path.GetFileName(name)
            : null;
}
