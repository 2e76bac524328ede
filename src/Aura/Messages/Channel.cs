using System.Text.Json;
using Aura.Accounts;
using Aura.Connectors.Messages;
using Aura.Integrations;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Messages;

/// <summary>A way to reach somebody.</summary>
public enum Channel
{
    Email,
    Sms,
    /// <summary>A notification in a browser.</summary>
    Push,
}

/// <summary>What it takes to write to somebody who has never said anything about it.</summary>
public enum ConsentRule
{
    /// <summary>Nobody is written to who has not agreed.</summary>
    Explicit,
    /// <summary>Everybody is who has not objected: for e-mail to existing customers, where the law allows it.</summary>
    Implied,
}

/// <summary>How a store uses one channel. A channel without a row is as <see cref="Usual"/> says.</summary>
public sealed class ChannelSetup : StoreEntity, IAudited
{
    public static string Prefix => "channel";
    public static string Noun => "channel";

    /// <summary>Keeps messages to be read, and sends none. What a store has until it names another.</summary>
    public const string Mailbox = "mailbox";

    private const string Purpose = "channel";

    public Channel Channel { get; private init; }
    public bool Enabled { get; private set; }

    /// <summary>The mailbox or one of <see cref="MessageProviders.All"/>; null: nothing is set up.</summary>
    public string? Provider { get; private set; }

    /// <summary>The provider's settings, sealed.</summary>
    [Secret] public byte[]? Settings { get; private set; }

    /// <summary>From then on, by the clock where the recipient is, nothing is sent; null: always.</summary>
    public TimeOnly? QuietFrom { get; private set; }

    /// <summary>Until then.</summary>
    public TimeOnly? QuietTo { get; private set; }

    /// <summary>Advertising messages to one person on one calendar day; null: no limit.</summary>
    public int? DailyCap { get; private set; }

    public ConsentRule Consent { get; private set; }

    public static ChannelSetup Usual(Channel channel) => new()
    {
        Channel = channel,
        Enabled = channel != Channel.Push,
        Provider = channel == Channel.Push ? null : Mailbox,
        DailyCap = channel == Channel.Email ? 3 : 1,
        QuietFrom = channel == Channel.Email ? null : new(21, 0),
        QuietTo = channel == Channel.Email ? null : new(8, 0),
    };

    /// <summary>One that is switched on without a provider keeps its messages in the mailbox, as the others do from the start.</summary>
    public void Switch(bool enabled)
    {
        if (enabled)
            Provider ??= Mailbox;
        Enabled = enabled;
    }

    /// <param name="given">Settings that are left out stay, unless the provider is another.</param>
    /// <param name="account">What the store has agreed with the provider elsewhere: what is not given here is read there; null: nothing.</param>
    /// <exception cref="Refused">422 for a provider of another channel, or settings that it cannot work with.</exception>
    public void Use(string provider, IReadOnlyDictionary<string, string?> given, ProviderSettings? account, KeyRing ring, MessageProviders providers)
    {
        var settings = provider == Provider ? Open(ring) : [];
        foreach (var (name, value) in given)
            if (value is null)
                settings.Remove(name);
            else
                settings[name] = value;
        Check(provider, settings, account, providers);
        (Provider, Settings) = (provider, settings.Count == 0 ? null : ring.Seal(JsonSerializer.Serialize(settings), Purpose));
    }

    /// <exception cref="Refused">422 for one without the other, or the same twice.</exception>
    public void BeQuiet(TimeOnly? from, TimeOnly? to)
    {
        if (from is null != to is null || from is not null && from == to)
            throw Refused.Invalid("QuietHours", "Name when they begin and when they end, or neither.");
        (QuietFrom, QuietTo) = (from, to);
    }

    /// <exception cref="Refused">422 below 1.</exception>
    public void Cap(int? daily) => DailyCap = daily is null or >= 1 ? daily : throw Refused.Invalid(nameof(DailyCap), "At least 1, or null for no limit.");

    /// <exception cref="Refused">422 for SMS and push, to which people have to agree.</exception>
    public void Ask(ConsentRule rule) => Consent = rule == ConsentRule.Explicit || Channel == Channel.Email
        ? rule
        : throw Refused.Invalid(nameof(Consent), "Only e-mail may go to people who have not agreed.");

