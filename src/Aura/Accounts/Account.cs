using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Accounts;

/// <summary>Who pays: an account has stores, keys and a plan. Not itself in a store.</summary>
public sealed class Account : IIdentified
{
    public static string Prefix => "acct";
    public static string Noun => "account";

    public long Id { get; private init; }
    public string Name { get; private set; } = "";
    public Plan Plan { get; private set; }

    /// <summary>Own limits that replace those of the plan; null: the plan's.</summary>
    public int? RequestsPerHour { get; private set; }

    /// <inheritdoc cref="RequestsPerHour"/>
    public int? RequestsPerDay { get; private set; }

    public Dictionary<string, string> Settings { get; private set; } = [];
    public DateTime CreatedAt { get; private init; }

    public static Account Create(string name, Plan plan, DateTime now) => new() { Name = name, Plan = plan, CreatedAt = now };

    public int? PerHour => RequestsPerHour ?? PlanLimits.Of(Plan).PerHour;
    public int? PerDay => RequestsPerDay ?? PlanLimits.Of(Plan).PerDay;

    public void Choose(Plan plan) => Plan = plan;
    public void Set(Dictionary<string, string> settings) => Settings = Metadata.Checked(settings, nameof(Settings));
}

internal sealed class AccountMapping : IEntityTypeConfiguration<Account>
{
    public void Configure(EntityTypeBuilder<Account> account) => account.Property(a => a.Id).ValueGeneratedOnAdd().HasValueGenerator<IdGenerator>();
}
