using Aura.Persistence;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Accounts;

public enum StoreStatus
{
    Active,
    Suspended,
}

/// <summary>A store: the tenant that owns everything else. A live store has a sandbox twin with a clock of its own.</summary>
public sealed partial class Store : IIdentified
{
    public static string Prefix => "tenant";
    public static string[] OtherPrefixes => ["store"];
    public static string Noun => "tenant";

    /// <summary>What other tables call <c>tenant_id</c>.</summary>
    public long Id { get; private set; }

    public long AccountId { get; private init; }
    public string Name { get; private set; } = "";

    /// <summary>Where the store lives; unique among live stores and among sandboxes.</summary>
    public string Domain { get; private set; } = "";

    public bool IsTest { get; private init; }

    /// <summary>The sandbox of a live store, the live store of a sandbox.</summary>
    public long? TwinId { get; private set; }

    public StoreStatus Status { get; private set; }

    /// <summary>The currency that prices without one are in.</summary>
    public Currency Currency { get; private set; }

    public StoreSettings Settings { get; private set; } = new();

    /// <summary>How far the clock of a sandbox is ahead of the world's; zero for a live store.</summary>
    public TimeSpan ClockOffset { get; private set; }

    public DateTime CreatedAt { get; private init; }
    public DateTime UpdatedAt { get; private set; }
    public int Version { get; private set; }

    public static Store Create(Account account, string name, string domain, Currency currency, bool isTest, DateTime now)
    {
        domain = DomainOf(domain, nameof(Domain));
        return new()
        {
            AccountId = account.Id,
            Name = name,
            Domain = domain,
            Currency = currency,
            IsTest = isTest,
            CreatedAt = now,
            UpdatedAt = now,
            Version = 1,
        };
    }

    /// <summary>A domain as it is kept.</summary>
    /// <exception cref="Refused">422 for what is no host name.</exception>
    internal static string DomainOf(string text, string field) => text.Trim().ToLowerInvariant() is var domain && DomainPattern.IsMatch(domain)
        ? domain
        : throw Refused.Invalid(field, "Must be a host name such as shop.example.com.");

    public static void Pair(Store live, Store sandbox) => (live.TwinId, sandbox.TwinId) = (sandbox.Id, live.Id);

    public void Rename(string name) => Name = name;

    /// <exception cref="Refused">422 for what is no host name.</exception>
    public void Move(string domain) => Domain = DomainOf(domain, nameof(Domain));

    public void Set(StoreStatus status) => Status = status;
    public void Set(StoreSettings settings) => Settings = settings;

    public void Changed(DateTime now)
    {
        UpdatedAt = now;
        Version++;
    }

    /// <summary>A name that domains may have, made from any text.</summary>
    public static string DomainFor(string name, long id) =>
        $"{NotInDomain.Replace(name.ToLowerInvariant(), "-").Trim('-')}-{id}.aura.local".TrimStart('-');

    /// <summary>Moves the clock of a sandbox forward.</summary>
    /// <exception cref="Refused">409 for a live store, 422 for a step back or beyond ten years.</exception>
    public void Advance(TimeSpan by)
    {
        if (!IsTest)
            throw Refused.Conflict("not_a_sandbox", "Only the clock of a sandbox can be moved.");
        if (by < TimeSpan.Zero || ClockOffset + by > TimeSpan.FromDays(3660))
            throw Refused.Invalid("By", "The clock moves forward, ten years at most.");
        ClockOffset += by;
    }

    [GeneratedRegex(@"^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}\z")]
    private static partial Regex DomainPattern { get; }

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex NotInDomain { get; }
}

/// <summary>What a merchant decides about the store.</summary>
public sealed record StoreSettings
{
    /// <summary>Whether catalogue prices contain the tax.</summary>
    public bool PricesIncludeTax { get; init; }

    /// <summary>Where the goods are sold from, ISO 3166-1 alpha-2; decides export and reverse charge.</summary>
    public string Country { get; init; } = "US";

    /// <summary>Two-letter codes; the first is the default.</summary>
    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    public string TimeZone { get; init; } = "UTC";

    /// <summary>The brand that the store wears among the account's stores: one of the shop that it was set from.</summary>
    public long? BrandId { get; init; }

    /// <summary>Whether keys that open other stores too are refused here.</summary>
    public bool ForbidSharedKeys { get; init; }

    /// <summary>Whether webhooks go to https addresses alone.</summary>
    public bool RequireHttpsWebhooks { get; init; }

    /// <summary>How stock is chosen when several warehouses have it.</summary>
    public StockRouting Routing { get; init; }

    /// <summary>How long a return may be asked for after the order, in days.</summary>
    public int ReturnWindowDays { get; init; } = 30;

    /// <summary>Who wins when a promotion cannot be combined with others.</summary>
    public PromotionContest PromotionContest { get; init; }

    /// <summary>What all promotions together take off the goods of an order at most, in percent; null: no limit.</summary>
    public decimal? MaxCombinedDiscountPercent { get; init; }

    /// <summary>How many points are worth one unit of the store's currency; null: points cannot be spent.</summary>
    public int? PointsPerUnit { get; init; }

    /// <summary>How long after the purchase cashback and rewards can be spent, in days: until then a refund takes them back.</summary>
    public int RewardWindowDays { get; init; } = 14;

    /// <summary>Where somebody who was referred signs up, without the code; null: at <c>/signup</c> of the store's domain.</summary>
    public string? ReferralUrl { get; init; }

    /// <summary>Where the shop shows a cart, with <c>{cart}</c> in place of its id: links back into a cart lead there; null: this server shows it.</summary>
    public string? CartUrl { get; init; }

    /// <summary>What promotions return elsewhere, in percent of what they cost; null: nothing is compared with it.</summary>
    public decimal? PromotionRoiBenchmark { get; init; }

    /// <summary>How many of a hundred who see a promotion use it elsewhere; null: nothing is compared with it.</summary>
    public decimal? PromotionConversionBenchmark { get; init; }
}

public enum PromotionContest
{
    /// <summary>Whatever is worth more to the customer.</summary>
    Best,
    /// <summary>The first by priority that cannot be combined and takes something off.</summary>
    Priority,
}

/// <summary>Which warehouse is asked first.</summary>
public enum StockRouting
{
    /// <summary>In the order of the warehouses' priority.</summary>
    Priority,
    /// <summary>The warehouse with the most available stock of the variant.</summary>
    HighestStock,
}

internal sealed class StoreMapping : IEntityTypeConfiguration<Store>
{
    public void Configure(EntityTypeBuilder<Store> store)
    {
        store.Property(s => s.Id).ValueGeneratedOnAdd().HasValueGenerator<IdGenerator>();
        store.Property(s => s.Settings).HasColumnType("jsonb");
        store.Property(s => s.Version).IsConcurrencyToken();
        store.HasIndex(s => new { s.Domain, s.IsTest }).IsUnique();
    }
}
