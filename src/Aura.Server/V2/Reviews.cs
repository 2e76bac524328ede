using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Catalog;
using Aura.Customers;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Reviews
{
    /// <summary>How many a product embeds; its list has them all.</summary>
    private const int Embedded = 20;

    private static readonly Listing<Review, ReviewResponse> Shape = new Listing<Review, ReviewResponse>(ReviewResponse.From)
        .Field("rating", r => r.Rating)
        .Field("status", r => r.Status)
        .Field("customer_id", r => r.CustomerId, Found.ByValue)
        .Field("created_at", r => r.CreatedAt)
        .Parameter("status", words: Words<ReviewStatus>.All)
        .Parameter("rating");

    public static void MapReviews(this RouteGroupBuilder api)
    {
        var reviews = api.MapGroup("/products/{id}/reviews").WithTags("Products").Scope("products").Cached(TimeSpan.FromMinutes(5));
        reviews.MapGet("/", List).Lists(Shape);
        reviews.MapPost("/", Create);
        reviews.MapPut("/{reviewId}", Update);
    }

    private static async Task<Listed<ReviewResponse>> List(Id<Product> id, ListRequest list, AuraDb db, CancellationToken cancellation)
    {
        await db.Products.Demand(id, cancellation);
        return await Shape.List(db.Reviews.Where(r => r.ProductId == id.Value), list, cancellation);
    }

    private static Task<Created<ReviewResponse>> Create(Id<Product> id, CreateReview request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        await db.Products.Demand(id, cancellation);
        if (!await db.Customers.AnyAsync(c => c.Id == request.CustomerId.Value, cancellation))
            throw Refused.Invalid(nameof(request.CustomerId), "No such customer.");
        var review = Review.Create(id.Value, request.CustomerId.Value, request.Rating, request.Title, request.Body);
        db.Reviews.Add(review);
        await db.SaveChangesAsync(cancellation);
        await db.Count(review, cancellation);
        return TypedResults.Created($"/v2/products/{id}/reviews/{new Id<Review>(review.Id)}", ReviewResponse.Of(review));
    }, cancellation);

    private static Task<ReviewResponse> Update(Id<Product> id, Id<Review> reviewId, UpdateReview request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        var review = await db.Load(db.Reviews.Where(r => r.ProductId == id.Value && r.Id == reviewId.Value), cancellation);
        var changes = review.Turn(request.Status);
        await db.SaveChangesAsync(cancellation);
        if (changes)
            await db.Count(review, cancellation);
        return ReviewResponse.Of(review);
    }, cancellation);

    /// <summary>The newest published reviews of a product.</summary>
    public static Task<List<ReviewResponse>> Newest(Id<Product> product, AuraDb db, CancellationToken cancellation) =>
        db.Reviews.Where(r => r.ProductId == product.Value && r.Status == ReviewStatus.Published)
            .OrderByDescending(r => r.Id).Take(Embedded).Select(ReviewResponse.From).ToListAsync(cancellation);
}

public sealed record CreateReview(
    Id<Customer> CustomerId,
    [Range(1, Review.BestRating)] int Rating,
    [StringLength(200)] string? Title = null,
    [StringLength(10_000)] string? Body = null);

/// <summary>The merchant hides a review, or shows it again.</summary>
public sealed record UpdateReview(ReviewStatus Status);

public sealed record ReviewResponse(
    Id<Review> Id, Id<Product> ProductId, Id<Customer> CustomerId, int Rating, string? Title, string? Body, ReviewStatus Status, DateTime CreatedAt, DateTime UpdatedAt)
{
    public static readonly Expression<Func<Review, ReviewResponse>> From = r => new(
        r.Id, r.ProductId, r.CustomerId, r.Rating, r.Title, r.Body, r.Status, r.CreatedAt, r.UpdatedAt);

    public static readonly Func<Review, ReviewResponse> Of = From.Compile();
}
