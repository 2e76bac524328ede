using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Winback.Forecasts;

public enum Seasonality
{
    /// <summary>Where the history has two years and the backtest is better with it.</summary>
    Auto,
    None,
}

/// <summary>How a store wants its revenue foretold. A store has one row at most.</summary>
public sealed class ForecastParameters : StoreEntity, IAudited
{
    public static string Prefix => "forecast_parameters";
    public static string Noun => "forecast parameters";

    public const int LeastDays = 90;
    public const int MostDays = 3650;

    /// <summary>Percent, by which the merchant expects more (or less) than the past says.</summary>
    public decimal GrowthRate { get; private set; }

    public Seasonality Seasonality { get; private set; }

    /// <summary>How many days back are looked at; null: all.</summary>
    public int? HistoryDays { get; private set; }

    /// <exception cref="Refused">422 for a growth that is not between -90 and 500 percent, or days that are not from 90 to 3650.</exception>
    public void Adjust(decimal growthRate, Seasonality seasonality, int? historyDays)
    {
        if (growthRate is < -90 or > 500)
            throw Refused.Invalid(nameof(GrowthRate), "Must be between -90 and 500 percent.");
        if (historyDays is < LeastDays or > MostDays)
            throw Refused.Invalid(nameof(HistoryDays), $"Must be between {LeastDays} and {MostDays} days.");
        (GrowthRate, Seasonality, HistoryDays) = (growthRate, seasonality, historyDays);
    }
}

internal sealed class ForecastParametersMapping : IEntityTypeConfiguration<ForecastParameters>
{
    public void Configure(EntityTypeBuilder<ForecastParameters> parameters)
    {
        parameters.ToTable("forecast_parameters").HasIndex(p => p.TenantId).IsUnique();
        parameters.Property(p => p.GrowthRate).HasColumnType("numeric(7,2)");
    }
}
