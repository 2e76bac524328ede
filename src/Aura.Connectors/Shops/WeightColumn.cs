namespace Aura.Connectors.Shops;

/// <summary>WooCommerce's weight column, which names its unit: <c>Weight (kg)</c>.</summary>
internal sealed record WeightColumn(string Name, string Unit, decimal GramsPerUnit)
{
    /// <summary>Null when there is none, or none in a unit that is known; the column then stays metadata.</summary>
    public static WeightColumn? In(string[] columns)
    {
        foreach (var column in columns)
            if (column.StartsWith("Weight (", StringComparison.OrdinalIgnoreCase) && column.EndsWith(')')
                && column[8..^1].ToLowerInvariant() is var unit && Grams.TryGetValue(unit, out var grams))
                return new(column, unit == "lbs" ? "lb" : unit, grams);
        return null;
    }

    // International avoirdupois pound and ounce.
    private static readonly Dictionary<string, decimal> Grams = new()
    {
        ["kg"] = 1000m, ["g"] = 1m, ["lbs"] = 453.59237m, ["lb"] = 453.59237m, ["oz"] = 28.349523125m,
    };
}
