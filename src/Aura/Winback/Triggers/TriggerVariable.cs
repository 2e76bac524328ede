using System.Collections.Frozen;

namespace Aura.Winback.Triggers;

/// <summary>What kind of value stands somewhere in a condition.</summary>
public enum ValueKind
{
    Number,
    Text,
    Truth,
    /// <summary>Several texts, such as the segments of a customer.</summary>
    Texts,
    /// <summary>The word <c>null</c>: it can stand beside everything.</summary>
    Nothing,
}

/// <summary>Something that a condition may ask about.</summary>
/// <param name="Name">As conditions spell it; with dots in place of the underscores it is the same.</param>
/// <param name="Description">For people, with the unit.</param>
public sealed record TriggerVariable(string Name, ValueKind Kind, string Description)
{
    /// <summary>It grows by one in this time, by itself; null for what time does not change.</summary>
    public TimeSpan? Grows { get; private init; }

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<TriggerVariable> All { get; } =
    [
        new("cart_value", ValueKind.Number, "What the cart is worth, in major units of its currency."),
        new("cart_currency", ValueKind.Text, "ISO 4217, such as 'USD'."),
        new("cart_items", ValueKind.Number, "Units in the cart."),
        new("cart_products", ValueKind.Texts, "SKUs and names of what is in it."),
        new("cart_abandoned_minutes", ValueKind.Number, "Minutes since its owner last did something with it.") { Grows = TimeSpan.FromMinutes(1) },
        new("cart_abandoned_hours", ValueKind.Number, "The same in hours.") { Grows = TimeSpan.FromHours(1) },
        new("cart_abandoned_days", ValueKind.Number, "The same in days.") { Grows = TimeSpan.FromDays(1) },
        new("abandonment", ValueKind.Text, "'cart', 'checkout' (an address is known) or 'payment_failed'."),
        new("customer_known", ValueKind.Truth, "Whether anybody is known to whom the cart belongs."),
        new("customer_segment", ValueKind.Texts, "The customer's segments and tags; == asks whether one is among them."),
        new("customer_orders", ValueKind.Number, "Orders that the customer has placed."),
        new("customer_spent", ValueKind.Number, "What they cost, in major units of the store's currency."),
        new("customer_country", ValueKind.Text, "Two letters, such as 'DE'."),
        new("customer_locale", ValueKind.Text, "Such as 'de' or 'pt-BR'."),
        new("has_email", ValueKind.Truth, "Whether an e-mail address is known."),
        new("has_phone", ValueKind.Truth, "Whether a telephone number is known."),
    ];

    private static readonly FrozenDictionary<string, TriggerVariable> ByName = All.ToFrozenDictionary(variable => variable.Name);

    /// <summary>Null where there is none of that name.</summary>
    public static TriggerVariable? Find(string name) => ByName.GetValueOrDefault(name.Replace('.', '_'));
}
