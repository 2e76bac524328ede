namespace Aura.Messages;

/// <summary>The templates that come with the server, in English and German, for every channel.</summary>
/// <remarks>They use <c>shopName</c>, <c>customerName</c>, <c>url</c> (the way back), <c>items</c> (each <c>name</c>, <c>quantity</c>), <c>cartValue</c>, <c>discountCode</c>.</remarks>
public static class BuiltInTemplates
{
    private const string Items = """
        {{#if items}}<ul>{{#each items}}<li>{{quantity}} × {{name}}</li>{{/each}}</ul>{{/if}}
        """;

    public static IReadOnlyList<TemplateSource> All { get; } =
    [
        Both("template_recovery_001", "Reminder of a cart",
            Text("{{#if customerName}}{{customerName}}, you{{else}}You{{/if}} left something in your cart", "Hello{{#if customerName}} {{customerName}}{{/if}},", "we have kept your cart{{#if cartValue}} of {{cartValue}}{{/if}} for you.",
                "With the code {{discountCode}} it costs less.", "Back to your cart", "You get this because you agreed to e-mail from {{shopName}}.", "Unsubscribe",
                "{{shopName}}: your cart{{#if cartValue}} of {{cartValue}}{{/if}} is waiting.{{#if discountCode}} Code {{discountCode}}.{{/if}}{{#if url}} {{url}}{{/if}}",
                "Your cart is waiting", "{{#if cartValue}}{{cartValue}} at {{shopName}}{{else}}At {{shopName}}{{/if}}, as you left it."),
            Text("{{#if customerName}}{{customerName}}, Ihr{{else}}Ihr{{/if}} Warenkorb wartet", "Guten Tag{{#if customerName}} {{customerName}}{{/if}},", "wir haben Ihren Warenkorb{{#if cartValue}} über {{cartValue}}{{/if}} für Sie aufgehoben.",
                "Mit dem Code {{discountCode}} wird er günstiger.", "Zum Warenkorb", "Sie erhalten diese Nachricht, weil Sie E-Mails von {{shopName}} zugestimmt haben.", "Abmelden",
                "{{shopName}}: Ihr Warenkorb{{#if cartValue}} über {{cartValue}}{{/if}} wartet.{{#if discountCode}} Code {{discountCode}}.{{/if}}{{#if url}} {{url}}{{/if}} STOP zum Abmelden.",
                "Ihr Warenkorb wartet", "{{#if cartValue}}{{cartValue}} bei {{shopName}}{{else}}Bei {{shopName}}{{/if}}, wie Sie ihn verlassen haben.")),
        Both("template_recovery_002", "Help with a cart",
            Text("Can we help with your order?", "Hello{{#if customerName}} {{customerName}}{{/if}},", "your cart at {{shopName}} is still there. If something held you up, just answer this message: a person reads it.",
                "The code {{discountCode}} takes something off.", "See your cart", "You get this because you agreed to e-mail from {{shopName}}.", "Unsubscribe",
                "{{shopName}}: any question about your cart? Answer this message.{{#if url}} {{url}}{{/if}}", "Any questions?", "Your cart at {{shopName}} is still there."),
            Text("Können wir bei Ihrer Bestellung helfen?", "Guten Tag{{#if customerName}} {{customerName}}{{/if}},", "Ihr Warenkorb bei {{shopName}} ist noch da. Wenn etwas unklar war, antworten Sie einfach auf diese Nachricht: Ein Mensch liest sie.",
                "Der Code {{discountCode}} senkt den Preis.", "Warenkorb ansehen", "Sie erhalten diese Nachricht, weil Sie E-Mails von {{shopName}} zugestimmt haben.", "Abmelden",
                "{{shopName}}: Fragen zu Ihrem Warenkorb? Antworten Sie einfach.{{#if url}} {{url}}{{/if}} STOP zum Abmelden.", "Noch Fragen?", "Ihr Warenkorb bei {{shopName}} ist noch da.")),
        Both("template_recovery_003", "Last reminder of a cart",
            Text("We will let go of your cart soon", "Hello{{#if customerName}} {{customerName}}{{/if}},", "this is our last message about your cart{{#if cartValue}} of {{cartValue}}{{/if}}.",
                "The code {{discountCode}} is yours alone and works once.", "Take another look", "You get this because you agreed to e-mail from {{shopName}}.", "Unsubscribe",
                "{{shopName}}: last word about your cart.{{#if discountCode}} Code {{discountCode}}.{{/if}}{{#if url}} {{url}}{{/if}}", "Last reminder", "Your cart at {{shopName}}{{#if discountCode}}, with code {{discountCode}}{{/if}}."),
            Text("Wir lösen Ihren Warenkorb bald auf", "Guten Tag{{#if customerName}} {{customerName}}{{/if}},", "dies ist unsere letzte Nachricht zu Ihrem Warenkorb{{#if cartValue}} über {{cartValue}}{{/if}}.",
                "Der Code {{discountCode}} gilt nur für Sie und einmal.", "Noch einmal ansehen", "Sie erhalten diese Nachricht, weil Sie E-Mails von {{shopName}} zugestimmt haben.", "Abmelden",
                "{{shopName}}: ein letztes Mal Ihr Warenkorb.{{#if discountCode}} Code {{discountCode}}.{{/if}}{{#if url}} {{url}}{{/if}} STOP zum Abmelden.", "Letzte Erinnerung", "Ihr Warenkorb bei {{shopName}}{{#if discountCode}}, mit Code {{discountCode}}{{/if}}.")),
        Both("template_winback_001", "We have not seen you for a while",
            Text("It has been a while", "Hello{{#if customerName}} {{customerName}}{{/if}},", "we have not seen you at {{shopName}} for some time. Much is new.",
                "Your code: {{discountCode}}.", "See what is new", "You get this because you agreed to e-mail from {{shopName}}.", "Unsubscribe",
                "{{shopName}}: it has been a while.{{#if discountCode}} Code {{discountCode}}.{{/if}}{{#if url}} {{url}}{{/if}}", "It has been a while", "Much is new at {{shopName}}."),
            Text("Lange nicht gesehen", "Guten Tag{{#if customerName}} {{customerName}}{{/if}},", "wir haben Sie bei {{shopName}} lange nicht gesehen. Vieles ist neu.",
                "Ihr Code: {{discountCode}}.", "Neues ansehen", "Sie erhalten diese Nachricht, weil Sie E-Mails von {{shopName}} zugestimmt haben.", "Abmelden",
                "{{shopName}}: lange nicht gesehen.{{#if discountCode}} Code {{discountCode}}.{{/if}}{{#if url}} {{url}}{{/if}} STOP zum Abmelden.", "Lange nicht gesehen", "Vieles ist neu bei {{shopName}}.")),
        new(TestTemplate, "Test of a channel", new Dictionary<string, TemplateText>
        {
            ["en"] = new("A test from {{shopName}}", "This is a test. If you can read it, the channel works.", null, "{{shopName}}: this is a test.", "A test from {{shopName}}", "If you can read this, the channel works."),
        }, "en"),
        new(AlertTemplate, "An alert", new Dictionary<string, TemplateText>
        {
            ["en"] = new("{{shopName}}: {{alert}}", "{{text}}", null, "{{shopName}}: {{text}}", "{{alert}}", "{{text}}"),
        }, "en"),
    ];

