using Aura.Pricing;

namespace Aura.Orders.History;

/// <summary>A line of a past order whose units may still come back.</summary>
public sealed class OpenLine(long orderId, long lineId, long intentId, DateTime placedAt, int quantity, long unitPrice, long net, int refunded)
{
    public long OrderId => orderId;
    public long LineId => lineId;
    public long IntentId => intentId;
    public DateTime PlacedAt => placedAt;
    public long UnitPrice => unitPrice;
    public int Left => quantity - refunded;

    /// <summary>Gives units back.</summary>
    /// <returns>What was paid for them, in minor units.</returns>
    internal long Refund(int units, Currency currency)
    {
        var share = RefundShare.Of(quantity, new(net, currency), new(0, currency), [], refunded, units);
        refunded += units;
        return share.Total.Minor;
    }
}

/// <summary>Some units of a credit note that were found in an order.</summary>
public sealed record CreditMatch(OpenLine Line, int Units, long Amount);

/// <summary>Finds what a credit gives back: the customer's latest purchases of the same thing, at the same price, before it.</summary>
public static class CreditMatching
{
    /// <param name="lines">Of this customer and variant; those that are found are changed.</param>
    /// <param name="units">Above zero.</param>
    /// <param name="unitPrice">Minor units. A credit at another price is no refund of that purchase, and stands alone.</param>
    /// <returns>Together at most so many units; fewer where fewer were bought.</returns>
    public static List<CreditMatch> Match(IReadOnlyList<OpenLine> lines, int units, long unitPrice, DateTime at, Currency currency)
    {
        var found = new List<CreditMatch>();
        foreach (var line in lines.Where(l => l.Left > 0 && l.UnitPrice == unitPrice && l.PlacedAt <= at).OrderByDescending(l => l.PlacedAt).ThenByDescending(l => l.LineId).ToList())
        {
            var part = Math.Min(units, line.Left);
            if (part == 0)
                break;
            found.Add(new(line, part, line.Refund(part, currency)));
            units -= part;
        }

        return found;
    }
}
