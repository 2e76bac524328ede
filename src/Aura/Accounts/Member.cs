using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Accounts;

/// <summary>Somebody who works for a store. Everything else refers to them by the reference: it is what callers say and what is shown.</summary>
public sealed class Member : StoreRow, IIdentified
{
    public static string Prefix => "member";
    public static string Noun => "user";

    public const int MaxReference = 100;

    /// <summary>Whatever the store calls them: <c>user_456</c>, an e-mail address. Unique in the store.</summary>
    public string Reference { get; private init; } = "";

    public DateTime CreatedAt { get; private init; }

    /// <exception cref="Refused">422 for a reference that is blank, longer than 100 characters, or has characters that are none.</exception>
    internal static string Checked(string reference, string field) => reference.Trim() is { Length: > 0 and <= MaxReference } text && !text.Any(char.IsControl)
        ? text
        : throw Refused.Invalid(field, $"Must have 1 to {MaxReference} characters.");
}

public static class MemberRows
{
    /// <summary>Knows somebody by this reference from now on, who was perhaps named for the first time.</summary>
    /// <remarks>SQL by hand, for two may name them for the first time at once.</remarks>
    /// <returns>The reference as it is kept.</returns>
    /// <exception cref="Refused">422 for a reference that is blank or too long.</exception>
    public static async Task<string> Member(this AuraDb db, string reference, string field, CancellationToken cancellation)
    {
        var name = Accounts.Member.Checked(reference, field);
        if (!await db.Members.AnyAsync(m => m.Reference == name, cancellation))
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO members (tenant_id, id, reference, created_at) VALUES ({db.Tenant}, {db.NextId()}, {name}, {db.Now}) ON CONFLICT DO NOTHING
                """, cancellation);
        return name;
    }

    /// <inheritdoc cref="Member"/>
    public static async Task<string[]> Members(this AuraDb db, IReadOnlyList<string> references, string field, CancellationToken cancellation)
    {
        var names = references.Select(reference => Accounts.Member.Checked(reference, field)).Distinct().ToArray();
        var known = await db.Members.Where(m => names.Contains(m.Reference)).Select(m => m.Reference).ToListAsync(cancellation);
        foreach (var name in names.Except(known))
            await db.Member(name, field, cancellation);
        return names;
    }

    /// <summary>Who does what follows: the member whose key it is, and where it is nobody's whoever the caller says. The audit log tells of both.</summary>
    /// <param name="said">Null: the caller does not say.</param>
    /// <exception cref="Refused">422 without anybody, and for another than the member of the key.</exception>
    public static async Task<string> Acting(this AuraDb db, string? said, string field, CancellationToken cancellation)
    {
        if (db.Caller.Member is { } own)
            return said is null || said.Trim() == own ? own : throw Refused.Invalid(field, $"This key acts for {own} and nobody else.");
        var member = await db.Member(said ?? throw Refused.Invalid(field, "Is required where the key is not a user's."), field, cancellation);
        db.ActFor(member);
        return member;
    }
}

internal sealed class MemberMapping : IEntityTypeConfiguration<Member>
{
    public void Configure(EntityTypeBuilder<Member> member) => member.HasIndex(m => new { m.TenantId, m.Reference }).IsUnique();
}
