using Aura.Winback.Triggers;

namespace Aura.Tests.Winback.Triggers;

public class TriggerExpressionTests
{
    private static readonly DateTime Noon = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);

    private static readonly TriggerFacts Vip = new(new Dictionary<string, object?>
    {
        ["cart_value"] = 150m,
        ["cart_items"] = 3m,
        ["cart_currency"] = "USD",
        ["cart_products"] = new HashSet<string> { "MUG", "Blue shirt" },
        ["customer_segment"] = new HashSet<string> { "vip", "newsletter" },
        ["customer_known"] = true,
        ["has_phone"] = false,
        ["customer_orders"] = 0m,
    }, Noon) { LastActivityAt = Noon.AddHours(-3) };

    [Theory]
    [InlineData("cart_value > 100", true)]
    [InlineData("cart_value > 150", false)]
    [InlineData("cart_value >= 150.00", true)]
    [InlineData("cart.value < 1", false)]
    [InlineData("customer_segment == 'vip'", true)]
    [InlineData("customer_segment == \"VIP\"", true)]
    [InlineData("customer_segment != 'vip'", false)]
    [InlineData("customer_segment contains 'b2b'", false)]
    [InlineData("'newsletter' in customer_segment", true)]
    [InlineData("cart_currency in ['EUR', 'USD']", true)]
    [InlineData("cart_items in [1, 2]", false)]
    [InlineData("cart_products contains 'mug'", true)]
    [InlineData("cart_abandoned_hours > 2", true)]
    [InlineData("cart_abandoned_hours == 3 and cart_abandoned_minutes == 180 and cart_abandoned_days == 3 / 24", true)]
    [InlineData("customer_known", true)]
    [InlineData("not has_phone && !has_email", true)]
    [InlineData("has_phone == false", true)]
    [InlineData("cart_value > 1000 or cart_items >= 3 and cart_currency == 'USD'", true)]
    [InlineData("(cart_value > 1000 or cart_items >= 3) AND cart_currency == 'EUR'", false)]
    [InlineData("cart_value / cart_items * 2 - 1 == 99", true)]
    [InlineData("cart_value - -50 == 200", true)]
    [InlineData("true", true)]
    public void Conditions_mean_what_they_say(string text, bool expected) => Assert.Equal(expected, TriggerExpression.Parse(text, "Triggers").Matches(Vip));

    [Theory]
    [InlineData("customer_country == 'DE'", false)]
    [InlineData("customer_country != 'DE'", false)]
    [InlineData("customer_country in ['DE']", false)]
    [InlineData("customer_spent < 10", false)]
    [InlineData("customer_spent + 1 > 0", false)]
    [InlineData("customer_country == null", true)]
    [InlineData("customer_country != null", false)]
    [InlineData("cart_currency != null", true)]
    [InlineData("null == customer_spent", true)]
    [InlineData("not (customer_country == 'DE')", true)]
    public void What_is_not_known_makes_every_comparison_false_but_the_one_with_null(string text, bool expected) =>
        Assert.Equal(expected, TriggerExpression.Parse(text, "Triggers").Matches(Vip));

    [Theory]
    [InlineData("cart_valu > 100", 1, "Nothing is called 'cart_valu'")]
    [InlineData("cart_value > ", 14, "A value is missing")]
    [InlineData("cart_value >> 3", 13, "A value is missing")]
    [InlineData("cart_value = 3", 12, "nothing is assigned")]
    [InlineData("cart_value > 'many'", 1, "compares a number with a text")]
    [InlineData("customer_segment > 'vip'", 1, "compares several values with a text")]
    [InlineData("cart_value", 1, "a value and not a condition")]
    [InlineData("cart_value > 3 cart_items > 2", 16, "is too much")]
    [InlineData("(cart_value > 3", 16, "')' is missing")]
    [InlineData("customer_segment == 'vip", 21, "no ' at its end")]
    [InlineData("cart_value > 1.2.3", 14, "A number is digits")]
    [InlineData("cart_value(3) > 1", 11, "called like a function")]
    [InlineData("cart_value + 'x' > 1", 14, "Only numbers")]
    [InlineData("cart_currency == ['USD']", 18, "A list stands on the right of in")]
    [InlineData("cart_value in [1, 'x']", 1, "compares")]
    [InlineData("cart_value in [cart_items]", 16, "A list holds")]
    [InlineData("cart_value; drop", 11, "means nothing here")]
    [InlineData("cart_abandoned_hours * cart_abandoned_days > 3", 1, "nobody could say when")]
    [InlineData("3 / cart_abandoned_hours > 1", 1, "nobody could say when")]
    [InlineData("", 1, "A value is missing")]
    [InlineData("not", 4, "A value is missing")]
    public void What_is_wrong_is_said_with_its_column(string text, int column, string message)
    {
        var refused = Assert.Throws<Refused>(() => TriggerExpression.Parse(text, "Triggers[1]"));

        Assert.Equal((Refusal.Invalid, "trigger_invalid", "Triggers[1]"), (refused.Kind, refused.Code, refused.Fields[0].Field));
        Assert.StartsWith($"Column {column}: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(message, refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Conditions_are_not_endless()
    {
        string[] endless =
        [
            $"cart_value > {new string('1', TriggerExpression.MaxLength)}",
            $"{new string('(', 33)}cart_value > 1{new string(')', 33)}",
            string.Concat(Enumerable.Repeat("!", 33)) + "customer_known",
            string.Join(" or ", Enumerable.Repeat("has_email", 65)),
        ];

        Assert.All(endless, text => Assert.Throws<Refused>(() => TriggerExpression.Parse(text[..Math.Min(text.Length, 600)], "Triggers")));
        TriggerExpression.Parse($"{new string('(', 32)}cart_value > 1{new string(')', 32)}", "Triggers");
    }

    [Fact]
    public void Any_text_is_a_condition_or_is_refused()
    {
        var (dice, words) = (new Random(5), (string[])["cart_value", "customer_segment", "has_email", "'vip'", "3", "0", "-", "/", "==", "!=", ">", "in", "contains", "not", "and", "or", "(", ")", "[", "]", ",", "null", "\"", "é", "cart_abandoned_hours"]);
        for (var i = 0; i < 20_000; i++)
            try
            {
                TriggerExpression.Parse(string.Join(' ', dice.GetItems(words, dice.Next(1, 12))), "Triggers").Explain(Vip);
            }
            catch (Refused)
            {
            }
    }

    [Fact]
    public void An_explanation_says_how_each_comparison_came_out()
    {
        var outcome = TriggerExpression.Parse("cart_value > 100 and customer_segment == 'b2b' and cart_value / customer_orders > 3", "Triggers").Explain(Vip);

        Assert.False(outcome.Matched);
        Assert.Equal(
        [
            new("cart_value > 100", true, "150"),
            new("customer_segment == 'b2b'", false, "vip, newsletter"),
            new("cart_value / customer_orders > 3", false, null),
        ], outcome.Parts);
        Assert.Equal(["'cart_value / customer_orders' divides by zero."], outcome.Problems);
    }

    [Theory]
    [InlineData("cart_abandoned_hours > 2", "02:00:00.000001")]
    [InlineData("cart_abandoned_hours >= 2", "02:00:00")]
    [InlineData("cart_abandoned_minutes * 2 >= 30 + cart_items", "00:16:30")]
    [InlineData("cart_abandoned_days >= 1 and cart_value > 100", "1.00:00:00")]
    [InlineData("cart_abandoned_hours > 5 and cart_abandoned_hours < 6", "05:00:00.000001")]
    [InlineData("cart_abandoned_hours > 2 or cart_abandoned_minutes > 7", "00:07:00.000001")]
    [InlineData("cart_abandoned_hours < 2", "00:00:00")]
    [InlineData("not (cart_abandoned_hours < 3)", "03:00:00")]
    [InlineData("cart_abandoned_hours > 2 and cart_abandoned_hours < 1", null)]
    [InlineData("cart_abandoned_hours > 2 and cart_value > 1000", null)]
    [InlineData("cart_abandoned_days > 61", null)]
    [InlineData("cart_abandoned_hours > cart_abandoned_hours + 1", null)]
    public void What_depends_on_time_is_due_at_a_time(string text, string? expected)
    {
        var due = ((TriggerExpression[])[TriggerExpression.Parse(text, "Triggers")]).DueAt(Vip with { LastActivityAt = Noon });

        Assert.Equal(expected is null ? null : Noon + TimeSpan.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), due);
    }

    [Fact]
    public void Several_conditions_are_due_when_the_last_of_them_is()
    {
        TriggerExpression[] conditions = [TriggerExpression.Parse("cart_abandoned_hours >= 2", "a"), TriggerExpression.Parse("cart_abandoned_minutes >= 200", "b")];

        Assert.Equal(Noon.AddMinutes(200), conditions.DueAt(Vip with { LastActivityAt = Noon }));
        Assert.True(conditions[0].DependsOnTime);
        Assert.False(TriggerExpression.Parse("cart_value > 1", "a").DependsOnTime);
    }
}