    /// <param name="account">See <see cref="Use"/>.</param>
    public ProviderSettings Read(KeyRing ring, ProviderSettings? account) => new(Open(ring)) { Else = account };

    /// <summary>The names of the settings that are given; secrets among them.</summary>
    public IReadOnlyList<string> Given(KeyRing ring) => [.. Open(ring).Keys.Order()];

    private Dictionary<string, string> Open(KeyRing ring) =>
        Settings is null ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(ring.Open(Settings, Purpose)) ?? [];

    private void Check(string provider, Dictionary<string, string> settings, ProviderSettings? account, MessageProviders providers)
    {
        var known = provider == Mailbox ? new(Mailbox, Words<Channel>.All, [], [], []) : MessageProviders.Find(provider);
        if (known is null || !known.Channels.Contains(Words<Channel>.Of(Channel)))
            throw Refused.Invalid("Provider", $"For {Words<Channel>.Of(Channel)} there are {string.Join(", ", MessageProviders.All.Where(form => form.Channels.Contains(Words<Channel>.Of(Channel))).Select(form => form.Name).Append(Mailbox))}.");
        if (settings.Keys.FirstOrDefault(name => name != SandboxProviders.Catcher && !known.Needed.Contains(name) && !known.Optional.Contains(name)) is { } unknown)
            throw Refused.Invalid($"Settings.{unknown}", $"{provider} has no such setting. It has {string.Join(", ", known.Needed.Concat(known.Optional))}.");
        if (provider == Mailbox)
            return;
        try
        {
            providers.Open(provider, new(settings) { Else = account });
        }
        catch (WrongSettings wrong)
        {
            throw Refused.Invalid($"Settings.{wrong.Setting}", wrong.Message);
        }
    }
}

/// <summary>Where the messages of a sandbox go.</summary>
public static class SandboxProviders
{
    /// <summary>The setting that says: this server keeps what it gets and sends nothing on, so that a sandbox may use it.</summary>
    public const string Catcher = "catcher";

    /// <summary>The provider that a store really uses: a sandbox the mailbox, unless the merchant says that the mail server is a trap.</summary>
    public static string? Effective(this ChannelSetup setup, bool isTest, KeyRing ring) =>
        isTest && setup.Provider is not null && !(setup.Provider == "smtp" && setup.Read(ring, null).Maybe(Catcher) == "true") ? ChannelSetup.Mailbox : setup.Provider;
}

public static class Channels
{
    /// <summary>How the store uses a channel.</summary>
    public static async Task<ChannelSetup> Channel(this AuraDb db, Channel channel, CancellationToken cancellation) =>
        await db.ChannelSetups.FirstOrDefaultAsync(c => c.Channel == channel, cancellation) ?? ChannelSetup.Usual(channel);

    /// <summary>The settings of a channel's provider, with those of the store's account there.</summary>
    public static async Task<ProviderSettings> SettingsOf(this AuraDb db, ChannelSetup setup, KeyRing ring, CancellationToken cancellation) =>
        setup.Read(ring, setup.Provider is { } provider ? await db.CredentialOf(provider, ring, cancellation) : null);

    /// <summary>All channels, used or not.</summary>
    public static async Task<IReadOnlyList<ChannelSetup>> AllChannels(this AuraDb db, CancellationToken cancellation)
    {
        var rows = await db.ChannelSetups.AsNoTracking().ToListAsync(cancellation);
        return [.. Enum.GetValues<Channel>().Select(channel => rows.Find(row => row.Channel == channel) ?? ChannelSetup.Usual(channel))];
    }

    /// <summary>Changes how a channel is used; its row is made with the first change.</summary>
    /// <exception cref="Refused">409 where another was faster.</exception>
    public static async Task<ChannelSetup> Configure(this AuraDb db, Channel channel, Action<ChannelSetup> change, CancellationToken cancellation)
    {
        var setup = await db.Channel(channel, cancellation);
        change(setup);
        if (setup.Version == 0)
            db.ChannelSetups.Add(setup);
        await db.SaveChangesAsync(cancellation);
        return setup;
    }
}

internal sealed class ChannelSetupMapping : IEntityTypeConfiguration<ChannelSetup>
{
    public void Configure(EntityTypeBuilder<ChannelSetup> setup) => setup.HasIndex(c => new { c.TenantId, c.Channel }).IsUnique();
}
