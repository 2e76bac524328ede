using System.Net.Mail;
using Aura.Persistence;

namespace Aura.Monitoring;

public enum AlertOperator
{
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
}

public enum AlertStatus
{
    Ok,
    Firing,
}

/// <summary>Tells when a metric passes a threshold, and when it comes back: once each, not again and again.</summary>
public sealed class AlertRule : StoreEntity, IAudited
{
    public static string Prefix => "alert";
    public static string Noun => "alert";

    /// <summary>The channels there are: <c>webhook</c> are the store's webhooks for alert.*, which hear of every alert; <c>slack</c> is the integration;
    /// <c>email:ops@example.com</c> is an address, reached over the store's channel for e-mail.</summary>
    public static readonly string[] AllChannels = ["webhook", "slack", "email:ops@example.com"];

    private const string Email = "email:";
    private const int MaxAddress = 254; // RFC 5321, as erratum 1690 counts

    public string Name { get; private set; } = "";

    /// <summary>One of <see cref="StoreMetrics.Own"/>, or the name of the store's own points.</summary>
    public string Metric { get; private set; } = "";

    public AlertOperator Operator { get; private set; }
    public decimal Threshold { get; private set; }
    public int WindowMinutes { get; private set; }
    public string[] Channels { get; private set; } = [];
    public bool Enabled { get; private set; } = true;
    public AlertStatus Status { get; private set; }

    /// <summary>What the metric was when it was last looked at; null: there was nothing to say.</summary>
    public decimal? Value { get; private set; }

    /// <summary>When it began to fire, or was over.</summary>
    public DateTime? ChangedAt { get; private set; }

    public static AlertRule Create(string name, string metric, AlertOperator than, decimal threshold, int windowMinutes)
    {
        var rule = new AlertRule();
        rule.Rename(name);
        rule.Watch(metric, than, threshold, windowMinutes);
        return rule;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Name), "Must not be blank.");

    /// <summary>Begins anew, as one that does not fire.</summary>
    public void Watch(string metric, AlertOperator than, decimal threshold, int windowMinutes)
    {
        if ((metric, than, threshold, windowMinutes) == (Metric, Operator, Threshold, WindowMinutes))
            return;
        (Metric, Operator, Threshold, WindowMinutes) = (metric.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Metric), "Must not be blank."), than, threshold, windowMinutes);
        (Status, Value, ChangedAt) = (AlertStatus.Ok, null, null);
    }

    /// <summary>Whom to write to by e-mail.</summary>
    public IEnumerable<string> Addresses => Channels.Where(channel => channel.StartsWith(Email, StringComparison.Ordinal)).Select(channel => channel[Email.Length..]);

    /// <param name="usual">Where <c>email</c> without an address goes; null: nowhere.</param>
    /// <exception cref="Refused">422 for a channel that there is not, or an e-mail to nobody.</exception>
    public void Tell(IReadOnlyList<string> channels, string? usual) => Channels = [.. channels.Select(channel => Known(channel, usual)).Distinct()];

    private static string Known(string channel, string? usual) => channel switch
    {
        "webhook" or "slack" => channel,
        "email" => usual is null ? throw Refused.Invalid(nameof(Channels), "Say to whom: email:ops@example.com, or set supportEmail in the white-label settings.") : $"{Email}{usual}",
        _ when channel.StartsWith(Email, StringComparison.Ordinal) && channel[Email.Length..] is { Length: <= MaxAddress } text && MailAddress.TryCreate(text, out var address) && address.Address == text => channel,
        _ => throw Refused.Invalid(nameof(Channels), $"There is no channel '{channel}'. There are {string.Join(", ", AllChannels)}."),
    };

    public void Switch(bool on)
    {
        Enabled = on;
        if (!on)
            (Status, ChangedAt) = (AlertStatus.Ok, null);
    }

    /// <summary>Looks at the metric.</summary>
    /// <param name="value">Null: there is nothing to say, and the rule stays as it is.</param>
    /// <returns>Whether it began to fire, or is over.</returns>
    public bool Judge(decimal? value, DateTime now)
    {
        if (value is not { } known || !Enabled)
            return false;
        Value = known;
        var status = Holds(known) ? AlertStatus.Firing : AlertStatus.Ok;
        if (status == Status)
            return false;
        (Status, ChangedAt) = (status, now);
        return true;
    }

    private bool Holds(decimal value) => Operator switch
    {
        AlertOperator.Gt => value > Threshold,
        AlertOperator.Gte => value >= Threshold,
        AlertOperator.Lt => value < Threshold,
        AlertOperator.Lte => value <= Threshold,
        _ => value == Threshold,
    };
}
