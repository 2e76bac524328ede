using System.Buffers;
using System.Text.Json;

namespace Aura.Floor;

/// <summary>An order as the product shows it: the same fields, those of features that the floor has not are empty.</summary>
internal static class OrderJson
{
    public const string Address =
        """{"line1":"1 Main St","city":"Springfield","country":"US","name":"Jane Doe","company":null,"line2":null,"state":"IL","zip":"62701","phone":null}""";

    public static byte[] Write(NewOrder order)
    {
        var buffer = new ArrayBufferWriter<byte>(2048);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { SkipValidation = true }))
            Write(json, order);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, NewOrder order)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        json.WriteStartObject();
        json.WriteString("id", $"ord_{order.Id}");
        json.WriteString("customer_id", order.Body.CustomerId);
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("status", "pending"), ("payment_status", "pending"), ("fulfillment_status", "unfulfilled"), ("currency", "USD")])
            json.WriteString(name, value);
        json.WriteStartArray("items");
        for (var i = 0; i < order.Lines.Count; i++)
            Write(json, order.Lines[i], order.Id + 2 + i);
        json.WriteEndArray();
        foreach (var name in (ReadOnlySpan<string>)["subtotal", "total", "amount_due"])
            json.Amount(name, order.Total);
        foreach (var name in (ReadOnlySpan<string>)["discount_total", "shipping_total", "shipping_discount", "tax_total", "tax_included", "amount_paid", "amount_refunded"])
            json.WriteNumber(name, 0);
        json.Raw("shipping_address", Address);
        json.Raw("billing_address", Address);
        json.WriteString("shipping_method", "standard");
        json.Raw("coupons", "[]");
        json.Raw("tags", "[]");
        json.Raw("metadata", "{}");
        foreach (var name in (ReadOnlySpan<string>)["placed_at", "created_at", "updated_at"])
            json.WriteString(name, now);
        json.WriteNumber("version", 1);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, OrderLine line, long id)
    {
        json.WriteStartObject();
        json.WriteString("id", $"item_{id}");
        json.WriteString("product_id", $"prod_{line.Product}");
        json.WriteString("variant_id", $"var_{line.Variant}");
        json.WriteString("sku", line.Sku);
        json.WriteString("name", line.Name);
        json.Raw("attributes", line.Attributes);
        json.WriteNumber("quantity", line.Quantity);
        json.Amount("price", line.Price);
        json.Amount("subtotal", line.Price * line.Quantity);
        json.WriteNumber("discount", 0);
        json.WriteNumber("tax", 0);
        json.Amount("total", line.Price * line.Quantity);
        json.Raw("taxes", "[]");
        foreach (var name in (ReadOnlySpan<string>)["fulfilled_quantity", "returned_quantity", "refunded_quantity"])
            json.WriteNumber(name, 0);
        json.Raw("metadata", "{}");
        json.WriteEndObject();
    }
}
