namespace Aura.Pricing;

/// <summary>How lines are taxed at one place for one customer; found once per address, asked once per line.</summary>
internal sealed class TaxPlace
{
    private readonly TaxRules rules;
    private readonly Destination? where;
    private readonly TaxRegion? region;
    private readonly TaxReason? untaxed;
    private readonly Dictionary<(string Category, bool Taxable), TaxTreatment> known = [];

    public TaxPlace(TaxRules rules, Destination? where, TaxCustomer customer)
    {
        this.rules = rules;
        this.where = where ?? rules.Home;
        region = this.where is null ? null : rules.RegionOf(this.where);
        untaxed = WhyUntaxed(customer);
    }

    public TaxTreatment ForLine(PricedLine line) => For(line.TaxCategory, line.Taxable);

    public TaxTreatment ForShipping() => For(TaxRate.Shipping, region?.ShippingTaxable ?? true);

    private TaxTreatment For(string category, bool taxable)
    {
        if (!known.TryGetValue((category, taxable), out var treatment))
            known[(category, taxable)] = treatment = Find(category, taxable);
        return treatment;
    }

    private TaxTreatment Find(string category, bool taxable)
    {
        var untaxed = taxable ? this.untaxed : TaxReason.NotTaxable;
        if (untaxed is { } reason || region is null)
            return TaxTreatment.Untaxed(untaxed ?? TaxReason.NoRegion, where?.Country.Trim().ToUpperInvariant() ?? "");

        var inclusive = region.PricesIncludeTax ?? rules.PricesIncludeTax;
        var rates = region.RatesFor(category);
        return rates.Length == 0
            ? TaxTreatment.Untaxed(TaxReason.ZeroRated, region.Country)
            : TaxTreatment.Taxed(rates, region.RatesFor(TaxRate.Standard), inclusive);
    }

    private TaxReason? WhyUntaxed(TaxCustomer customer)
    {
        if (customer.Exempt)
            return TaxReason.ExemptCustomer;
        if (where is null)
            return TaxReason.NoRegion;
        var abroad = !rules.IsHome(where.Country);
        if (abroad && !string.IsNullOrWhiteSpace(customer.VatId) && rules.InUnion(where.Country))
            return TaxReason.ReverseCharge;
        if (region is null)
            return abroad && !rules.InUnion(where.Country) ? TaxReason.Export : TaxReason.NoRegion;
        return null;
    }
}

/// <summary>The taxes of one line. Their sum is rounded once, half away from zero, and shared among them by largest remainder.</summary>
internal sealed class TaxTreatment
{
    private readonly TaxLine[] blanks;
    private readonly decimal[] fractions;

    private TaxTreatment(TaxLine[] blanks, decimal[] fractions)
    {
        this.blanks = blanks;
        this.fractions = fractions;
        Combined = fractions.Sum();
    }

    /// <summary>All taxes together as a fraction of the net price, compounding included.</summary>
    public decimal Combined { get; }

    public bool Inclusive => blanks[0].Inclusive;

    public static TaxTreatment Untaxed(TaxReason reason, string jurisdiction) =>
        new([new(0, 0, jurisdiction, "", reason, Inclusive: false)], [0]);

    public static TaxTreatment Taxed(TaxRate[] rates, TaxRate[] standard, bool inclusive)
    {
        var fractions = Fractions(rates);
        var reason = fractions.Sum() < Fractions(standard).Sum() ? TaxReason.ReducedRate : TaxReason.StandardRate;
        return new([.. rates.Select(rate => new TaxLine(rate.Percent, 0, rate.Jurisdiction, rate.Name,
            rate.Percent == 0 ? TaxReason.ZeroRated : reason, inclusive))], fractions);
    }

    /// <summary>The tax on an amount, or in it where prices include tax.</summary>
    public long On(long amount) => Money.RoundMinor(Exact(amount));

    /// <summary>An amount without the tax it contains.</summary>
    public long NetOf(long amount) => Inclusive ? amount - On(amount) : amount;

    /// <summary>Takes an amount apart: net and tax are gross, each tax in its line.</summary>
    /// <param name="amount">What remains of a price after discounts, in minor units.</param>
    public (Money Net, Money Tax, Money Gross, TaxLine[] Lines) Divide(long amount, Currency currency)
    {
        var tax = On(amount);
        var net = Inclusive ? amount - tax : amount;
        return (new(net, currency), new(tax, currency), new(net + tax, currency), Lines(amount, tax));
    }

    private TaxLine[] Lines(long amount, long tax)
    {
        var exact = Exact(amount);
        // Twelve places are far finer than a minor unit of the largest amount and still fit a 64-bit weight.
        var shares = Allocation.Split(tax, [.. fractions.Select(fraction => (long)(fraction * 1_000_000_000_000m))]);
        return [.. blanks.Select((blank, i) => blank with
        {
            Amount = shares[i],
            Rounding = Combined == 0 ? 0 : Math.Round(shares[i] - exact * (fractions[i] / Combined), 6),
        })];
    }

    private decimal Exact(long amount) => Inclusive ? amount - amount / (1 + Combined) : amount * Combined;

    private static decimal[] Fractions(TaxRate[] rates)
    {
        var fractions = new decimal[rates.Length];
        var sum = 0m;
        for (var i = 0; i < rates.Length; i++)
        {
            if (rates[i].Percent is < 0 or > 1000)
                throw Refused.Invalid("Tax.Regions", "A tax rate is between 0 and 1000 percent.");
            fractions[i] = rates[i].Percent / 100 * (rates[i].Compound ? 1 + sum : 1);
            sum += fractions[i];
        }

        return sum <= 10 ? fractions : throw Refused.Invalid("Tax.Regions", "All taxes on a line together are at most 1000 percent.");
    }
}
