using Aura.Catalog;
using Aura.Persistence;
using Aura.Pricing;
using Npgsql;

namespace Aura.Carts;

/// <summary>What carts and their prices depend on, as it was looked up.</summary>
/// <param name="Variants">By id, with what a price asks of their products; also those that can no longer be sold.</param>
/// <param name="Left">What can be promised of those that are sold from stock alone, where it was asked for.</param>
/// <param name="Customer">Whose the basket is.</param>
public sealed record BasketFacts(
    IReadOnlyDictionary<long, Variant> Variants, IReadOnlyDictionary<long, long> Left, StoreVersions Versions, BasketCustomer? Customer)
{
    /// <summary>The cart that was asked for, with its lines; null: none was, or there is none.</summary>
    public Cart? Cart { get; init; }

    /// <summary>Puts items into a cart.</summary>
    /// <exception cref="Refused">422 with every item that is not sold.</exception>
    public void Add(Cart cart, IReadOnlyList<CartItem> items)
    {
        if (items.Count == 0)
            return;
        ItemChoice[] choices = [.. items.Select(item => item.Choice)];
        foreach (var (variant, item) in choices.Pick([.. Variants.Values]).Zip(items))
            cart.Add(variant.ProductId, variant.Id, item.Quantity, item.Metadata);
    }

    /// <summary>Says whose cart it is; a customer's e-mail address is known.</summary>
    /// <exception cref="Refused">422 without such a customer.</exception>
    public void Belong(Cart cart, long? customer, string? email)
    {
        if (customer is not null && Customer?.Id != customer)
            throw Refused.Invalid(nameof(Cart.CustomerId), "There is no such customer.");
        cart.Belong(customer, email ?? (customer is null ? null : Customer?.Email));
    }
}

/// <summary>What pricing knows of a customer.</summary>
public sealed record BasketCustomer(long Id, string Email, TaxCustomer Tax);

/// <summary>What is to be looked up.</summary>
public sealed record BasketQuestion
{
    /// <summary>0: none.</summary>
    public long CartId { get; init; }

    /// <summary>The cart's row is to be locked, unless it is written together with others: then its version decides.</summary>
    public bool Locked { get; init; }

    /// <summary>Beside those in the cart.</summary>
    public IReadOnlyList<long> Variants { get; init; } = [];

    /// <summary>Beside those in the cart.</summary>
    public IReadOnlyList<ItemChoice> Choices { get; init; } = [];

    /// <summary>Null: the cart's.</summary>
    public long? CustomerId { get; init; }

    /// <summary>Asks what is left of the goods.</summary>
    public bool Stock { get; init; }
}

/// <summary>Looks up what carts depend on.</summary>
/// <remarks>SQL by hand, for everybody who buys comes here several times: one round trip, where each kind of row would take one of its own.
/// A test compares what it reads with what EF Core reads.</remarks>
public static class BasketLookup
{
    /// <param name="with">What else is to be read in the same round trip.</param>
    public static async Task<BasketFacts> LookUp(this AuraDb db, BasketQuestion question, CancellationToken cancellation, Reading? with = null)
    {
        await using var batch = new NpgsqlBatch();
        if (question.CartId != 0)
        {
            batch.Add(question.Locked && !db.Shares ? Cart.SelectLocked : Cart.Select, db.Tenant, question.CartId);
            batch.Add(CartLine.Select, db.Tenant, question.CartId);
        }

        batch.Add(Surroundings, db.Tenant, question.CartId, ByHand.Maybe(question.CustomerId));
        batch.AddGoods(db, question);
        with?.AddTo(batch);
        return await db.Ask(batch, async reader =>
        {
            var facts = await Read(reader, question, cancellation);
            if (with is not null && await reader.NextResultAsync(cancellation))
                await with.Take(reader, cancellation);
            return facts;
        }, cancellation);
    }

