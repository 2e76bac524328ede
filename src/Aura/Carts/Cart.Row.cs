using Aura.Persistence;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Carts;

// Carts are read and written by hand, for nothing is written as often on the way to an order: all that an edit asks is one round trip,
// and all that it writes another, with its COMMIT. A new column is added here as well; a test compares both ways of writing.
public sealed partial class Cart
{
    private const string Columns = """
        tenant_id, id, customer_id, email, currency, shipping_address, billing_address, shipping_method, coupons, referral_code, metadata,
        last_activity_at, completing_at, completed_at, created_at, updated_at, version
        """;

    /// <summary>A cart without its lines: of $1 and $2.</summary>
    internal const string Select = $"SELECT {Columns} FROM carts WHERE tenant_id = $1 AND id = $2";

    /// <summary>To be followed by others in the same round trip: a statement that waits for a lock sees other rows as before it waited.</summary>
    internal const string SelectLocked = $"{Select} FOR NO KEY UPDATE";

    internal static Cart Read(NpgsqlDataReader row) => new()
    {
        TenantId = row.GetInt64(0),
        Id = row.GetInt64(1),
        CustomerId = row.IsDBNull(2) ? null : row.GetInt64(2),
        Email = row.TextOrNull(3),
        Currency = Currency.Of(row.GetString(4)),
        ShippingAddress = row.IsDBNull(5) ? null : row.GetFieldValue<Address>(5),
        BillingAddress = row.IsDBNull(6) ? null : row.GetFieldValue<Address>(6),
        ShippingMethod = row.TextOrNull(7),
        Coupons = row.GetFieldValue<string[]>(8),
        ReferralCode = row.TextOrNull(9),
        Metadata = row.Pairs<string>(10),
        LastActivityAt = row.GetDateTime(11),
        CompletingAt = row.IsDBNull(12) ? null : row.GetDateTime(12),
        CompletedAt = row.IsDBNull(13) ? null : row.GetDateTime(13),
        CreatedAt = row.GetDateTime(14),
        UpdatedAt = row.GetDateTime(15),
        Version = row.GetInt32(16),
    };

    internal void ReadLine(NpgsqlDataReader row) => lines.Add(CartLine.Read(row));

    /// <summary>To be called before it is changed: without a lock its version decides whether it may be.</summary>
    internal void Watch(AuraDb db)
    {
        if (db.Shares)
            db.Watch(this, SharedStep.Carts);
    }

    /// <summary>Gives the cart and its lines the ids that they have not got.</summary>
    internal void Number(AuraDb db)
    {
        if (Id == 0)
            Identify(db.Tenant, db.NextId());
        foreach (var line in lines)
            if (line.Id == 0)
                line.Enter(this, db.NextId());
    }

    /// <summary>Writes it at the end of the transaction, which holds its row's lock if it has one; or together with what others write, where it is new or watched.</summary>
    /// <param name="before">The lines that are in the database, with their quantities.</param>
    internal void Save(AuraDb db, IReadOnlyDictionary<long, int> before)
    {
        var isNew = Version == 0;
        var kept = lines.Where(line => before.ContainsKey(line.Id)).ToList();
        var changed = kept.Where(line => line.Quantity != before[line.Id]).ToList();
        var entered = lines.FindAll(line => !before.ContainsKey(line.Id));
        if (kept.Count < before.Count || changed.Count > 0)
            db.DemandAlone();
        if (db.Shares)
        {
            if (isNew)
                db.Append(this);
            entered.ForEach(db.Append);
            return;
        }

        Stamp(db.Now);
        db.AtCommit(isNew ? Insert : Update, TenantId, Id, ByHand.Maybe(CustomerId), ByHand.Maybe(Email), Currency.Code, ByHand.Json(ShippingAddress), ByHand.Json(BillingAddress),
            ByHand.Maybe(ShippingMethod), Coupons, ByHand.Maybe(ReferralCode), ByHand.Json(Metadata), LastActivityAt, ByHand.Maybe(CompletingAt), ByHand.Maybe(CompletedAt),
            CreatedAt, UpdatedAt, Version);
        if (kept.Count < before.Count)
            db.AtCommit("DELETE FROM cart_lines WHERE tenant_id = $1 AND id = ANY ($2)", TenantId, before.Keys.Except(kept.Select(line => line.Id)).ToArray());
        if (changed.Count > 0)
            db.AtCommit(CartLine.Update, TenantId, changed.ConvertAll(line => line.Id), changed.ConvertAll(line => line.Quantity));
        if (entered.Count > 0)
            CartLine.Enter(db, this, entered);
    }

    private const string Insert = $"INSERT INTO carts ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)";

    private const string Update = $"""
        UPDATE carts SET ({Columns}) = ROW ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) WHERE tenant_id = $1 AND id = $2
        """;
}

public sealed partial class CartLine
{
    private const string Columns = "tenant_id, id, cart_id, product_id, variant_id, quantity, metadata";

    /// <summary>The lines of the cart $2 of $1.</summary>
    internal const string Select = $"SELECT {Columns} FROM cart_lines WHERE tenant_id = $1 AND cart_id = $2 ORDER BY id";

    internal static CartLine Read(NpgsqlDataReader row) => new()
    {
        TenantId = row.GetInt64(0),
        Id = row.GetInt64(1),
        CartId = row.GetInt64(2),
        ProductId = row.GetInt64(3),
        VariantId = row.GetInt64(4),
        Quantity = row.GetInt32(5),
        Metadata = row.Pairs<string>(6),
    };

    internal void Enter(Cart cart, long id)
    {
        Identify(cart.TenantId, id);
        CartId = cart.Id;
    }

    internal static void Enter(AuraDb db, Cart cart, List<CartLine> lines) => db.AtCommit($"""
        INSERT INTO cart_lines ({Columns})
        SELECT $1, id, $2, product_id, variant_id, quantity, metadata FROM unnest($3, $4, $5, $6, $7) AS line (id, product_id, variant_id, quantity, metadata)
        """, cart.TenantId, cart.Id, lines.ConvertAll(line => line.Id), lines.ConvertAll(line => line.ProductId), lines.ConvertAll(line => line.VariantId),
        lines.ConvertAll(line => line.Quantity), new NpgsqlParameter { Value = lines.ConvertAll(line => line.Metadata), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });

    internal const string Update = """
        UPDATE cart_lines SET quantity = line.quantity FROM unnest($2, $3) AS line (id, quantity) WHERE cart_lines.tenant_id = $1 AND cart_lines.id = line.id
        """;
}
