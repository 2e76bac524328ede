using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aura.Pricing;

/// <summary>Writes <c>ReverseCharge</c> as <c>"reverse_charge"</c>, so that stored totals stay readable when members are reordered.</summary>
internal sealed class SnakeEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where T : struct, Enum;
