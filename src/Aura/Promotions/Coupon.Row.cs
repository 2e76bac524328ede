using Aura.Persistence;
using Npgsql;

namespace Aura.Promotions;

public sealed partial class Coupon
{
    /// <summary>What <see cref="Read"/> reads, in its order, of a table called c.</summary>
    internal const string Columns = """
        c.tenant_id, c.id, c.promotion_id, c.code, c.code_key, c.enabled, c.customer_id, c.max_uses, c.max_uses_per_customer, c.expires_at, c.reserved, c.used,
        c.batch_id, c.duration, c.duration_in_months, c.metadata, c.deleted_at, c.created_at, c.updated_at, c.version
        """;

    /// <summary>How many there are.</summary>
    internal const int ColumnCount = 20;

    /// <summary>A coupon without its promotion, for reading.</summary>
    internal static Coupon Read(NpgsqlDataReader row, int at) => new()
    {
        TenantId = row.GetInt64(at),
        Id = row.GetInt64(at + 1),
        PromotionId = row.GetInt64(at + 2),
        Code = row.GetString(at + 3),
        CodeKey = row.GetString(at + 4),
        Enabled = row.GetBoolean(at + 5),
        CustomerId = row.IsDBNull(at + 6) ? null : row.GetInt64(at + 6),
        MaxUses = row.IsDBNull(at + 7) ? null : row.GetInt32(at + 7),
        MaxUsesPerCustomer = row.IsDBNull(at + 8) ? null : row.GetInt32(at + 8),
        ExpiresAt = row.IsDBNull(at + 9) ? null : row.GetDateTime(at + 9),
        Reserved = row.GetInt64(at + 10),
        Used = row.GetInt64(at + 11),
        BatchId = row.IsDBNull(at + 12) ? null : row.GetInt64(at + 12),
        Duration = Words<CouponDuration>.Parse(row.GetString(at + 13)),
        DurationInMonths = row.IsDBNull(at + 14) ? null : row.GetInt32(at + 14),
        Metadata = row.Pairs<string>(at + 15),
        DeletedAt = row.IsDBNull(at + 16) ? null : row.GetDateTime(at + 16),
        CreatedAt = row.GetDateTime(at + 17),
        UpdatedAt = row.GetDateTime(at + 18),
        Version = row.GetInt32(at + 19),
    };

    /// <summary>Takes over what the statement that counts gave back.</summary>
    internal void Count(long reserved, long used) => (Reserved, Used) = (reserved, used);
}
