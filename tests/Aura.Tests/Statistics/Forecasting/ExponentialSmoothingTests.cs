using Aura.Statistics.Forecasting;

namespace Aura.Tests.Statistics.Forecasting;

public sealed class ExponentialSmoothingTests
{
    private static readonly double[] Air = PublicData.Series("AirPassengers.csv");

    [Fact]
    public void Simple_smoothing_agrees_with_R()
    {
        var oil = PublicData.Series("oil_1996_2007_fpp.csv");
        if (oil.Length == 0)
            return;

        // shared/data/timeseries/reference: oil_fpp3 of R's forecast package
        var fitted = ExponentialSmoothing.Fit(oil, 1, SlopeKind.None, SeasonKind.None);
        Near.Exact(0.891956021483951, fitted.Parameters.Alpha, 1e-2);
        Near.Exact(631.118370968767, fitted.MeanSquaredError, 1e-5);
    }

    [Fact]
    public void A_damped_slope_agrees_with_R_and_fits_no_worse()
    {
        var air = PublicData.Series("ausair_1990_2004_fpp.csv");
        if (air.Length == 0)
            return;

        // air_ets: ets(air, "AAN", damped = TRUE)
        Smoothing published = new(0.99591248359386, 0.000100000177749125 / 0.99591248359386, 0, 0.975837884841967);
        Near.Exact(2.57690608962874, ExponentialSmoothing.With(air, 1, SlopeKind.Damped, SeasonKind.None, published, [16.6430315594723, 2.29728622390832]).MeanSquaredError);
        Assert.InRange(ExponentialSmoothing.Fit(air, 1, SlopeKind.Damped, SeasonKind.None).MeanSquaredError, 2, 2.57690608962874);
    }

    [Fact]
    public void An_additive_season_agrees_with_R_and_fits_no_worse()
    {
        var tourists = PublicData.Series("austourists_2005Q1_2010Q4_fpp.csv");
        if (tourists.Length == 0)
            return;

        // aust_ets1, aust_ets2: ets(aust, "AAA", damped = FALSE and TRUE)
        Smoothing full = new(0.362426132365822, 0.0754190455497834 / 0.362426132365822, 0.637569422468331 / (1 - 0.362426132365822));
        Smoothing damped = new(0.280488397086475, 0.000107909350046852 / 0.280488397086475, 0.70817204866374 / (1 - 0.280488397086475), 0.934556132735162);
        Near.Exact(2.50097304985036, ExponentialSmoothing.With(tourists, 4, SlopeKind.Full, SeasonKind.Additive, full,
            [31.6432606420664, 1.00279733904072, 9.46732416254387 + 2.02733922834511 - 2.06807190359294, -9.46732416254387, -2.02733922834511, 2.06807190359294]).MeanSquaredError);
        Near.Exact(2.16866690046988, ExponentialSmoothing.With(tourists, 4, SlopeKind.Damped, SeasonKind.Additive, damped,
            [30.8411433051289, 1.42536708194344, 9.63885827145074 + 1.87117054599654 - 1.36918887747184, -9.63885827145074, -1.87117054599654, 1.36918887747184]).MeanSquaredError);
        Assert.InRange(ExponentialSmoothing.Fit(tourists, 4, SlopeKind.Full, SeasonKind.Additive).MeanSquaredError, 2, 2.50097304985036);
        Assert.InRange(ExponentialSmoothing.Fit(tourists, 4, SlopeKind.Damped, SeasonKind.Additive).MeanSquaredError, 1.5, 2.16866690046988);
    }

    [Fact]
    public void A_multiplicative_season_agrees_with_R()
    {
        if (Air.Length == 0)
            return;

        // HoltWinters(AirPassengers, seasonal = "multiplicative")
        Smoothing published = new(0.2755925, 0.03269295, 0.8707292);
        Near.Exact(16570.778, ExponentialSmoothing.With(Air, 12, SlopeKind.Full, SeasonKind.Multiplicative, published).SquaredErrors, 1e-6);
        var fitted = ExponentialSmoothing.Fit(Air, 12, SlopeKind.Full, SeasonKind.Multiplicative);
        Near.Exact(16570.778, fitted.SquaredErrors, 1e-4);
        Near.Exact(0.2755925, fitted.Parameters.Alpha, 1e-2);
        Near.Exact((469.3232206 + 3.0215391) * 0.9464611, fitted.Paths(1)[^1]![0], 1e-3); // its first forecast
    }
}
