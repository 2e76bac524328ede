namespace Aura.Bench;

internal sealed partial class ShopLoader
{
    /// <summary>Ten percent off for everybody, and a promotion with codes.</summary>
    private async Task LoadCoupons(int count, CancellationToken cancellation)
    {
        var (promotions, coupons) = (await Ids(2, cancellation), await Ids(count, cancellation));
        await Tell(CouponPromotions, cancellation, ("store", store), ("first", promotions));
        await Run(CouponRows, cancellation, ("store", store), ("first", coupons), ("promotion", promotions + 1), ("count", count));
    }

    private const string PromotionColumns = """
        INSERT INTO promotions (tenant_id, id, uuid, source, name, type, discount_type, discount_value, currency, status, starts_at, ends_at, priority, can_stack, requires_coupon,
          has_coupons, segments, categories, products, details, metadata, activated_at, created_at, updated_at, version)
        """;

    private const string Details = """
        '{"tiers": [], "retest": false, "target": "order", "buy_get": null, "max_units": null, "tier_base": "subtotal", "tier_mode": "whole", "discount_base": "remaining", "first_purchase_only": false}'
        """;

    private const string CouponPromotions = $"""
        {PromotionColumns}
        SELECT @store, @first + n, md5(@store || ' ' || n)::uuid, 'promotion', name, 'percentage_discount', 'percentage', percent, 'USD', 'active', at, timestamptz '2099-01-01', 0, true, coded,
          coded, '{"{}"}', '{"{}"}', '{"{}"}', {Details}, '{"{}"}', at, at, at, 2
        FROM (VALUES (0, 'Ten percent off', 10, false), (1, 'Codes', 15, true)) AS two (n, name, percent, coded), (SELECT timestamptz '2024-01-01' AS at) begun
        """;

    /// <summary>The first can be used without end.</summary>
    private const string CouponRows = """
        INSERT INTO coupons (tenant_id, id, promotion_id, code, code_key, enabled, max_uses, reserved, used, duration, metadata, created_at, updated_at, version)
        SELECT @store, @first + n, @promotion, 'BENCH-' || n, 'BENCH-' || n, true, CASE n WHEN 0 THEN 2000000000 ELSE 100 END, 0, 0, 'once', '{}', timestamptz '2024-01-01', timestamptz '2024-01-01', 1
        FROM generate_series(0, @count - 1) n
        """;

    private const string PromotionRows = $"""
        {PromotionColumns}
        SELECT @store, @first + n, md5(@store || ' ' || n)::uuid, 'promotion', 'Promotion ' || n, 'percentage_discount', 'percentage', 1 + n % 3, 'USD', 'active', at, timestamptz '2099-01-01', n % 7,
          true, false, false, '{"{}"}', '{"{}"}', CASE WHEN n < 10 THEN '{"{}"}' ELSE ARRAY[900000000000 + n] END, {Details}, '{"{}"}', at, at, at, 2
        FROM generate_series(0, @count - 1) n, (SELECT timestamptz '2024-01-01' AS at) begun
        """;
}
