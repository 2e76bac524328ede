using Aura.Catalog;
using Aura.Persistence;

namespace Aura.Server.Demo;

/// <summary>What customers of the demo shop say about its goods.</summary>
internal static class DemoReviews
{
    /// <param name="products">In the order of the content.</param>
    public static async Task Fill(AuraDb db, IReadOnlyList<Product> products, IReadOnlyList<DemoBuyer> buyers, DateTime today, Dice dice, CancellationToken cancellation)
    {
        var reviews = new List<Review>();
        foreach (var (content, product) in DemoContent.Goods.Value.Products.Zip(products))
            foreach (var opinion in Opinions(content, dice))
            {
                var buyer = dice.Pick(buyers);
                if (reviews.Any(r => r.ProductId == product.Id && r.CustomerId == buyer.Customer.Id))
                    continue;
                var review = Review.Create(product.Id, buyer.Customer.Id, opinion.Rating, opinion.Title, opinion.Body);
                var latest = (int)(today - buyer.Since).TotalMinutes;
                db.Reviews.Add(review).Property(r => r.CreatedAt).CurrentValue = buyer.Since.AddMinutes(dice.Below(Math.Max(latest, 1)));
                reviews.Add(review);
            }

        await db.SaveChangesAsync(cancellation);
        foreach (var review in reviews)
            await db.Count(review, cancellation);
    }

    /// <summary>None twice for one product; the more popular it is, the more.</summary>
    private static IEnumerable<DemoOpinion> Opinions(DemoProduct content, Dice dice)
    {
        var left = DemoContent.Opinions.Value[content.Kind].ToList();
        for (var count = dice.Below(content.Popularity / 2 + 2); count > 0 && left.Count > 0; count--)
        {
            var opinion = dice.Pick(left, o => o.Rating * o.Rating); // those who are content write more often
            left.Remove(opinion);
            yield return opinion;
        }
    }
}
