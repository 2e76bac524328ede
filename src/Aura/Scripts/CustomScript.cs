using Aura.Events;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Scripts;

public enum ScriptLanguage
{
    /// <summary>ECMAScript 5.1.</summary>
    Javascript,
}

/// <summary>A function of the merchant's that runs when something happens in the store. It is told and answers; it can do nothing.</summary>
public sealed class CustomScript : StoreEntity, IApprovable
{
    public static string Prefix => "script";
    public static string Noun => "script";

    /// <summary>After so many failures in a row it is switched off.</summary>
    public const int MostFailures = 20;

    public const int MaxCode = 64 * 1024;

    public string Name { get; private set; } = "";

    /// <summary>The event that it runs on, such as <c>cart.abandoned</c>.</summary>
    public string Trigger { get; private set; } = "";

    public ScriptLanguage Language { get; private init; }
    public string Code { get; private set; } = "";

    /// <summary>Counts the codes that it had, from 1.</summary>
    public int Revision { get; private set; }

    public bool Enabled { get; private set; }

    /// <summary>Why it was switched off, where nobody did it.</summary>
    public string? DisabledReason { get; private set; }

    public int ConsecutiveFailures { get; private set; }

    public object Content => new { Name, Trigger, Language, Code };

    /// <exception cref="Refused">422 for an event that does not exist.</exception>
    public static CustomScript Create(string name, string trigger, bool enabled)
    {
        var script = new CustomScript { Enabled = enabled };
        script.Rename(name);
        script.RunOn(trigger);
        return script;
    }

    public void Rename(string name) => Name = name.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Name), "Must not be blank.");

    /// <exception cref="Refused">422 for an event that does not exist.</exception>
    public void RunOn(string trigger) => Trigger = EventTypes.Has(trigger) ? trigger : throw Refused.Invalid(nameof(Trigger), $"'{trigger}' is no event of the store.");

    /// <summary>Gives it other code. What it had is kept.</summary>
    /// <returns>The new version, to be saved with it; null where it is the code that it has.</returns>
    public ScriptVersion? Write(string code, DateTime now)
    {
        if (code == Code)
            return null;
        (Code, Revision, ConsecutiveFailures) = (code, Revision + 1, 0);
        return new() { ScriptId = Id, Revision = Revision, Code = code, CreatedAt = now };
    }

    /// <summary>Switched on anew, it has its failures forgiven.</summary>
    public void Switch(bool on)
    {
        if (on && !Enabled)
            ConsecutiveFailures = 0;
        (Enabled, DisabledReason) = (on, null);
    }
}

/// <summary>Code that a script has or had.</summary>
public sealed class ScriptVersion : StoreRow
{
    public long ScriptId { get; internal init; }
    public int Revision { get; internal init; }
    public string Code { get; internal init; } = "";
    public DateTime CreatedAt { get; internal init; }
}

public enum ScriptRunStatus
{
    Succeeded,
    Failed,
}

/// <summary>What a script answered to an event.</summary>
public sealed class ScriptRun : StoreRow, IIdentified
{
    public static string Prefix => "run";
    public static string Noun => "script run";

    public long ScriptId { get; private init; }

    /// <summary>Of the code that ran.</summary>
    public int Revision { get; private init; }

    public long EventId { get; private init; }
    public ScriptRunStatus Status { get; private init; }
    public System.Text.Json.JsonDocument? Result { get; private init; }
    public string[] Logs { get; private init; } = [];
    public string? Error { get; private init; }

    /// <summary>Milliseconds.</summary>
    public int DurationMs { get; private init; }

    public DateTime CreatedAt { get; private init; }

    internal static ScriptRun Of(CustomScript script, StoreEvent happened, ScriptOutcome outcome, DateTime now) => new()
    {
        ScriptId = script.Id,
        Revision = script.Revision,
        EventId = happened.Id,
        Status = outcome.IsSuccess ? ScriptRunStatus.Succeeded : ScriptRunStatus.Failed,
        Result = outcome.Result is { } json ? System.Text.Json.JsonDocument.Parse(json) : null,
        Logs = [.. outcome.Logs],
        Error = outcome.Message,
        DurationMs = outcome.DurationMs,
        CreatedAt = now,
    };
}

internal sealed class ScriptVersionMapping : IEntityTypeConfiguration<ScriptVersion>
{
    public void Configure(EntityTypeBuilder<ScriptVersion> version) => version.HasIndex(v => new { v.TenantId, v.ScriptId, v.Revision }).IsUnique();
}

internal sealed class ScriptRunMapping : IEntityTypeConfiguration<ScriptRun>
{
    public void Configure(EntityTypeBuilder<ScriptRun> run) => run.HasIndex(r => new { r.TenantId, r.ScriptId, r.EventId }).IsUnique();
}
