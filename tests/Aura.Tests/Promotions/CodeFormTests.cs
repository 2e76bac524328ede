using Aura.Promotions;
using FsCheck;
using FsCheck.Fluent;

namespace Aura.Tests.Promotions;

public sealed class CodeFormTests
{
    private static readonly Gen<CodeForm> Forms =
        from length in Gen.Choose(CodeForm.MinLength, CodeForm.MaxLength)
        from prefix in Gen.Elements("", "SUMMER", "p_1-")
        from clear in Gen.Elements(true, false)
        select new CodeForm(length, prefix, clear);

    [Fact]
    public void Codes_have_their_prefix_their_length_and_only_symbols_that_nobody_mistakes() => Property.Holds(Forms, form =>
    {
        var code = form.Next();

        Assert.Equal(form.Prefix.Length + form.Length, code.Length);
        Assert.StartsWith(form.Prefix, code, StringComparison.Ordinal);
        Assert.All(code[form.Prefix.Length..], symbol => Assert.Contains(symbol, form.Symbols));
        if (form.ExcludeAmbiguous)
            Assert.DoesNotContain(code[form.Prefix.Length..], symbol => "0O1IL".Contains(symbol, StringComparison.Ordinal));
        Assert.Equal(code.ToUpperInvariant(), Coupon.KeyOf(code));
    });

    [Fact]
    public void Every_symbol_comes_equally_often_in_every_place()
    {
        const int Codes = 31_000;
        var counts = new int[4, 128];
        for (var i = 0; i < Codes; i++)
            foreach (var (place, symbol) in new CodeForm(4).Next().Index())
                counts[place, symbol]++;

        for (var place = 0; place < 4; place++)
            foreach (var symbol in new CodeForm(4).Symbols)
                Assert.InRange(counts[place, symbol], 1_000 - 200, 1_000 + 200); // more than six standard deviations
    }

    [Theory]
    [InlineData(1_000, 8, true)]
    [InlineData(1_000, 7, true)]
    [InlineData(1_000, 6, false)]
    [InlineData(100_000, 8, true)]
    [InlineData(1_000_000, 8, false)]
    [InlineData(1_000_000, 9, true)]
    public void Codes_that_could_be_guessed_are_refused_with_the_length_that_they_need(int count, int length, bool right)
    {
        var refusal = Record.Exception(() => new CodeForm(length, "SUMMER").Check(count));

        if (right)
            Assert.Null(refusal);
        else
            Assert.Contains($"they need {CodeForm.LengthFor(count, true)}", Assert.Single(Assert.IsType<Refused>(refusal).Fields).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("=1+1")]
    [InlineData("-A")]
    [InlineData("A B")]
    [InlineData("É")]
    public void A_prefix_that_a_spreadsheet_could_run_or_nobody_could_type_is_refused(string prefix) =>
        Assert.Throws<Refused>(() => new CodeForm(10, prefix).Check(1));
}
