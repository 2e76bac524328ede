using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Messages;

/// <summary>What somebody has agreed or objected to, and when. Only ever appended; of a type the latest counts.</summary>
public sealed class Consent : StoreRow, IIdentified
{
    public static string Prefix => "consent";
    public static string Noun => "consent";

    /// <summary>For every channel of advertising.</summary>
    public const string Marketing = "marketing";

    public long ShopperId { get; private init; }
    public Shopper Shopper { get; private init; } = null!; // loaded where it is needed

    /// <summary><c>email_marketing</c>, <c>sms_marketing</c>, <c>push_marketing</c>, <c>marketing</c> for all three; others are kept and mean nothing here.</summary>
    public string Type { get; private init; } = "";

    /// <summary>Of <c>marketing</c>: for this channel only.</summary>
    public Channel? Channel { get; private init; }

    public bool Granted { get; private init; }

    /// <summary>Where it was said: <c>api</c>, <c>unsubscribe_link</c>, <c>stop_word</c>, <c>checkout</c> ...</summary>
    public string Source { get; private init; } = "";

    /// <summary>Which wording was agreed to.</summary>
    public string? TextVersion { get; private init; }

    /// <summary>When it was said, UTC, by the store's clock.</summary>
    public DateTime GivenAt { get; private init; }

    public DateTime CreatedAt { get; private init; }

    /// <param name="givenAt">Null: now.</param>
    /// <exception cref="Refused">422 for a type that is no lower_snake_case word, or a time in the future.</exception>
    public static Consent Record(Shopper shopper, string type, bool granted, string source, DateTime now, Channel? channel = null, string? textVersion = null, DateTime? givenAt = null)
    {
        if (type.Length is 0 or > 50 || !type.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
            throw Refused.Invalid("ConsentType", "Must be lower-case letters, digits and _, such as email_marketing.");
        if (givenAt > now)
            throw Refused.Invalid("Timestamp", "Must not be in the future.");
        return new()
        {
            ShopperId = shopper.Id, Type = type, Granted = granted, Source = source, Channel = channel, TextVersion = textVersion, GivenAt = givenAt ?? now, CreatedAt = now,
        };
    }

    public static string TypeFor(Channel channel) => $"{Words<Channel>.Of(channel)}_{Marketing}";

    /// <summary>Whether it says something about advertising over a channel.</summary>
    public bool Concerns(Channel channel) => Type == TypeFor(channel) || Type == Marketing && (Channel is null || Channel == channel);

    /// <summary>What the latest of somebody's consents says about a channel; null: they never said anything.</summary>
    public static bool? Of(IEnumerable<Consent> consents, Channel channel) =>
        consents.Where(consent => consent.Concerns(channel)).OrderBy(consent => consent.GivenAt).ThenBy(consent => consent.Id).LastOrDefault()?.Granted;
}

internal sealed class ConsentMapping : IEntityTypeConfiguration<Consent>
{
    public void Configure(EntityTypeBuilder<Consent> consent) =>
        consent.HasOne(c => c.Shopper).WithMany().HasForeignKey(c => new { c.TenantId, c.ShopperId });
}
