using System.Globalization;
using System.Text;
using Aura.Accounts;
using Aura.Customers;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Promotions.Referrals;

/// <summary>What a customer hands to others: one code for each programme, always the same.</summary>
public sealed class ReferralCode : StoreRow, IIdentified
{
    public static string Prefix => "refcode";
    public static string Noun => "referral code";

    public const int MaxLength = 40;

    public long ProgramId { get; private init; }
    public long CustomerId { get; private init; }

    /// <summary>Upper case: <c>REF-ALICE-X9K4</c>.</summary>
    public string Code { get; private init; } = "";

    /// <summary>Referrals that were rewarded. Counted by the statement that rewards, never set here.</summary>
    public int Rewarded { get; private init; }

    /// <summary>Null: never.</summary>
    public DateTime? ExpiresAt { get; private init; }

    public DateTime CreatedAt { get; private init; }

    /// <summary>What two spellings of one code have in common.</summary>
    public static string KeyOf(string code) => code.Trim().ToUpperInvariant();

    /// <summary>A new code for somebody: the first name in Latin letters without accents, and four random characters.</summary>
    public static string For(string? firstName) => new CodeForm(4, $"REF-{NameOf(firstName)}-").Next();

    /// <summary>Where the code leads, to be sent to friends.</summary>
    public static string LinkOf(string code, Store store)
    {
        var page = store.Settings.ReferralUrl ?? $"https://{store.Domain}/signup";
        return $"{page}{(page.Contains('?', StringComparison.Ordinal) ? '&' : '?')}ref={Uri.EscapeDataString(code)}";
    }

    private static string NameOf(string? firstName)
    {
        var letters = (firstName ?? "").Normal(NormalizationForm.FormD)
            .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark).Where(char.IsAsciiLetter).Take(12);
        return string.Concat(letters).ToUpperInvariant() is { Length: > 0 } name ? name : "FRIEND";
    }
}

public static class ReferralCodes
{
    /// <summary>The code of a customer in a programme, made at the first asking. An expired one is good again.</summary>
    /// <remarks>By hand: of two who ask at once the faster makes it, and a code that somebody else has is drawn again.</remarks>
    /// <exception cref="Refused">404 without the programme or the customer; 409 unless the programme is active.</exception>
    public static async Task<ReferralCode> CodeOf(this AuraDb db, Id<ReferralProgram> program, Id<Customer> customer, CancellationToken cancellation)
    {
        var found = await db.ReferralPrograms.Read(program, cancellation);
        var name = (await db.Customers.Read(customer, cancellation)).FirstName;
        found.DemandActive();
        var end = found.CodeValidDays is { } days ? db.Now.AddDays(days) : (DateTime?)null;
        for (var attempt = 0; attempt < 20; attempt++)
        {
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO referral_codes (tenant_id, id, program_id, customer_id, code, rewarded, expires_at, created_at)
                VALUES ({db.Tenant}, nextval('ids'), {program.Value}, {customer.Value}, {ReferralCode.For(name)}, 0, {end}, {db.Now}) ON CONFLICT DO NOTHING
                """, cancellation);
            await db.Database.ExecuteSqlAsync($"""
                UPDATE referral_codes SET expires_at = {end} WHERE tenant_id = {db.Tenant} AND program_id = {program.Value} AND customer_id = {customer.Value} AND expires_at <= {db.Now}
                """, cancellation);
            if (await db.ReferralCodes.AsNoTracking().FirstOrDefaultAsync(c => c.ProgramId == program.Value && c.CustomerId == customer.Value, cancellation) is { } code)
                return code;
        }

        throw new Refused(Refusal.Unavailable, null, "There are hardly any codes left for this name.");
    }
}

internal sealed class ReferralCodeMapping : IEntityTypeConfiguration<ReferralCode>
{
    public void Configure(EntityTypeBuilder<ReferralCode> code)
    {
        code.HasIndex(c => new { c.TenantId, c.ProgramId, c.CustomerId }).IsUnique();
        code.HasIndex(c => new { c.TenantId, c.Code }).IsUnique();
        code.HasOne<ReferralProgram>().WithMany().HasForeignKey(c => new { c.TenantId, c.ProgramId });
        code.HasOne<Customer>().WithMany().HasForeignKey(c => new { c.TenantId, c.CustomerId });
    }
}
