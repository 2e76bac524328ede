using System.Numerics;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Aura.Promotions;

/// <summary>How generated codes look.</summary>
/// <param name="Length">Random characters, without the prefix; 4 to 32.</param>
/// <param name="Prefix">Letters, digits, - and _, at most 40, beginning with a letter or digit; may be empty.</param>
/// <param name="ExcludeAmbiguous">Leaves out 0 O 1 I L, which people mistake for each other.</param>
public sealed partial record CodeForm(int Length, string Prefix = "", bool ExcludeAmbiguous = true)
{
    public const int MinLength = 4;
    public const int MaxLength = 32;
    public const int MaxPrefixLength = 40;

    /// <summary>Of so many possible codes at most one is good, so that guessing does not pay.</summary>
    public const int GuessesPerCode = 1_000_000;

    /// <summary>Of a single code that nobody chose.</summary>
    public static readonly CodeForm Single = new(10);

    private const string Clear = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string All = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>What the random part is made of.</summary>
    public string Symbols => ExcludeAmbiguous ? Clear : All;

    /// <summary>A code by the system's cryptographic generator: nobody can tell the next from the last.</summary>
    public string Next() => Prefix + RandomNumberGenerator.GetString(Symbols, Length);

    /// <summary>The fewest random characters with which a number of codes cannot be guessed.</summary>
    public static int LengthFor(long codes, bool excludeAmbiguous)
    {
        var form = new CodeForm(MinLength, "", excludeAmbiguous);
        while (!form.Hides(codes))
            form = form with { Length = form.Length + 1 };
        return form.Length;
    }

    /// <exception cref="Refused">422 for a length or prefix out of range, or codes so dense that guessing them would pay.</exception>
    public void Check(long codes)
    {
        if (Length is < MinLength or > MaxLength)
            throw Refused.Invalid("CouponConfig.CodeLength", $"A code has {MinLength} to {MaxLength} random characters.");
        if (Prefix.Length > MaxPrefixLength || !Prefixes.IsMatch(Prefix))
            throw Refused.Invalid("CouponConfig.CodePrefix", $"At most {MaxPrefixLength} letters, digits, - and _, beginning with a letter or digit.");
        if (!Hides(codes))
            throw Refused.Invalid("CouponConfig.CodeLength",
                $"{codes} codes of {Length} random characters can be guessed; they need {LengthFor(codes, ExcludeAmbiguous)}.", "codes_too_short");
    }

    private bool Hides(long codes) => BigInteger.Pow(Symbols.Length, Length) >= (BigInteger)codes * GuessesPerCode;

    [GeneratedRegex("^([A-Za-z0-9][A-Za-z0-9_-]*)?$", RegexOptions.NonBacktracking)]
    private static partial Regex Prefixes { get; }
}
