using Aura.Persistence;
using Aura.ProductFiles;
using Aura.Server.Http;
using Aura.Server.Http.Lists;

namespace Aura.Server.V2;

/// <summary>The catalogue as another shop's file.</summary>
internal static class Exports
{
    public static void MapExports(this RouteGroupBuilder api) =>
        api.MapGet("/exports/products", Show).WithTags("Imports").Scope("products").NeverCached().Produces<string>(contentType: "text/csv").FromReplica();

    /// <summary>Takes the filters of the list of products. The rows come as they are read: a product that is there throughout is in it once, as it is when it is read.</summary>
    private static IResult Show(string format, ListRequest list, AuraDb db, ProductExport export, HttpContext http)
    {
        var wanted = ProductUpload.Known(format);
        var only = Products.Shape.Matching(db.Products, list.Options);
        http.Response.Headers.CacheControl = "no-store";
        return TypedResults.Stream(
            body => export.Write(wanted, only, body, http.RequestAborted), "text/csv; charset=utf-8", $"products-{format}.csv");
    }
}
