using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Catalog;
using Aura.Customers;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Promotions.Engine;
using Aura.Server.Http;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

/// <param name="Type">buy_x_get_y, percentage, fixed_amount or free_shipping.</param>
/// <param name="Amount">Percent, or minor units; of what is got with buy_x_get_y, where all of it is free without.</param>
/// <param name="StartDate">A day, or a time; today where it is left out.</param>
/// <param name="EndDate">The last day, or the time of the end; without it there is none.</param>
/// <param name="Priority">Higher comes first.</param>
public sealed record CreateDiscount(
    [StringLength(Promotion.MaxNameLength, MinimumLength = 1)] string Name, DiscountKind Type, DiscountConditions Conditions, decimal? Amount = null,
    string? StartDate = null, string? EndDate = null, Currency? Currency = null, int Priority = 0, bool CanStack = true, bool Active = true)
{
    public async Task<PromotionTerms> ToTerms(AuraDb db, CancellationToken cancellation)
    {
        var terms = new PromotionTerms(Name, default, default, 0, Currency ?? db.Caller.Currency,
            DiscountDates.Start(StartDate) ?? db.Now.Date, DiscountDates.End(EndDate) ?? Promotion.NoEnd) { CanStack = CanStack, Priority = Priority };
        return await Conditions.Over(terms.Of(Type, Amount), db, cancellation);
    }
}

