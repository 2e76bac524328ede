using System.Text.Json.Nodes;

namespace Aura.Tests.Fire;

/// <summary>A shop with one thing to buy, reached over HTTP only.</summary>
internal sealed class Shop(HttpClient client, string sku, string card)
{
    public HttpClient Client { get; } = client;
    public string Sku { get; } = sku;

    /// <summary>Puts pieces of one product into warehouses, and a card that works into the vault.</summary>
    public static async Task<Shop> Open(HttpClient client, params int[] stock)
    {
        var sku = $"LAMP-{Guid.NewGuid():n}";
        var product = await client.Ok("POST /v2/products", new { name = "Lamp", price = 20, sku, weight = 500 });
        foreach (var (index, quantity) in stock.Index())
        {
            var warehouse = await client.Ok("POST /v2/warehouses", new { name = $"Warehouse {index}" });
            await client.Ok($"POST /v2/inventory/{product["id"]}/adjust", new { quantity, reason = "delivery", location = warehouse["id"] });
        }

        var card = await client.Ok("POST /v2/payment-methods", new { type = "card", card = new { number = "4242424242424242", exp_month = 12, exp_year = 2040, cvc = "123" } });
        return new(client, sku, (string)card["id"]!);
    }

    public Shop At(HttpClient other) => new(other, Sku, card);

    public async Task<string> Cart(int quantity = 1) =>
        (string)(await Client.Ok("POST /v2/carts", new { email = "buyer@b.co", items = new[] { new { sku = Sku, quantity } } }))["id"]!;

    /// <summary>Checks out, again and again where the server says that it is too busy (503) for now.</summary>
    public async Task<(int Status, JsonNode? Body)> CheckoutWhenThereIsRoom(string cart)
    {
        (int Status, JsonNode? Body) answer;
        do
            answer = await Checkout(cart);
        while (answer.Status == 503);
        return answer;
    }

    public Task<(int Status, JsonNode? Body)> Checkout(string cart, params (string, string)[] headers) => Client.Send($"POST /v2/carts/{cart}/checkout", new
    {
        payment_method = card,
        shipping_method = "standard",
        shipping_address = new { name = "Jane Doe", line1 = "1 Main St", city = "Springfield", country = "US" },
    }, headers);
}
