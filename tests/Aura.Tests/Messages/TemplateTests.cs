using Aura.Messages;

namespace Aura.Tests.Messages;

public sealed class TemplateTests
{
    private static readonly Dictionary<string, object?> Values = new()
    {
        ["shopName"] = "Lamps & Co", ["customerName"] = "Jane <b>Doe</b>", ["unsubscribeUrl"] = "https://shop.example/m/u/1", ["url"] = "https://shop.example/cart?a=1&b=2", ["cartValue"] = "$150",
        ["items"] = new List<object?> { new Dictionary<string, object?> { ["name"] = "Lamp", ["quantity"] = 2m } },
        ["brand"] = new Dictionary<string, object?> { ["primaryColor"] = "#ff0000" },
    };

    private static TemplateSource Source(TemplateText text) => TemplateText(("en", text));

    private static TemplateSource TemplateText(params (string Locale, TemplateText Text)[] contents)
    {
        var template = MessageTemplate.Create("Test", contents.ToDictionary(c => c.Locale, c => c.Text), null);
        return Templates.Source(template);
    }

    [Fact]
    public void Values_are_escaped_in_html_and_as_they_are_in_text()
    {
        var made = MessageRendering.Render(Source(new("Hi {{customerName}}", "Dear {{customerName}}", "<p>Dear {{customerName}}</p>")), Channel.Email, null, Values, false);

        Assert.Equal(("Hi Jane <b>Doe</b>", "Dear Jane <b>Doe</b>", "<p>Dear Jane &lt;b&gt;Doe&lt;/b&gt;</p>"), (made.Subject, made.Text, made.Html));
    }

    [Theory]
    [InlineData("{{{customerName}}}")]
    [InlineData("{{&customerName}}")]
    [InlineData("{{> header}}")]
    [InlineData("{{~> header}}")]
    [InlineData("{{#> layout}}{{/layout}}")]
    [InlineData("{{#*inline \"x\"}}{{/inline}}")]
    [InlineData("{{#if a}}")]
    [InlineData("{{#each}}x{{/if}}")]
    public void Templates_that_are_wrong_or_dangerous_are_refused(string html) =>
        Assert.Equal(Refusal.Invalid, Assert.Throws<Refused>(() => Source(new("Subject", null, html))).Kind);

    [Fact]
    public void Who_speaks_another_language_gets_the_nearest_that_there_is()
    {
        var template = TemplateText(("en", new(Sms: "Hello")), ("de", new(Sms: "Hallo")), ("de-AT", new(Sms: "Servus")), ("fr", new("Bonjour", "Bonjour")));

        string Said(string? locale) => MessageRendering.Render(template, Channel.Sms, locale, Values, false).Text;
        Assert.Equal(["Servus", "Hallo", "Hallo", "Hello", "Hello", "Hello"], new[] { "de-at", "de-CH", "de", "pt", null, "fr" }.Select(Said));
        Assert.Equal("Bonjour", MessageRendering.Render(template, Channel.Email, "de", Values, false).Text);
        Assert.Throws<Refused>(() => template.Demand(Channel.Push));
    }

    [Fact]
    public void Advertising_always_has_a_way_out()
    {
        var mail = MessageRendering.Render(Source(new("S", "Text", "<html><body>Text</body></html>", "Sale")), Channel.Email, null, Values, true);
        Assert.Contains("https://shop.example/m/u/1", mail.Text);
        Assert.Contains("https://shop.example/m/u/1", mail.Html);
        Assert.EndsWith("</body></html>", mail.Html);
        var sms = MessageRendering.Render(Source(new(Sms: "Look (https://a.b/c?d=1&e=2), or https://f.g/! Not ftp://h")), Channel.Sms, null, Values, false, link => $"https://here/{link}");
        Assert.Equal(("Look (https://here/0), or https://here/1! Not ftp://h", "https://a.b/c?d=1&e=2 https://f.g/"), (sms.Text, string.Join(' ', sms.Links)));
        Assert.Contains("STOP", MessageRendering.Render(Source(new(Sms: "Sale")), Channel.Sms, null, Values, true).Text);
        Assert.Equal("Sale", MessageRendering.Render(Source(new(Sms: "Sale")), Channel.Sms, null, Values, false).Text);
    }

    [Fact]
    public void Links_are_counted_and_only_web_addresses_stay_links()
    {
        const string Html = """<a href="{{url}}">1</a><a href='javascript:alert(1)'>2</a><a href="mailto:a@b.co">3</a><a href="{{unsubscribeUrl}}">4</a>""";
        var made = MessageRendering.Render(Source(new("S", "T", Html)), Channel.Email, null, Values, true, link => $"https://here/m/c/{link}", "https://here/m/o/1");

        Assert.Equal(["https://shop.example/cart?a=1&b=2"], made.Links);
        Assert.Equal("""<a href="https://here/m/c/0">1</a><a href="#">2</a><a href="mailto:a@b.co">3</a><a href="https://shop.example/m/u/1">4</a><img src="https://here/m/o/1" alt="" width="1" height="1">""", made.Html);
    }

    [Fact]
    public void A_subject_has_one_line() =>
        Assert.Equal("a b c", MessageRendering.Render(Source(new("a\r\n b\n\tc", "T")), Channel.Email, null, Values, false).Subject);

    [Fact]
    public void Every_template_that_comes_with_the_server_speaks_in_every_language_it_has()
    {
        foreach (var template in BuiltInTemplates.All)
            foreach (var (locale, text) in template.Contents)
                foreach (var channel in Enum.GetValues<Channel>())
                {
                    Assert.All(text.Parts(), part => Assert.Null(TemplateEngine.Objection(part.Content, part.IsHtml)));
                    var made = MessageRendering.Render(template, channel, locale, Values, true);
                    Assert.Equal(locale, made.Locale);
                    Assert.DoesNotContain("{{", $"{made.Subject}{made.Text}{made.Html}");
                }

        var mail = MessageRendering.Render(BuiltInTemplates.Find("template_recovery_001")!, Channel.Email, "en", Values, true);
        Assert.Contains("2 × Lamp", mail.Text);
        Assert.Contains("$150", mail.Text);
        Assert.Contains("Lamps &amp; Co", mail.Html);
    }

    [Fact]
    public void The_placeholders_of_a_template_are_known() =>
        Assert.Equal(["a", "b", "items", "name"], TemplateEngine.Variables("{{a}} {{#if b}}{{b}}{{else}}x{{/if}} {{#each items}}{{name}} {{@index}} {{this}}{{/each}}"));

    [Theory]
    [InlineData("STOP", true)]
    [InlineData(" stop. ", true)]
    [InlineData("Opt-Out please", true)]
    [InlineData("Please stop by the shop and tell me about it", false)]
    [InlineData("When will it arrive?", false)]
    public void Stop_words_are_told_from_other_answers(string reply, bool isStop) => Assert.Equal(isStop, MessageNotices.IsStop(reply));

    [Theory]
    [InlineData("+1 (555) 222-3333", "+15552223333")]
    [InlineData("0044 20 7946 0000", "+442079460000")]
    [InlineData("020 7946 0000", null)]
    [InlineData("call me", null)]
    [InlineData("+1", null)]
    public void Numbers_are_written_one_way(string phone, string? number) => Assert.Equal(number, Recipient.Number(phone));
}
