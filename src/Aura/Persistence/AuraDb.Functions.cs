using Microsoft.EntityFrameworkCore;

namespace Aura.Persistence;

/// <summary>Functions of the database for use in queries; called anywhere else they throw.</summary>
public sealed partial class AuraDb
{
    /// <summary>What can be promised to the next buyer, over the active warehouses; negative while backorders wait.</summary>
    [DbFunction("available_stock", IsBuiltIn = true)]
    public static long AvailableStock(long tenantId, long variantId) => throw OnlyInQueries();

    /// <summary>What is promised to orders, and for a while to carts and channels.</summary>
    [DbFunction("reserved_stock", IsBuiltIn = true)]
    public static long ReservedStock(long tenantId, long variantId) => throw OnlyInQueries();

    /// <summary>What is held for carts and channels in one warehouse.</summary>
    [DbFunction("held_stock", IsBuiltIn = true)]
    public static long HeldStock(long tenantId, long variantId, long warehouseId) => throw OnlyInQueries();

    /// <summary>One of the parts of a text, counted from 1; empty where it has not so many.</summary>
    [DbFunction("split_part", IsBuiltIn = true)]
    public static string Part(string text, string separator, int number) => throw OnlyInQueries();

    private static NotSupportedException OnlyInQueries() => new("This is computed by the database, inside a query.");
}