    public const string TestTemplate = "template_test";

    /// <summary>For people of the shop: <c>alert</c> is its name, <c>text</c> what it says.</summary>
    public const string AlertTemplate = "template_alert";

    public static TemplateSource? Find(string reference) => All.FirstOrDefault(template => template.Reference == reference);

    private static TemplateSource Both(string reference, string name, TemplateText english, TemplateText german) =>
        new(reference, name, new Dictionary<string, TemplateText> { ["en"] = english, ["de"] = german }, "en");

    private static TemplateText Text(
        string subject, string greeting, string message, string offer, string call, string why, string unsubscribe, string sms, string pushTitle, string pushBody) => new(
        subject,
        $$$"""
        {{{greeting}}}

        {{{message}}}
        {{#if items}}{{#each items}}
        - {{quantity}} × {{name}}{{/each}}
        {{/if}}{{#if discountCode}}
        {{{offer}}}
        {{/if}}{{#if url}}
        {{{call}}}: {{url}}
        {{/if}}

        {{shopName}}

        {{{why}}}
        {{{unsubscribe}}}: {{unsubscribeUrl}}
        """,
        $$$"""
        <!doctype html>
        <html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"></head>
        <body style="margin:0;background:{{brand.secondaryColor}};font-family:{{brand.fontFamily}}">
        <div style="max-width:560px;margin:24px auto;padding:32px;background:#fff;color:#1a1a1a;font-size:16px;line-height:1.5">
        {{#if brand.logoUrl}}<img src="{{brand.logoUrl}}" alt="{{shopName}}" style="max-height:48px">{{else}}<strong style="font-size:20px">{{shopName}}</strong>{{/if}}
        <p>{{{greeting}}}</p>
        <p>{{{message}}}</p>
        {{{Items}}}
        {{#if discountCode}}<p>{{{offer}}}</p>{{/if}}
        {{#if url}}<p><a href="{{url}}" style="display:inline-block;padding:12px 24px;background:{{brand.primaryColor}};color:#fff;text-decoration:none">{{{call}}}</a></p>{{/if}}
        <p style="font-size:12px;color:#666">{{{why}}} <a href="{{unsubscribeUrl}}">{{{unsubscribe}}}</a></p>
        </div></body></html>
        """, sms, pushTitle, pushBody);
}
