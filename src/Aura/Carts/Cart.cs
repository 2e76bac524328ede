using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Carts;

/// <summary>What somebody is about to buy. It keeps choices and no prices: those are worked out from the catalogue at each read.</summary>
public sealed partial class Cart : StoreEntity, IIdentified
{
    public static string Prefix => "cart";
    public static string Noun => "cart";

    public const int MaxLines = 500;
    public const int MaxQuantity = 9999;
    public const int MaxCoupons = 20;

    /// <summary>A checkout that has not ended after this time has crashed; another may take it over.</summary>
    public static readonly TimeSpan CheckoutLease = TimeSpan.FromMinutes(5);

    private readonly List<CartLine> lines = [];

    public long? CustomerId { get; private set; }
    public string? Email { get; private set; }
    public Currency Currency { get; private init; }
    public Address? ShippingAddress { get; private set; }
    public Address? BillingAddress { get; private set; }

    /// <summary>The code of the chosen shipping method.</summary>
    public string? ShippingMethod { get; private set; }

    /// <summary>Upper case.</summary>
    public string[] Coupons { get; private set; } = [];

    /// <summary>The code of the customer who sent this one here; whether it is good for anything shows once the order is paid.</summary>
    public string? ReferralCode { get; private set; }

    public Dictionary<string, string> Metadata { get; private set; } = [];

    /// <summary>The visitor's session, which callers write into the metadata.</summary>
    public string? SessionId => Metadata.TryGetValue("session_id", out var session) && session.Trim() is { Length: > 0 } trimmed ? trimmed : null;

    /// <summary>When its owner last did something with it, by the store's clock.</summary>
    public DateTime LastActivityAt { get; private set; }

    /// <summary>When its running checkout began; null while none runs.</summary>
    public DateTime? CompletingAt { get; private set; }

    /// <summary>When it became an order.</summary>
    public DateTime? CompletedAt { get; private set; }

    public IReadOnlyList<CartLine> Lines => lines;

    public static Cart Create(Currency currency, DateTime now) => new() { Currency = currency, LastActivityAt = now };

    /// <summary>Puts more of a variant in: on its line, or on a new one where it has none with the same metadata.</summary>
    /// <param name="quantity">1 to 9999, also together with what the line has.</param>
    public CartLine Add(long productId, long variantId, int quantity, Dictionary<string, string>? metadata = null)
    {
        metadata = Aura.Metadata.Checked(metadata);
        var line = lines.FirstOrDefault(own => own.VariantId == variantId && own.IsDescribed(metadata));
        if (line is not null)
        {
            line.Set(line.Quantity + Counted(quantity));
            return line;
        }

        if (lines.Count == MaxLines)
            throw Refused.Invalid("Items", $"A cart has at most {MaxLines} lines.");
        line = new CartLine(productId, variantId, Counted(quantity), metadata);
        lines.Add(line);
        return line;
    }

    /// <summary>Sets how many; zero takes the line out.</summary>
    public void Change(Id<CartLine> id, int quantity)
    {
        if (quantity == 0)
            Remove(id);
        else
            Line(id).Set(quantity);
    }

    public void Remove(Id<CartLine> id) => lines.Remove(Line(id));

    public void Empty() => lines.Clear();

    public void Belong(long? customerId, string? email) => (CustomerId, Email) = (customerId, email?.Trim());

    public void Send(Address? shipping, Address? billing) => (ShippingAddress, BillingAddress) = (shipping, billing);

    public void Ship(string? method) => ShippingMethod = method;

    public void Refer(string? code) => ReferralCode = code?.Trim().ToUpperInvariant() is { Length: > 0 } given ? given : null;

    public void Describe(Dictionary<string, string> metadata) => Metadata = Aura.Metadata.Checked(metadata);

    /// <summary>Keeps coupon codes, each once, in upper case. Whether they are good for anything is asked when pricing.</summary>
    public void Apply(IEnumerable<string> coupons)
    {
        var codes = coupons.Select(code => code.Trim().ToUpperInvariant()).Distinct().ToArray();
        if (codes.Length > MaxCoupons || codes.Any(code => code.Length is 0 or > 100))
            throw Refused.Invalid(nameof(Coupons), $"At most {MaxCoupons} codes of 1 to 100 characters.");
        Coupons = codes;
    }