/// <summary>Changes what is given and nothing else.</summary>
public sealed record UpdateDiscount
{
    [StringLength(Promotion.MaxNameLength, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<DiscountKind> Type { get; init; }
    public Change<decimal?> Amount { get; init; }

    /// <summary>Replace those that there are.</summary>
    public Change<DiscountConditions> Conditions { get; init; }

    public Change<string?> StartDate { get; init; }
    public Change<string?> EndDate { get; init; }
    public Change<int> Priority { get; init; }
    public Change<bool> CanStack { get; init; }

    /// <summary>False pauses it.</summary>
    public Change<bool> Active { get; init; }

    public async Task<PromotionTerms> Over(Promotion promotion, AuraDb db, CancellationToken cancellation)
    {
        var terms = promotion.Terms with
        {
            Name = Name.Or(promotion.Name),
            StartsAt = StartDate.IsGiven ? DiscountDates.Start(StartDate.Or(null)) ?? promotion.StartsAt : promotion.StartsAt,
            EndsAt = EndDate.IsGiven ? DiscountDates.End(EndDate.Or(null)) ?? Promotion.NoEnd : promotion.EndsAt,
            Priority = Priority.Or(promotion.Priority),
            CanStack = CanStack.Or(promotion.CanStack),
        };
        if (Type.IsGiven || Amount.IsGiven)
            terms = terms.Of(Type.Or(DiscountKinds.KindOf(promotion)), Amount.Or(DiscountKinds.AmountOf(promotion)));
        return Conditions.IsGiven ? await Conditions.Or(new()).Over(terms, db, cancellation) : terms;
    }
}

/// <summary>All that is given must hold.</summary>
/// <param name="BuyQuantity">Of buy_x_get_y; 1 where it is left out.</param>
/// <param name="CustomerTags">Any of them, or a segment of that name.</param>
/// <param name="ProductCategories">Slugs or ids, any of them with all below them.</param>
/// <param name="MinimumAmount">What the eligible goods must be worth, in minor units.</param>
public sealed record DiscountConditions(
    [Range(1, 1000)] int? BuyQuantity = null, [Range(1, 1000)] int? GetQuantity = null, [MaxLength(100)] IReadOnlyList<string>? CustomerTags = null,
    [MaxLength(1000)] IReadOnlyList<string>? ProductCategories = null, [MaxLength(1000)] IReadOnlyList<Id<Product>>? ProductIds = null,
    [Range(0, 1e15)] long? MinimumAmount = null)
{
    /// <exception cref="Refused">422 for a category that the store does not have.</exception>
    public async Task<PromotionTerms> Over(PromotionTerms terms, AuraDb db, CancellationToken cancellation) => terms with
    {
        Segments = CustomerTags ?? [],
        Categories = await Categories(db, cancellation),
        Products = [.. (ProductIds ?? []).Select(product => product.Value)],
        MinimumOrderAmount = DiscountKinds.Major(MinimumAmount, terms.Currency),
        Details = terms.Details with { BuyGet = terms.Type == PromotionType.BuyOneGetOne ? new BuyGet(BuyQuantity ?? 1, GetQuantity ?? 1) : null },
    };

    private async Task<List<long>> Categories(AuraDb db, CancellationToken cancellation)
    {
        string[] slugs = [.. (ProductCategories ?? []).Where(name => Id<Category>.ToNumber(name) is null)];
        long[] ids = [.. (ProductCategories ?? []).Select(Id<Category>.ToNumber).OfType<long>()];
        var found = ProductCategories is not { Count: > 0 } ? [] : await db.Categories.Where(c => slugs.Contains(c.Slug) || ids.Contains(c.Id)).Select(c => new { c.Id, c.Slug }).ToListAsync(cancellation);
        foreach (var (index, name) in (ProductCategories ?? []).Index())
            if (!found.Exists(category => category.Slug == name || category.Id == Id<Category>.ToNumber(name)))
                throw Refused.Invalid($"Conditions.ProductCategories[{index}]", "There is no such category.");
        return [.. found.Select(category => category.Id)];
    }
}

/// <summary>Dates as people give them: a day is the whole day, in UTC.</summary>
internal static class DiscountDates
{
    public static DateTime? Start(string? text) => Parse(text, "StartDate", 0);

    public static DateTime? End(string? text) => Parse(text, "EndDate", 1);

    private static DateTime? Parse(string? text, string field, int daysAfter) => text switch
    {
        null => null,
        _ when DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 2000 and < 9999 =>
            day.AddDays(daysAfter).ToDateTime(default, DateTimeKind.Utc),
        _ when text.Contains('T', StringComparison.Ordinal) && DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var time) &&
            time.Year is >= 2000 and < 9999 => time,
        _ => throw Refused.Invalid(field, "Must be a date such as 2026-02-01."),
    };
}

/// <param name="Amount">Percent, or minor units.</param>
/// <param name="EndDate">The last day; null: there is no end.</param>
public sealed record DiscountTermsResponse(
    Id<Promotion> Id, string Name, DiscountKind Type, decimal Amount, Currency Currency, DiscountConditions Conditions, DateOnly StartDate, DateOnly? EndDate,
    DateTime StartsAt, DateTime? EndsAt, int Priority, bool CanStack, PromotionStatus Status, long TimesUsed, DateTime CreatedAt, DateTime UpdatedAt, int Version,
    [property: JsonIgnore] IReadOnlyList<long> Categories) : IVersioned
{
    public bool Active => Status == PromotionStatus.Active;

    public static readonly Expression<Func<Promotion, DiscountTermsResponse>> From = p => Of(p, p.Counters.Sum(c => c.Used));

    private static DiscountTermsResponse Of(Promotion p, long used) => new(
        p.Id, p.Name, DiscountKinds.KindOf(p), DiscountKinds.AmountOf(p), p.Currency,
        new(p.Details.BuyGet?.Buy, p.Details.BuyGet?.Get, p.Segments, [], [.. p.Products.Select(product => new Id<Product>(product))], p.MinimumOrder),
        DateOnly.FromDateTime(p.StartsAt), p.EndsAt == Promotion.NoEnd ? null : DateOnly.FromDateTime(p.EndsAt.AddTicks(-1)),
        p.StartsAt, p.EndsAt == Promotion.NoEnd ? null : p.EndsAt, p.Priority, p.CanStack, p.Status, used, p.CreatedAt, p.UpdatedAt, p.Version, p.Categories);
}

internal static class DiscountSlugs
{
    /// <summary>The discounts with the slugs of their categories: one query for all of them.</summary>
    public static async Task<IReadOnlyList<DiscountTermsResponse>> WithSlugs(this IReadOnlyList<DiscountTermsResponse> discounts, AuraDb db, CancellationToken cancellation)
    {
        long[] ids = [.. discounts.SelectMany(discount => discount.Categories).Distinct()];
        var slugs = await db.Categories.Where(c => ids.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.Slug, cancellation);
        return [.. discounts.Select(discount => discount with
        {
            Conditions = discount.Conditions with { ProductCategories = [.. discount.Categories.Where(slugs.ContainsKey).Select(id => slugs[id])] },
        })];
    }
}

/// <param name="Currency">Of the prices; the store's own where it is left out.</param>
public sealed record EvaluateDiscounts([MinLength(1), MaxLength(1000)] IReadOnlyList<EvaluatedItem> Items, Id<Customer>? CustomerId = null, Currency? Currency = null)
{
    public IReadOnlyList<OfferedItem> ToItems(AuraDb db)
    {
        var currency = Currency ?? db.Caller.Currency;
        return [.. Items.Index().Select(item => new OfferedItem(
            item.Item.ProductId.Value, Money.Of(item.Item.Price, currency, $"Items[{item.Index}].Price"), item.Item.Quantity))];
    }
}

/// <param name="Price">Of one unit, in major units as in orders.</param>
public sealed record EvaluatedItem(Id<Product> ProductId, [Range(1, 1_000_000)] int Quantity, [Range(0, 1e12)] decimal Price);

/// <param name="TotalDiscount">Off the goods and shipping, in major units as in orders.</param>
public sealed record EvaluatedDiscounts(IReadOnlyList<EvaluatedDiscount> Applied, decimal TotalDiscount, Currency Currency)
{
    public static EvaluatedDiscounts Of(PromotionOutcome outcome) => new(
        [.. outcome.Effects.Select(effect => new EvaluatedDiscount(effect.PromotionId, effect.Label, new Money(effect.Amount, outcome.Currency).Amount, effect.Phase == PromotionPhase.Cashback))],
        (outcome.Discount + outcome.ShippingDiscount).Amount, outcome.Currency);
}

/// <param name="IsCashback">Comes back as credit, and is not in the total.</param>
public sealed record EvaluatedDiscount(Id<Promotion> DiscountId, string Name, decimal Amount, bool IsCashback);