    private static void AddGoods(this NpgsqlBatch batch, AuraDb db, BasketQuestion question)
    {
        var now = ByHand.Maybe(question.Stock ? db.Now : (DateTime?)null);
        var (variants, products, skus) = (new List<long>(question.Variants), new List<long>(), new List<string>());
        foreach (var choice in question.Choices)
            if (choice.VariantId is { } variant)
                variants.Add(variant);
            else if (choice.Sku is { } sku)
                skus.Add(sku);
            else if (choice.ProductId is { } product)
                products.Add(product);
        if (products.Count + skus.Count == 0)
            batch.Add(GoodsById, db.Tenant, question.CartId, ByHand.Several(variants), now);
        else
            batch.Add(GoodsByName, db.Tenant, question.CartId, ByHand.Several(variants), now, products, skus);
    }

    private static async Task<BasketFacts> Read(NpgsqlDataReader reader, BasketQuestion question, CancellationToken cancellation)
    {
        Cart? cart = null;
        if (question.CartId != 0)
        {
            if (await reader.ReadAsync(cancellation))
                cart = Cart.Read(reader);
            await reader.NextResultAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
                cart?.ReadLine(reader);
            await reader.NextResultAsync(cancellation);
        }

        await reader.ReadAsync(cancellation); // always one row
        var versions = StoreVersions.Read(reader, 0);
        var customer = reader.IsDBNull(3) ? null
            : new BasketCustomer(reader.GetInt64(3), reader.GetString(4), new(reader.GetBoolean(5), reader.TextOrNull(6)));
        await reader.NextResultAsync(cancellation);
        var (variants, left) = (new Dictionary<long, Variant>(), new Dictionary<long, long>());
        while (await reader.ReadAsync(cancellation))
        {
            var variant = Variant.Read(reader);
            variant.Product = Product.ReadPriced(reader, Variant.ColumnCount, variant);
            variants.Add(variant.Id, variant);
            const int at = Variant.ColumnCount + Product.PricedColumnCount;
            if (!reader.IsDBNull(at))
                left.Add(variant.Id, reader.GetInt64(at));
        }

        return new(variants, left, versions, customer) { Cart = cart };
    }

    private const string Surroundings = $"""
        SELECT {StoreVersions.Columns}, c.id, c.email, c.tax_exempt, c.tax_id
        FROM (SELECT $1::bigint AS tenant_id) own
        LEFT JOIN store_versions s ON s.tenant_id = own.tenant_id
        LEFT JOIN customers c ON c.tenant_id = own.tenant_id AND c.id = coalesce($3::bigint, (SELECT customer_id FROM carts WHERE tenant_id = $1 AND id = $2))
        """;

    private static readonly string GoodsById = Goods("");

    private static readonly string GoodsByName = Goods("""
        UNION SELECT id FROM variants WHERE tenant_id = $1 AND product_id = ANY ($5) AND removed_at IS NULL
        UNION SELECT id FROM variants WHERE tenant_id = $1 AND sku = ANY ($6) AND removed_at IS NULL
        """);

    /// <summary>What is left is counted as available_stock does, but planned with the rest: a function would be planned at each call.</summary>
    private static string Goods(string more) => $"""
        SELECT {Variant.Columns}, {Product.PricedColumns},
          CASE WHEN $4::timestamptz IS NOT NULL AND v.tracks_inventory AND NOT v.allows_backorder THEN
            coalesce((SELECT sum(l.on_hand - l.allocated - l.damaged - l.quality_control - l.safety_stock)
              FROM stock_levels l JOIN warehouses w ON w.tenant_id = l.tenant_id AND w.id = l.warehouse_id AND w.active
              WHERE l.tenant_id = v.tenant_id AND l.variant_id = v.id), 0)::bigint
            - coalesce((SELECT sum(r.quantity)
              FROM reservations r JOIN warehouses w ON w.tenant_id = r.tenant_id AND w.id = r.warehouse_id AND w.active
              WHERE r.tenant_id = v.tenant_id AND r.variant_id = v.id AND r.released_at IS NULL AND r.expires_at > $4), 0)::bigint END
        FROM (SELECT variant_id AS id FROM cart_lines WHERE tenant_id = $1 AND cart_id = $2 UNION SELECT unnest($3::bigint[])
          {more}) wanted
        JOIN variants v ON v.tenant_id = $1 AND v.id = wanted.id
        JOIN products p ON p.tenant_id = v.tenant_id AND p.id = v.product_id
        """;
}
