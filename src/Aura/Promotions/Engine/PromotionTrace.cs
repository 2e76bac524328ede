using System.Globalization;

namespace Aura.Promotions.Engine;

/// <summary>Writes down what was done, if somebody wants to know.</summary>
internal sealed class PromotionTrace(bool wanted, Currency currency)
{
    private readonly List<TraceStep> steps = [];

    public IReadOnlyList<TraceStep> Steps => steps;

    public void Rejected(PromotionRule rule, PromotionReason reason, long? missing)
    {
        if (wanted)
            steps.Add(new(rule.Id, TraceKind.Rejected, Words<PromotionReason>.Of(reason), Amount: missing));
    }

    public void Computed(Benefit benefit)
    {
        if (!wanted)
            return;
        steps.Add(new(benefit.Rule.Id, TraceKind.Computed,
            $"{Terms(benefit.Rule)} of {Of(benefit.Base)} is {Of(benefit.Computed)}", benefit.Base, benefit.Computed));
        if (benefit.Cap is { } cap)
            steps.Add(new(benefit.Rule.Id, TraceKind.Capped, Words<PromotionCap>.Of(cap), benefit.Computed, benefit.Amount));
    }

    public void Allocated(Benefit benefit, IReadOnlyList<LineShare> shares)
    {
        if (wanted)
            steps.Add(new(benefit.Rule.Id, TraceKind.Allocated, Words<PromotionPhase>.Of(benefit.Rule.Phase), Amount: benefit.Amount, Shares: shares));
    }

    public void Competed(PromotionRule alone, long worth, long together, bool wins)
    {
        if (wanted)
            steps.Add(new(alone.Id, TraceKind.Competed,
                $"{alone.Name} alone is worth {Of(worth)}, what stacks {Of(together)}: {(wins ? "it stands alone" : "the others win")}", together, worth));
    }

    private static string Terms(PromotionRule rule) => rule.Percent is { } percent
        ? string.Create(CultureInfo.InvariantCulture, $"{percent:0.####} %")
        : Words<PromotionType>.Of(rule.Type);

    private string Of(long minor) => new Money(minor, currency).ToString();
}
