using Aura.Persistence;

namespace Aura.Messages;

/// <summary>What another module wants to have sent.</summary>
/// <param name="Shopper">The number of the shopper; null only with an <see cref="Address"/>.</param>
/// <param name="Template"><c>template_recovery_001</c> and its like, or <c>template_12</c> of the store.</param>
/// <param name="OnceKey">1 to 200 characters, unique in the store: the same wish a second time is the same message. <c>journey:12:3:email</c>.</param>
public sealed record MessageWish(long? Shopper, Channel Channel, string Template, string OnceKey)
{
    public MessagePurpose Purpose { get; init; } = MessagePurpose.Marketing;

    /// <summary>For the placeholders of the template: text, numbers, lists and objects of them. Links are absolute http addresses.</summary>
    public IReadOnlyDictionary<string, object?> Values { get; init; } = new Dictionary<string, object?>();

    /// <summary>Asked inside the send, in the transaction that lets the message go.</summary>
    public ExitCheck? Exit { get; init; }

    /// <summary>Not before then, by the store's clock; null: now.</summary>
    public DateTime? At { get; init; }

    public long? Campaign { get; init; }

    /// <summary>In place of what the shopper is known by: for tests.</summary>
    public string? Address { get; init; }
}

/// <param name="Name">That of an <see cref="IExitCondition"/>.</param>
/// <param name="Subject">What it is asked about, such as the number of a journey.</param>
public sealed record ExitCheck(string Name, string Subject);

/// <summary>Knows when a message has lost its reason: the order is placed, the cart is empty. Registered as a service, scoped or not.</summary>
public interface IExitCondition
{
    /// <summary>As in <see cref="ExitCheck.Name"/>.</summary>
    string Name { get; }

    /// <summary>Asked in the transaction that lets the message go, with the message locked. Only reads.</summary>
    /// <returns>Why not to send, lower_snake_case (<c>order_placed</c>); null: send.</returns>
    Task<string?> ReasonNotToSend(AuraDb db, Message message, CancellationToken cancellation);
}
