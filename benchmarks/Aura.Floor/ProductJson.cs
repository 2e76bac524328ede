using System.Text.Json;

namespace Aura.Floor;

/// <summary>The product's answer, field by field.</summary>
internal static class ProductJson
{
    public static void Write(Utf8JsonWriter json, ProductRow p)
    {
        json.WriteStartObject();
        json.WriteString("id", $"prod_{p.Id}");
        json.WriteString("name", p.Name);
        json.WriteString("description", p.Description);
        json.Amount("price", p.Price);
        json.WriteString("currency", p.Currency);
        json.Raw("prices", p.Prices);
        json.Amount("compare_at_price", p.CompareAtPrice);
        json.WriteString("sku", p.Sku);
        json.WriteString("status", p.Status);
        json.Words("categories", p.Categories);
        json.WriteStartArray("variants");
        foreach (var variant in p.Variants)
            Write(json, variant, p);
        json.WriteEndArray();
        json.WriteStartArray("images");
        foreach (var image in p.Images)
            Write(json, image);
        json.WriteEndArray();
        json.WriteString("vendor", p.Vendor);
        json.WriteString("product_type", p.ProductType);
        json.Words("tags", p.Tags);
        json.WriteString("tax_category", p.TaxCategory);
        json.WriteBoolean("taxable", p.Taxable);
        json.WriteBoolean("requires_shipping", p.RequiresShipping);
        json.WriteNumber("weight", p.Weight);
        WriteRating(json, p);
        json.Raw("metadata", p.Metadata);
        json.WriteString("created_at", p.CreatedAt);
        json.WriteString("updated_at", p.UpdatedAt);
        json.WriteNumber("version", p.Version);
        json.WriteNumber("inventory", p.Variants.Sum(v => v.Available ?? 0));
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, VariantRow v, ProductRow p)
    {
        json.WriteStartObject();
        json.WriteString("id", $"var_{v.Id}");
        json.WriteString("product_id", $"prod_{p.Id}");
        json.WriteString("sku", v.Sku);
        json.Amount("price", v.Price ?? p.Price);
        json.Amount("price_override", v.Price);
        json.Raw("prices", v.Prices);
        json.Raw("attributes", v.Attributes);
        json.WriteString("image", v.Image);
        json.WriteString("barcode", v.Barcode);
        json.WriteNumber("weight", v.Weight ?? p.Weight);
        json.Amount("cost", v.Cost);
        json.WriteBoolean("tracks_inventory", v.TracksInventory);
        json.WriteBoolean("allows_backorder", v.AllowsBackorder);
        json.WriteString("created_at", v.CreatedAt);
        json.WriteString("updated_at", v.UpdatedAt);
        json.WriteNumber("version", v.Version);
        json.WriteNumber("inventory", v.Available ?? 0);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ImageRow image)
    {
        json.WriteStartObject();
        json.WriteString("id", $"img_{image.Id}");
        json.WriteString("url", image.Url);
        json.WriteString("alt", image.Alt);
        json.WriteNumber("position", image.Position);
        json.WriteEndObject();
    }

    private static void WriteRating(Utf8JsonWriter json, ProductRow p)
    {
        json.WriteStartObject("rating");
        if (p.ReviewCount == 0)
            json.WriteNull("average");
        else
            json.WriteNumber("average", Math.Round((decimal)p.RatingSum / p.ReviewCount, 2, MidpointRounding.AwayFromZero));
        json.WriteNumber("count", p.ReviewCount);
        json.WriteEndObject();
    }
}
