namespace Aura.Connectors.Shops;

/// <summary>
/// One step through a file. The rows of all steps together are the rows of the file, each once and in order, so a reader that
/// was stopped goes on behind the <see cref="LastRow"/> of the last step that was finished.
/// </summary>
public sealed record ShopItem
{
    /// <summary>Null when the step gave no product: a variation, or rows that were all rejected or empty.</summary>
    public ShopProduct? Product { get; init; }

    /// <summary>A variant that belongs to a product elsewhere in the file.</summary>
    public ShopVariation? Variation { get; init; }

    /// <summary>Never empty. Blank lines are not rows; a line of nothing but separators is one.</summary>
    public required IReadOnlyList<ShopRow> Rows { get; init; }

    /// <summary>At least one for every rejected row, and warnings for what was taken with a doubt.</summary>
    public IReadOnlyList<ShopProblem> Problems { get; init; } = [];

    public long FirstRow => Rows[0].Number;
    public long LastRow => Rows[^1].Number;
}

/// <param name="Parent">The parent's SKU, or <c>id:</c> and its <see cref="ShopProduct.ExternalId"/>. The parent may stand before or after.</param>
public sealed record ShopVariation(string Parent, ShopVariant Variant);

/// <param name="Number">Counted from 1 after the header.</param>
public sealed record ShopRow(long Number, ShopRowUse Use);

public enum ShopRowUse
{
    /// <summary>The row with the product's own columns, with its first variant if it has one.</summary>
    Product,
    Variant,
    /// <summary>Another image of the product and nothing else.</summary>
    Image,
    /// <summary>Nothing in it, or nothing but the handle.</summary>
    Empty,
    /// <summary>Its variant, or all of it, was not taken; a problem says why.</summary>
    Rejected,
}

/// <param name="Row">Counted from 1 after the header.</param>
/// <param name="Column">Null when the row as a whole is wrong.</param>
/// <param name="Message">One sentence for the merchant.</param>
/// <param name="Rejects">False: a warning, and the row was taken.</param>
public sealed record ShopProblem(long Row, string? Column, string Message, bool Rejects);

/// <summary>The file as a whole is not of the format, so not one row can be read.</summary>
public sealed class UnreadableShopFile(string message) : Exception(message);
