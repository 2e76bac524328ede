using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Monitoring;

public enum ErrorSource
{
    /// <summary>By a merchant's program.</summary>
    Reported,
    /// <summary>A fault of this server in work for the store.</summary>
    Server,
}

/// <summary>Errors that are alike: the same message but for its numbers, from the same place.</summary>
public sealed partial class ErrorReport : StoreRow, IIdentified
{
    public static string Prefix => "error";
    public static string Noun => "error";

    public const int MaxMessage = 2_000, MaxStack = 20_000;

    public string Fingerprint { get; private init; } = "";
    public ErrorSource Source { get; private init; }
    public string Message { get; private init; } = "";
    public string? Stack { get; private init; }
    public Dictionary<string, string> Context { get; private init; } = [];
    public long Count { get; private init; }

    /// <summary>When the first came.</summary>
    public DateTime CreatedAt { get; private init; }

    public DateTime LastAt { get; private init; }

    /// <summary>Notes an error: a new one, or one more of a kind.</summary>
    /// <remarks>SQL by hand: many may come at once, and of a kind there is one row.</remarks>
    public static async Task<Id<ErrorReport>> Note(
        AuraDb db, ErrorSource source, string message, string? stack, Dictionary<string, string> context, CancellationToken cancellation)
    {
        var fingerprint = FingerprintOf(source, message, stack);
        var (word, now) = (Words<ErrorSource>.Of(source), db.Now);
        return (await db.Database.SqlQuery<long>($"""
            INSERT INTO error_reports AS e (tenant_id, id, fingerprint, source, message, stack, context, count, created_at, last_at)
            VALUES ({db.Tenant}, nextval('ids'), {fingerprint}, {word}, {message.Beginning(MaxMessage)}, {stack?.Beginning(MaxStack)}, {System.Text.Json.JsonSerializer.Serialize(context)}::jsonb, 1, {now}, {now})
            ON CONFLICT (tenant_id, fingerprint) DO UPDATE SET count = e.count + 1, last_at = excluded.last_at, context = excluded.context, message = excluded.message
            RETURNING id AS "Value"
            """).ToListAsync(cancellation))[0];
    }

    /// <summary>The message without its numbers and ids, and the first line of the stack that says where.</summary>
    public static string FingerprintOf(ErrorSource source, string message, string? stack)
    {
        var place = stack?.Split('\n').Select(line => line.Trim()).FirstOrDefault(line => line.StartsWith("at ", StringComparison.Ordinal));
        var text = $"{source}\n{Varying.Replace(message, "#")}\n{(place is null ? "" : Varying.Replace(place, "#"))}";
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }

    [GeneratedRegex("[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9]+")]
    private static partial Regex Varying { get; }
}

internal sealed class ErrorReportMapping : IEntityTypeConfiguration<ErrorReport>
{
    public void Configure(EntityTypeBuilder<ErrorReport> report) => report.HasIndex(r => new { r.TenantId, r.Fingerprint }).IsUnique();
}
