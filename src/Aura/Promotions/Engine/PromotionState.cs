using Aura.Pricing;

namespace Aura.Promotions.Engine;

/// <summary>What promotions have left of a cart so far.</summary>
internal sealed class PromotionState
{
    private readonly PricedCart cart;
    private readonly long[] start;
    private readonly long allowed;
    private long[] afterItems;
    private long? shipping;
    private bool shippingKnown;

    public PromotionState(PromotionCart cart, CartLines lines, decimal? maxCombinedPercent)
    {
        this.cart = cart.Priced;
        Lines = lines;
        start = new long[lines.All.Length];
        long worth = 0, left = 0;
        for (var i = 0; i < start.Length; i++)
        {
            worth += lines.All[i].Value;
            left += start[i] = lines.All[i].Remaining;
        }

        var existing = Math.Clamp(cart.ExistingDiscounts, 0, PricedCart.MaxMinor);
        allowed = left - existing;
        Limit = existing > 0 ? PromotionCap.ExistingDiscounts : PromotionCap.NothingLeft;
        // Rounded down: a limit is not exceeded by half a cent.
        if (maxCombinedPercent is { } percent && (long)(worth * percent / 100) - (worth - left) - existing is var most && most < allowed)
            (allowed, Limit) = (most, PromotionCap.MaxCombinedPercent);
        afterItems = start;
        Allowed = allowed = Math.Max(0, allowed);
    }

    public CartLines Lines { get; }

    /// <summary>What all promotions together may still take off the goods.</summary>
    public long Allowed { get; private set; }

    /// <summary>Why it is not more.</summary>
    public PromotionCap Limit { get; }

    /// <summary>What is left to pay for shipping; null where none is charged.</summary>
    public long? Shipping
    {
        get
        {
            if (!shippingKnown)
                (shipping, shippingKnown) = (ShippingPrice(), true);
            return shipping;
        }
    }

    public long Threshold(int line, bool retest) => retest ? Lines.All[line].Remaining : afterItems[line];

    public void EndItemPhase()
    {
        afterItems = new long[start.Length];
        for (var i = 0; i < start.Length; i++)
            afterItems[i] = Lines.All[i].Remaining;
    }

    public void TakeShipping(long amount) => shipping = Shipping - amount;

    public void TakeFromLines(ReadOnlySpan<Portion> portions, long amount)
    {
        foreach (ref readonly var portion in portions)
            portion.Line.Remaining -= portion.Taken;
        Allowed -= amount;
    }

    /// <summary>As if no promotion had been applied.</summary>
    public void Reset()
    {
        for (var i = 0; i < start.Length; i++)
            Lines.All[i].Remaining = start[i];
        (Allowed, afterItems, shippingKnown) = (allowed, start, false);
    }

    /// <summary>Asked for when the discounts on goods are known, because the price of a method may depend on what they leave.</summary>
    private long? ShippingPrice()
    {
        if (CartPricing.ShippingPrice(cart, Lines.All)?.Minor is not { } price)
            return null;
        foreach (var discount in cart.ShippingDiscounts)
            price -= Math.Min(discount.Amount ?? price, price);
        return price;
    }
}
