using System.Globalization;
using System.Text.Json.Serialization;

namespace Aura.Floor;

/// <summary>What callers send, as far as the floor reads it.</summary>
internal sealed record OrderRequest(string CustomerId, OrderItemRequest[] Items)
{
    public long Customer => long.Parse(CustomerId.AsSpan(CustomerId.IndexOf('_', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
}

internal sealed record OrderItemRequest(string VariantId, int Quantity)
{
    public long Variant => long.Parse(VariantId.AsSpan(VariantId.IndexOf('_', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
}

internal sealed record CouponRequest(decimal OrderAmount, long? OrderId);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OrderRequest))]
[JsonSerializable(typeof(CouponRequest))]
internal sealed partial class Requests : JsonSerializerContext;
