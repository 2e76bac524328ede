using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Catalog;

public enum ReviewStatus
{
    Published,
    Hidden,
}

/// <summary>What a customer thinks of a product.</summary>
public sealed class Review : StoreEntity, IAudited
{
    public static string Prefix => "rev";
    public static string Noun => "review";

    public const int BestRating = 5;

    public long ProductId { get; private init; }
    public long CustomerId { get; private init; }

    /// <summary>1 to 5 stars.</summary>
    public int Rating { get; private init; }

    public string? Title { get; private init; }
    public string? Body { get; private init; }

    /// <summary>Only published ones are shown and count.</summary>
    public ReviewStatus Status { get; private set; }

    /// <param name="customer">Of the same store; the database refuses others.</param>
    /// <exception cref="Refused">422 for a rating that is not 1 to 5.</exception>
    public static Review Create(long product, long customer, int rating, string? title, string? body) => new()
    {
        ProductId = product,
        CustomerId = customer,
        Rating = rating is >= 1 and <= BestRating ? rating : throw Refused.Invalid(nameof(Rating), $"Must be 1 to {BestRating}."),
        Title = title,
        Body = body,
    };

    /// <returns>Whether that changes anything.</returns>
    public bool Turn(ReviewStatus status)
    {
        var changes = Status != status;
        Status = status;
        return changes;
    }
}

public static class ReviewCounts
{
    /// <summary>Counts a review for its product or takes it out again. One UPDATE, for two reviews may come at once; the product's version stays.</summary>
    public static Task Count(this AuraDb db, Review review, CancellationToken cancellation)
    {
        var (one, rating) = review.Status == ReviewStatus.Published ? (1, review.Rating) : (-1, -review.Rating);
        return db.Products.Where(p => p.Id == review.ProductId).ExecuteUpdateAsync(
            set => set.SetProperty(p => p.ReviewCount, p => p.ReviewCount + one).SetProperty(p => p.RatingSum, p => p.RatingSum + rating), cancellation);
    }
}

internal sealed class ReviewMapping : IEntityTypeConfiguration<Review>
{
    public void Configure(EntityTypeBuilder<Review> review) =>
        review.HasOne<Product>().WithMany().HasForeignKey(r => new { r.TenantId, r.ProductId });
}
