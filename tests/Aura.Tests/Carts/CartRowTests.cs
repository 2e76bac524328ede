using System.Text.Json;
using Aura.Carts;
using Aura.Catalog;
using Aura.Persistence;
using Aura.Tests.Inventory;
using Aura.Tests.Promotions;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Tests.Carts;

/// <summary>Carts are read and written by SQL of their own; what that does is what EF Core does.</summary>
public sealed class CartRowTests
{
    private static readonly Address Home = new() { Name = "Ann O'Neil", Line1 = "Straße 1 \"links\"", City = "Köln", State = "NW", Zip = "50667", Country = "DE", Phone = "+49" };

    [Fact]
    public async Task Every_row_that_is_written_is_the_row_that_EF_Core_writes()
    {
        var store = await Store.Open();
        Shop.Goods[] goods = [await store.Stocked(), await store.Stocked(), await store.Stocked()];
        var customer = long.Parse((await store.Customer())[5..], System.Globalization.CultureInfo.InvariantCulture);
        await store.Coupon(await store.Offer(Offers.Percent(10) with { RequiresCoupon = true }), "TEN");
        var product = goods.Select(own => long.Parse(own.Product[5..], System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        Action<Cart>[] story =
        [
            cart => cart.Add(product[0], goods[0].VariantId, 2),
            cart => { cart.Belong(customer, "ann@b.co"); cart.Send(Home, null); cart.Ship("standard"); cart.Refer("friend"); cart.Describe(new() { ["a"] = "1", ["ü"] = "\"" }); },
            cart => { cart.Add(product[1], goods[1].VariantId, 1, new() { ["engraving"] = "\\Ann\n" }); cart.Add(product[2], goods[2].VariantId, 3); cart.Apply(["ten"]); },
            cart => { cart.Change(cart.Lines[0].Id, 7); cart.Remove(cart.Lines[1].Id); cart.Send(null, Home); },
            cart => { cart.Empty(); cart.Add(product[0], goods[0].VariantId, 1); cart.Belong(null, null); cart.Apply([]); cart.Refer(null); },
            cart => cart.Empty(),
        ];

        await store.Database(async (db, services) =>
        {
            Id<Cart>? own = null, twin = null;
            foreach (var step in story)
            {
                own = (await services.GetRequiredService<CartEditing>().Edit(own, Currency.Usd, new((cart, _) => step(cart)), default)).Cart.Id;
                twin = await ByEntities(db, twin, step);
                Assert.Equal(await Rows(store, twin.Value), await Rows(store, own.Value));
            }

            return true;
        });
    }

    [Fact]
    public async Task What_is_looked_up_is_what_EF_Core_reads()
    {
        var store = await Store.Open(currency: "EUR");
        Shop.Goods[] goods = [await store.Stocked(stock: 7), await store.Stocked(taxCategory: "reduced", ships: false, stock: 0), await store.Stocked()];
        await store.Test.Ok($"PUT /v2/products/{goods[1].Product}", new { price = 5.5, prices = new { USD = 6 }, description = "Long" });
        await store.Test.Ok($"PUT /v2/products/{goods[2].Product}", new { status = "archived" });
        var customer = await store.Customer();
        await store.Test.Ok($"PUT /v2/customers/{customer}", new { tax_exempt = true, tax_id = "DE1" });
        var id = await store.Cart((goods[0], 3), (goods[1], 1));
        await store.Test.Ok($"PUT /v2/carts/{id}", new { customer_id = customer, metadata = new { session_id = "s" }, billing_address = Shop.Address });
        await store.Database(async db =>
        {
            var cart = await db.Carts.AsNoTracking().Include(c => c.Lines.OrderBy(line => line.Id)).SingleAsync();
            var facts = await db.LookUp(new() { CartId = cart.Id, Variants = [goods[2].VariantId], Stock = true }, default);

            Same([cart, .. cart.Lines], [facts.Cart!, .. facts.Cart!.Lines], db);
            var variants = await db.Variants.AsNoTracking().Include(v => v.Product).OrderBy(v => v.Id).ToListAsync();
            Same(variants, [.. facts.Variants.Values.OrderBy(v => v.Id)], db);
            Assert.Equal(variants.Select(v => Priced(v.Product)), facts.Variants.Values.OrderBy(v => v.Id).Select(v => Priced(v.Product)));
            foreach (var variant in variants)
                Assert.Equal(await store.Available(variant.Id), facts.Left[variant.Id]);
            Assert.Equal(await db.Customers.Select(c => new BasketCustomer(c.Id, c.Email, new(c.TaxExempt, c.TaxId))).SingleAsync(), facts.Customer);
        });
    }

    [Theory]
    [InlineData(true, 0L)]
    [InlineData(false, 1L)]
    [InlineData(true, 1L)]
    public async Task Only_what_is_sold_from_stock_alone_can_be_short(bool tracked, long backorder)
    {
        var store = await Store.Open();
        var variant = await store.Variant(tracked, backorder == 1);

        var facts = await store.Database((db, _) => db.LookUp(new() { Variants = [variant], Stock = true }, default));

        Assert.Equal(tracked && backorder == 0 ? [variant] : Array.Empty<long>(), facts.Left.Keys);
    }

    /// <summary>A product as far as carts ask for it.</summary>
    private static string Priced(Product p) => JsonSerializer.Serialize(
        new { p.TenantId, p.Id, p.Name, p.Status, p.Price, Currency = p.Currency.Code, p.Prices, p.TaxCategory, p.Taxable, p.RequiresShipping, p.Weight });

    private static async Task<Id<Cart>> ByEntities(AuraDb db, Id<Cart>? id, Action<Cart> step)
    {
        db.ChangeTracker.Clear();
        var cart = id is { } known ? await db.Load(db.Carts.Include(c => c.Lines.OrderBy(line => line.Id)).Where(c => c.Id == known.Value), default) : Cart.Create(Currency.Usd, db.Now);
        cart.Touch(db.Now);
        step(cart);
        if (id is null)
            db.Carts.Add(cart);
        await db.SaveChangesAsync();
        return cart.Id;
    }

    /// <summary>The cart and its lines as text, without ids and times; of the times whether they moved.</summary>
    private static Task<List<string>> Rows(Store store, Id<Cart> cart) => store.Server.Rows("""
        SELECT (to_jsonb(c) - '{id,last_activity_at,created_at,updated_at}'::text[])::text || (c.updated_at > c.created_at)::text || (c.last_activity_at >= c.created_at)::text
        FROM carts c WHERE id = $1
        UNION ALL
        SELECT (to_jsonb(l) - '{id,cart_id}'::text[])::text FROM (SELECT * FROM cart_lines WHERE cart_id = $1 ORDER BY id) l
        """, cart.Value);

    private static void Same(IReadOnlyList<object> expected, IReadOnlyList<object> read, AuraDb db)
    {
        Assert.Equal(expected.Select(Shown), read.Select(Shown));

        string Shown(object of) => string.Join('\n', db.Model.FindEntityType(of.GetType())!.GetProperties().Select(p => $"{p.Name}: {JsonSerializer.Serialize(p.PropertyInfo!.GetValue(of))}"));
    }
}
