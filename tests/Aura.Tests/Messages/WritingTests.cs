using Aura.Messages;
using Aura.Messages.Writing;

namespace Aura.Tests.Messages;

public sealed class WritingTests
{
    private static readonly LintFacts Facts = new(["$150", "SAVE15"]);

    [Fact]
    public void Nothing_that_is_composed_needs_mending()
    {
        foreach (var channel in Enum.GetValues<Channel>())
            foreach (var tone in Enum.GetValues<Tone>())
                foreach (var (value, discount) in new[] { (false, false), (true, false), (false, true), (true, true) })
                    foreach (var items in new int?[] { null, 1, 7 })
                        foreach (var made in MessageComposer.All(new(channel, tone) { HasCartValue = value, HasDiscount = discount, Items = items }))
                        {
                            Assert.Empty(MessageLint.Check(channel, made.Subject, made.Body, Facts));
                            Assert.Null(TemplateEngine.Objection(made.Body, false));
                            Assert.Equal(value && (channel != Channel.Sms || tone is not (Tone.Playful or Tone.Luxury)), made.Body.Contains("{{cartValue}}", StringComparison.Ordinal));
                            Assert.Equal(discount, made.Body.Contains("{{discountCode}}", StringComparison.Ordinal));
                            Assert.DoesNotContain("{0}", made.Body);
                        }
    }

    [Fact]
    public void Variations_say_the_same_in_other_words() =>
        Assert.True(MessageComposer.All(new(Channel.Email, Tone.Friendly)).Count() > 8);

    [Theory]
    [InlineData("We guarantee the lowest price", "unfounded_claim")]
    [InlineData("Only 3 left in stock", "unfounded_claim")]
    [InlineData("Now $99 in place of $150", "unknown_amount")]
    [InlineData("Save 20% today", "unknown_amount")]
    [InlineData("Come back", "no_link")]
    [InlineData("See http://shop.example", "insecure_link")]
    [InlineData("See https://bit.ly/1", "shortened_link")]
    [InlineData("COME BACK NOW", "shouting")]
    [InlineData("Come back!!!", "exclamation")]
    public void What_a_message_should_not_say_is_found(string body, string code) =>
        Assert.Contains(code, MessageLint.Check(Channel.Email, "Your cart", body, Facts).Select(finding => finding.Code));

    [Fact]
    public void What_is_true_may_be_said() =>
        Assert.Empty(MessageLint.Check(Channel.Email, "Your cart of $150", "Take 150.00 USD and the code SAVE15: https://shop.example/cart", new(["$150", "SAVE15"])));

    [Theory]
    [InlineData(160, 1)]
    [InlineData(161, 2)]
    [InlineData(306, 2)]
    [InlineData(307, 3)]
    public void An_sms_has_as_many_parts_as_the_standard_says(int length, int parts)
    {
        Assert.Equal(parts, MessageLint.SmsParts(new('a', length)));
        Assert.Equal(2, MessageLint.SmsParts(new string('a', 70) + "✓"));
        Assert.Equal(2, MessageLint.SmsParts(new string('a', 159) + "€")); // two characters of the GSM alphabet
    }

    [Fact]
    public void What_a_rule_can_mend_is_mended_and_the_placeholders_stay()
    {
        var made = MessageImprovement.Improve(Channel.Email, new("DONT miss your cart!!! It is waiting for you in our shop, and it is really nice", "COME back {{customerName}}!!  Use {{discountCode}}"));

        Assert.Equal("Dont miss your cart! It is waiting for you in our shop, and…", made.Message.Subject);
        Assert.Equal("Come back {{customerName}}! Use {{discountCode}}\n\n{{url}}", made.Message.Body);
        Assert.True(made.Message.Subject!.Length <= MessageLint.MaxSubject);
        Assert.Equal(5, made.Changes.Count);
        Assert.Empty(MessageImprovement.Improve(Channel.Email, made.Message).Changes);
    }

    private static MessageFigures Figures(string template, long sent, long clicked) => new(Channel.Email, template, sent, sent, clicked, clicked, 0, 0, 0, 0);

    [Fact]
    public void A_lift_is_told_only_where_it_was_measured_and_is_more_than_chance()
    {
        MessageFigures[] figures = [Figures("a", 1000, 50), Figures("b", 1000, 100), Figures("c", 20, 20), Figures("d", 1000, 52)];

        Assert.Equal((100m, "b"), (MeasuredLift.Of("a", Channel.Email, figures).Percent, MeasuredLift.Of("a", Channel.Email, figures).Template));
        Assert.Null(MeasuredLift.Of("b", Channel.Email, figures).Percent);
        Assert.Null(MeasuredLift.Of("c", Channel.Email, figures).Percent);
        Assert.Null(MeasuredLift.Of(null, Channel.Email, figures).Percent);
        Assert.Null(MeasuredLift.Of("a", Channel.Sms, figures).Percent);
        Assert.Null(MeasuredLift.Of("a", Channel.Email, [figures[0], figures[3]]).Percent);
    }
}
