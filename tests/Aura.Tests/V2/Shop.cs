using System.Text.Json.Nodes;
using Aura.Tests.Inventory;

namespace Aura.Tests.V2;

/// <summary>Things that most tests of carts and orders need, made through the API.</summary>
internal static class Shop
{
    private static int last;

    public static readonly object Address = new { line1 = "1 Main St", city = "Beverly Hills", country = "US", state = "CA", zip = "90210" };

    public sealed record Goods(string Product, string Variant)
    {
        public long VariantId => long.Parse(Variant[4..], System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>A product with one variant, on the shelf of the sandbox.</summary>
    public static async Task<Goods> Stocked(this Store store, decimal price = 20m, int stock = 100, string taxCategory = "standard", bool ships = true)
    {
        var sku = $"SKU-{Interlocked.Increment(ref last)}";
        var product = await store.Test.Ok("POST /v2/products", new { name = $"Thing {sku}", sku, price, tax_category = taxCategory, requires_shipping = ships, weight = 100 });
        var goods = new Goods((string)product["id"]!, (string)product["variants"]![0]!["id"]!);
        if (stock > 0)
            await store.Receive(goods.VariantId, stock);
        return goods;
    }

    public static async Task<string> Customer(this Store store) =>
        (string)(await store.Test.Ok("POST /v2/customers", new { email = $"c{Interlocked.Increment(ref last)}@example.com" }))["id"]!;

    /// <summary>A cart that only has to be checked out.</summary>
    public static async Task<string> Cart(this Store store, params (Goods Goods, int Quantity)[] items) => (string)(await store.Test.Ok("POST /v2/carts", new
    {
        email = "buyer@example.com",
        items = items.Select(item => new { variant_id = item.Goods.Variant, quantity = item.Quantity }),
        shipping_address = Address,
        shipping_method = "standard",
    }))["id"]!;

    public static async Task<JsonNode> Order(this Store store, Goods goods, int quantity = 1, string? customer = null) => await store.Test.Ok("POST /v2/orders", new
    {
        customer_id = customer ?? await store.Customer(),
        items = new[] { new { variant_id = goods.Variant, quantity } },
        shipping_address = Address,
        shipping_method = "standard",
        payment_method = "card",
    });

    /// <summary>An order that was checked out and paid.</summary>
    public static async Task<JsonNode> PaidOrder(this Store store, params (Goods Goods, int Quantity)[] items) =>
        await store.Test.Ok($"POST /v2/carts/{await store.Cart(items)}/checkout", new { payment_method = "card" });
}
