using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Catalog;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class ProductImages
{
    private static readonly Listing<ProductImage, ImageResponse> Shape = new Listing<ProductImage, ImageResponse>(ImageResponse.From)
        .Field("position", i => i.Position)
        .SortedBy("position");

    public static void MapProductImages(this RouteGroupBuilder api)
    {
        var images = api.MapGroup("/products/{id}/images").WithTags("Products").Scope("products").Cached(TimeSpan.FromMinutes(5));
        images.MapGet("/", List).Lists(Shape);
        images.MapPost("/", Create);
        images.MapDelete("/{imageId}", Delete);
    }

    private static async Task<Listed<ImageResponse>> List(Id<Product> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.Products.Demand(id, cancellation);
        return await Shape.List(db.ProductImages.Where(i => i.ProductId == id.Value), list, cancellation);
    }

    private static async Task<Created<ImageResponse>> Create(Id<Product> id, CreateImage request, AuraDb db, CancellationToken cancellation)
    {
        var product = await db.Load(db.Products.Include(p => p.Images).Where(p => p.Id == id.Value), cancellation);
        var image = request.ToImage();
        product.Add(image, request.Position);
        db.PublishUpdate(product);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v2/products/{id}/images/{new Id<ProductImage>(image.Id)}", ImageResponse.Of(image));
    }

    private static async Task<NoContent> Delete(Id<Product> id, Id<ProductImage> imageId, AuraDb db, CancellationToken cancellation)
    {
        var product = await db.Load(db.Products.Include(p => p.Images).Where(p => p.Id == id.Value), cancellation);
        product.Remove(imageId);
        db.PublishUpdate(product);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }
}

/// <param name="Position">From 1; without it, at the end.</param>
public sealed record CreateImage([StringLength(2000)] string Url, [StringLength(500)] string? Alt = null, [Range(1, Product.MaxImages)] int? Position = null)
{
    public ProductImage ToImage() => ProductImage.Create(Url, Alt);

    public static IEnumerable<ProductImage> ToImages(IReadOnlyList<CreateImage> images) =>
        images.Select((image, index) => FieldPath.At($"Images[{index}]", image.ToImage));
}

public sealed record ImageResponse(Id<ProductImage> Id, string Url, string? Alt, int Position)
{
    public static readonly Expression<Func<ProductImage, ImageResponse>> From = i => new(i.Id, i.Url, i.Alt, i.Position);

    public static readonly Func<ProductImage, ImageResponse> Of = From.Compile();
}
