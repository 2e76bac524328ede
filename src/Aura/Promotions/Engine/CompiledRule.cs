namespace Aura.Promotions.Engine;

/// <summary>A rule with its scopes in the keys of its set.</summary>
internal sealed class CompiledRule(PromotionRule rule, KeyTable keys)
{
    public PromotionRule Rule { get; } = rule;
    public CompiledScope Scope { get; } = new(rule.Scope, keys);
    public CompiledScope Buy { get; } = new(rule.BuyGet?.BuyScope ?? rule.Scope, keys);
    public CompiledScope Get { get; } = new(rule.BuyGet?.GetScope ?? rule.BuyGet?.BuyScope ?? rule.Scope, keys);

    /// <summary>One of these is in every cart that it applies to; null: it applies to lines of any kind.</summary>
    public int[]? Needs => Get.Narrowest ?? Buy.Narrowest ?? Scope.Narrowest;

    /// <summary>Phase, then priority from high to low, then id: the order of application.</summary>
    public static int ByTurn(PromotionRule a, PromotionRule b) => a.Phase != b.Phase ? a.Phase.CompareTo(b.Phase) : ByRank(a, b);

    /// <summary>Priority from high to low, then id: who goes first, whatever the phase.</summary>
    public static int ByRank(PromotionRule a, PromotionRule b) => a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority) : a.Id.CompareTo(b.Id);
}

/// <summary>A line matches when it has a key of each kind that is given.</summary>
internal sealed class CompiledScope
{
    public CompiledScope(PromotionScope scope, KeyTable keys)
    {
        var products = keys.Of(KeyKind.Product, scope.Products);
        var brands = keys.Of(KeyKind.Brand, scope.Brands);
        var categories = keys.Of(KeyKind.Category, scope.Categories);
        Kinds = [.. new[] { products, brands, categories }.Where(kind => kind.Length > 0)];
    }

    /// <summary>From the kind that narrows most.</summary>
    public int[][] Kinds { get; }

    public int[]? Narrowest => Kinds.Length == 0 ? null : Kinds[0];
}

internal enum KeyKind
{
    Product,
    Brand,
    Category,
}

/// <summary>Numbers the products, brands and categories that any rule names, from 0; all others are of no interest.</summary>
internal sealed class KeyTable
{
    private readonly Dictionary<long, int>[] keys = [[], [], []];

    public int Count { get; private set; }

    public int[] Of(KeyKind kind, IReadOnlyList<long>? values)
    {
        if (values is null)
            return [];
        var own = new HashSet<int>();
        foreach (var value in values)
        {
            if (!keys[(int)kind].TryGetValue(value, out var key))
                keys[(int)kind][value] = key = Count++;
            own.Add(key);
        }

        return [.. own];
    }

    public bool TryFind(KeyKind kind, long value, out int key) => keys[(int)kind].TryGetValue(value, out key);
}
