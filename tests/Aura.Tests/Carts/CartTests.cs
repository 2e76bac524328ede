using Aura.Carts;

namespace Aura.Tests.Carts;

public sealed class CartTests
{
    private static readonly DateTime Noon = new(2026, 5, 1, 12, 0, 0, DateTimeKind.Utc);

    private static Cart NewCart() => Cart.Create(Currency.Usd, Noon);

    [Fact]
    public void Adding_a_variant_twice_adds_to_its_line()
    {
        var cart = NewCart();
        cart.Add(1, 10, 2);
        cart.Add(1, 10, 3);

        Assert.Equal(5, Assert.Single(cart.Lines).Quantity);
    }

    [Fact]
    public void The_same_variant_with_other_metadata_is_another_line()
    {
        var cart = NewCart();
        cart.Add(1, 10, 1, new() { ["engraving"] = "Ann" });
        cart.Add(1, 10, 1, new() { ["engraving"] = "Bob" });

        Assert.Equal(2, cart.Lines.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(10_000)]
    public void A_quantity_outside_1_to_9999_is_refused(int quantity) =>
        Assert.Equal(Refusal.Invalid, Assert.Throws<Refused>(() => NewCart().Add(1, 10, quantity)).Kind);

    [Fact]
    public void A_line_cannot_grow_beyond_9999()
    {
        var cart = NewCart();
        cart.Add(1, 10, 9_999);

        Assert.Throws<Refused>(() => cart.Add(1, 10, 1));
    }

    [Fact]
    public void The_501st_line_is_refused()
    {
        var cart = NewCart();
        for (var variant = 1; variant <= Cart.MaxLines; variant++)
            cart.Add(1, variant, 1);

        Assert.Throws<Refused>(() => cart.Add(1, 10_000, 1));
    }

    [Fact]
    public void A_cart_in_checkout_is_locked()
    {
        var cart = NewCart();
        cart.BeginCheckout(Noon);

        Assert.Equal("cart_locked", Assert.Throws<Refused>(() => cart.Touch(Noon.AddMinutes(4))).Code);
        Assert.Equal("completion_in_progress", Assert.Throws<Refused>(() => cart.BeginCheckout(Noon.AddMinutes(4))).Code);
    }

    [Fact]
    public void A_checkout_that_crashed_five_minutes_ago_is_taken_over()
    {
        var cart = NewCart();
        cart.BeginCheckout(Noon);
        cart.BeginCheckout(Noon.AddMinutes(5));

        Assert.Equal(Noon.AddMinutes(5), cart.CompletingAt);
    }

    [Fact]
    public void A_cart_that_became_an_order_is_closed()
    {
        var cart = NewCart();
        cart.BeginCheckout(Noon);
        cart.Complete(Noon);

        Assert.Equal("cart_completed", Assert.Throws<Refused>(() => cart.Touch(Noon.AddHours(1))).Code);
    }

    [Fact]
    public void Coupons_are_kept_once_in_upper_case()
    {
        var cart = NewCart();
        cart.Apply(["spring", " SPRING ", "Vip"]);

        Assert.Equal(["SPRING", "VIP"], cart.Coupons);
    }
}