    /// <summary>To be called before any change by the cart's owner.</summary>
    /// <exception cref="Refused">409 while a checkout runs (<c>cart_locked</c>) or after it (<c>cart_completed</c>).</exception>
    public void Touch(DateTime now)
    {
        if (CompletedAt is not null)
            throw Refused.Conflict("cart_completed", "The cart has become an order.");
        if (IsCompleting(now))
            throw Refused.Conflict("cart_locked", "The cart is being checked out.");
        LastActivityAt = now;
    }

    public bool IsCompleting(DateTime now) => CompletingAt is { } began && now - began < CheckoutLease;

    /// <summary>Locks the cart for a checkout, or takes over one that crashed.</summary>
    /// <exception cref="Refused">409 <c>completion_in_progress</c> while another checkout runs.</exception>
    public void BeginCheckout(DateTime now)
    {
        if (IsCompleting(now))
            throw Refused.Conflict("completion_in_progress", "The cart is being checked out already.");
        (CompletingAt, LastActivityAt) = (now, now);
    }

    /// <summary>Gives the cart back to its owner.</summary>
    public void EndCheckout() => CompletingAt = null;

    public void Complete(DateTime now)
    {
        CompletedAt ??= now;
        CompletingAt = null;
    }

    private CartLine Line(Id<CartLine> id) => lines.FirstOrDefault(line => line.Id == id.Value) ?? throw Refused.NotFound(CartLine.Noun);

    private static int Counted(int quantity) => quantity is >= 1 and <= MaxQuantity
        ? quantity
        : throw Refused.Invalid(nameof(CartLine.Quantity), $"A quantity is 1 to {MaxQuantity}.");
}

/// <summary>Some units of a variant in a cart.</summary>
public sealed partial class CartLine : StoreRow, IIdentified
{
    public static string Prefix => "citem";
    public static string Noun => "cart item";

    private CartLine()
    {
    }

    internal CartLine(long productId, long variantId, int quantity, Dictionary<string, string> metadata) =>
        (ProductId, VariantId, Quantity, Metadata) = (productId, variantId, quantity, metadata);

    public long CartId { get; private set; }
    public long ProductId { get; private init; }
    public long VariantId { get; private init; }

    /// <summary>1 to 9999.</summary>
    public int Quantity { get; private set; }

    public Dictionary<string, string> Metadata { get; private init; } = [];

    internal void Set(int quantity) => Quantity = quantity is >= 1 and <= Cart.MaxQuantity
        ? quantity
        : throw Refused.Invalid(nameof(Quantity), $"A line has 1 to {Cart.MaxQuantity} units.");

    internal bool IsDescribed(Dictionary<string, string> metadata) =>
        metadata.Count == Metadata.Count && metadata.All(pair => Metadata.GetValueOrDefault(pair.Key) == pair.Value);
}

public static class CartQueries
{
    /// <summary>A cart to be changed, its row locked so that parallel changes of its lines follow one another. Needs a transaction.</summary>
    /// <remarks>The lock is a statement of its own, for a statement that waits for a lock sees the other rows as before it waited.</remarks>
    public static async Task<Cart> LockCart(this AuraDb db, Id<Cart> id, CancellationToken cancellation)
    {
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM carts WHERE tenant_id = {db.Caller.TenantId} AND id = {id.Value} FOR NO KEY UPDATE", cancellation);
        return await db.Load(db.Carts.Include(c => c.Lines.OrderBy(line => line.Id)).Where(c => c.Id == id.Value), cancellation);
    }
}

internal sealed class CartMapping : IEntityTypeConfiguration<Cart>
{
    public void Configure(EntityTypeBuilder<Cart> cart)
    {
        cart.HasMany(c => c.Lines).WithOne().HasForeignKey(line => new { line.TenantId, line.CartId }).OnDelete(DeleteBehavior.Cascade);
        cart.Navigation(c => c.Lines).HasField("lines");
        cart.Ignore(c => c.SessionId);
        cart.Property(c => c.ShippingAddress).Json();
        cart.Property(c => c.BillingAddress).Json();
    }
}
