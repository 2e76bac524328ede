using Aura.Messages;
using Aura.Tests.Connectors.Shops;
using Aura.Winback.Intent;

namespace Aura.Tests.Winback.Intent;

public sealed class IntentModelTests
{
    [Fact]
    public void The_model_that_the_server_brings_is_what_the_public_data_teach()
    {
        if (ShopTexts.Data("online_shoppers_intention.csv") is not { } file)
            return;
        using var reader = File.OpenText(file);

        var trained = PublicSessions.Train(reader);

        Assert.Equal(trained.ToJson(), IntentModel.Public.ToJson());
        Assert.Equal((12_330, 2466), (trained.Sessions, trained.Quality.Rows));
        Assert.True(trained.Quality.Auc >= 0.9, $"{trained.Quality.Auc}");
        Assert.True(trained.References[0].Auc >= 0.93, $"{trained.References[0].Auc}");
        Assert.InRange(trained.References[1].Auc!.Value, 0.75, 0.85); // without the value of pages
        Assert.InRange(trained.Quality.Bins.Sum(bin => bin.Rows * Math.Abs(bin.Said - bin.Came)) / trained.Quality.Rows, 0, 0.025); // the expected error of calibration
    }

    [Fact]
    public void With_less_known_the_score_still_says_how_many_buy()
    {
        if (ShopTexts.Data("online_shoppers_intention.csv") is not { } file)
            return;
        using var reader = File.OpenText(file);
        var sessions = PublicSessions.Read(reader);
        var usual = sessions.Select(session => session.Row[8]).Where(value => value > 0).Average();
        var (_, _, judge) = PublicSessions.Parted(sessions);
        var bought = judge.Average(session => session.Bought ? 1.0 : 0);

        foreach (var hidden in Enumerable.Range(0, 8))
            Assert.InRange(judge.Average(session => (double)IntentModel.Public.Estimate(PublicSessions.Facts(session.Row, usual).Without(hidden)).Score / 100) - bought, -0.03, 0.03);
    }

    [Fact]
    public void What_is_not_known_is_neither_the_most_nor_the_least()
    {
        var middling = new IntentFacts(null, null, null, false, false);

        Assert.InRange(Score(middling), 8, 30); // about one in seven buys
        Assert.InRange(Score(new(null, 320, 8, false, false)), Score(new(0, 320, 8, false, false)), Score(new(5, 320, 8, false, false)));
        Assert.True(Score(middling with { CartValue = 1.5 }) > Score(middling));
        Assert.True(Score(middling with { CartValue = 0 }) < Score(middling));

        static decimal Score(IntentFacts facts) => IntentModel.Public.Estimate(facts).Score;
    }

    [Fact]
    public void More_in_the_cart_a_longer_session_and_more_pages_never_lower_the_score()
    {
        var random = new Random(6);
        for (var trial = 0; trial < 300; trial++)
        {
            var facts = new IntentFacts(5 * random.NextDouble(), 3000 * random.NextDouble(), random.Next(60), random.Next(2) == 0, random.Next(2) == 0);
            decimal[] values = [.. Enumerable.Range(0, 30).Select(step => Score(facts with { CartValue = step / 5.0 }))];
            decimal[] seconds = [.. Enumerable.Range(0, 30).Select(step => Score(facts with { SessionSeconds = step * 100 }))];
            decimal[] pages = [.. Enumerable.Range(0, 30).Select(step => Score(facts with { PageViews = step * 3 }))];
            Assert.All(new[] { values, seconds, pages }, scores => Assert.Equal(scores.Order(), scores));
            Assert.All(values, score => Assert.InRange(score, 0, 100));
        }

        Assert.True(Score(new(3, 1200, 30, true, false)) > 2 * Score(new(0, 30, 2, true, false)));

        static decimal Score(IntentFacts facts) => IntentModel.Public.Estimate(facts).Score;
    }

    [Fact]
    public void Likelihoods_have_the_bounds_of_the_document()
    {
        Assert.Equal(
            [Likelihood.VeryHigh, Likelihood.VeryHigh, Likelihood.High, Likelihood.High, Likelihood.Medium, Likelihood.Low, Likelihood.VeryLow],
            new[] { 92.3m, 90, 87.5m, 70, 40, 15, 14.99m }.Select(IntentEstimate.LikelihoodOf));
    }

    [Fact]
    public void Reasons_are_what_moved_the_score_and_is_known()
    {
        Assert.Equal(["high_cart_value", "repeat_visitor"], new IntentFacts(2, null, 10, true, null).Reasons([1.5, 0.9, 0.01, -0.3, 0.2, 0, 0]));
        Assert.Equal(["low_cart_value", "few_page_views", "new_visitor"], new IntentFacts(0, 10, 1, false, true).Reasons([-2, -0.1, -0.9, 0.3, 0.2, 0, 0]));
        Assert.Contains("high_cart_value", IntentModel.Public.Estimate(new(3, 600, 20, true, false)).Reasons);
    }

    [Fact]
    public void A_channel_is_recommended_only_where_it_is_open()
    {
        Assert.Equal("send_sms_immediately", RecommendedActions.Of(Likelihood.VeryHigh, [Channel.Email, Channel.Sms]));
        Assert.Equal("send_email_immediately", RecommendedActions.Of(Likelihood.VeryHigh, [Channel.Email]));
        Assert.Equal("send_email_with_incentive", RecommendedActions.Of(Likelihood.Medium, [Channel.Email, Channel.Sms]));
        Assert.Equal("remind_on_site", RecommendedActions.Of(Likelihood.VeryHigh, []));
        Assert.Equal("no_action", RecommendedActions.Of(Likelihood.VeryLow, [Channel.Sms]));
    }

    [Fact]
    public void A_model_is_the_same_when_it_was_written_and_read()
    {
        var random = new Random(2);
        PastSession[] sessions = [.. Enumerable.Range(0, 600).Select(_ => new PastSession(new(random.NextDouble(), null, random.Next(10), null, null, random.Next(3)), random.Next(3) == 0))];
        var model = IntentModel.Fit(new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc), "a store", "an order", sessions[..400], sessions[400..500], sessions[500..]);
        var read = IntentModel.OfJson(model.ToJson());
        Assert.Equal(model.ToJson(), read.ToJson());
        Assert.Equal(model.Estimate(sessions[0].Facts).Score, read.Estimate(sessions[0].Facts).Score);
        Assert.Equal(100, model.Quality.Rows);
    }
}
