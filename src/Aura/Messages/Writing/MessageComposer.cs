using System.Security.Cryptography;
using System.Text;

namespace Aura.Messages.Writing;

public enum Tone
{
    Friendly,
    Professional,
    Urgent,
    Playful,
    Luxury,
}

/// <summary>What a message is to be about. Its values stay placeholders of the template.</summary>
public sealed record MessageBrief(Channel Channel, Tone Tone)
{
    public bool HasCartValue { get; init; }
    public bool HasDiscount { get; init; }

    /// <summary>Things in the cart; null: not known.</summary>
    public int? Items { get; init; }

    /// <summary>Which of several ways of saying the same is taken: the same seed, the same words.</summary>
    public string Seed { get; init; } = "";
}

/// <param name="Subject">Null for SMS.</param>
public sealed record WrittenMessage(string? Subject, string Body);

/// <summary>Puts messages together from sentences that were written and checked beforehand; nothing in them promises what is not known.</summary>
/// <remarks>Every combination passes <see cref="MessageLint"/>; a test tries them all.</remarks>
public static class MessageComposer
{
    private static readonly Dictionary<Tone, (string[] Subjects, string[] Openings, string[] Calls, string[] Ends)> Parts = new()
    {
        [Tone.Friendly] = (
            ["Your cart is still here", "Did you forget something?", "We kept your cart for you"],
            ["you left {0} in your cart at {{shopName}}. We have kept everything as it was.", "it looks as if you were interrupted. Your cart with {0} is still here."],
            ["Pick up where you left off", "Back to my cart"], ["See you soon,", "All the best,"]),
        [Tone.Professional] = (
            ["Your open order at {{shopName}}", "Your cart at {{shopName}}"],
            ["your cart with {0} has been saved. You can complete the order at any time.", "you started an order with {0} at {{shopName}}. It has been saved for you."],
            ["Complete the order", "Review the cart"], ["Kind regards,", "With kind regards,"]),
        [Tone.Urgent] = (
            ["Your cart is waiting", "Still interested in your cart?"],
            ["your cart with {0} is waiting. We do not keep carts for ever, so have a look today.", "there is {0} in your cart. If you want it, now is a good time to finish."],
            ["Finish now", "Go to the cart"], ["Your team at", "Yours,"]),
        [Tone.Playful] = (
            ["Your cart misses you", "Knock, knock: your cart"],
            ["your cart with {0} keeps asking where you went. We told it that you would be back.", "{0} sat in your cart all night, wondering. Shall we put an end to that?"],
            ["Rescue the cart", "Take it home"], ["Yours,", "Waving from the shop,"]),
        [Tone.Luxury] = (
            ["Your selection at {{shopName}}", "Reserved for your consideration"],
            ["your selection of {0} remains at your disposal.", "we have kept your selection of {0} for your consideration."],
            ["Return to your selection", "View the selection"], ["With pleasure,", "At your service,"]),
    };

    public static WrittenMessage Compose(MessageBrief brief)
    {
        var parts = Parts[brief.Tone];
        var things = brief.Items switch { null or 0 => "your things", 1 => "one item", var count => $"{count} items" };
        var (opening, call) = (Pick(parts.Openings, brief, 1).Replace("{0}", things, StringComparison.Ordinal), Pick(parts.Calls, brief, 2));
        var value = brief.HasCartValue ? " It comes to {{cartValue}}." : "";
        var offer = brief.HasDiscount ? " The code {{discountCode}} takes something off." : "";
        var subject = Pick(parts.Subjects, brief, 0);
        return brief.Channel switch
        {
            Channel.Sms => new(null, $"{{{{shopName}}}}: {Short(brief)}{(brief.HasDiscount ? " Code {{discountCode}}." : "")} {{{{url}}}} Reply STOP to opt out."),
            Channel.Push => new(subject, $"{call}{(brief.HasCartValue ? ": {{cartValue}}" : "")}{(brief.HasDiscount ? ", code {{discountCode}}" : "")}."),
            _ => new(subject, $"Hello{{{{#if customerName}}}} {{{{customerName}}}}{{{{/if}}}},\n\n{opening}{value}{offer}\n\n{call}: {{{{url}}}}\n\n{Pick(parts.Ends, brief, 3)}\n{{{{shopName}}}}"),
        };
    }

    /// <summary>Every message that can come of a brief, whatever the seed.</summary>
    internal static IEnumerable<WrittenMessage> All(MessageBrief brief) => Enumerable.Range(0, 64).Select(seed => Compose(brief with { Seed = $"{seed}" })).Distinct();

    private static string Short(MessageBrief brief) => (brief.Tone, brief.HasCartValue) switch
    {
        (Tone.Luxury, _) => "your selection remains at your disposal.",
        (Tone.Playful, _) => "your cart misses you.",
        (_, true) => "your cart of {{cartValue}} is still here.",
        _ => "your cart is still here.",
    };

    private static string Pick(string[] ways, MessageBrief brief, int place)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{place}:{brief.Tone}:{brief.Channel}:{brief.Seed}"));
        return ways[hash[0] % ways.Length];
    }
}
