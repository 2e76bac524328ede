using Aura.Events;

namespace Aura.Tests.Events;

public sealed class RetryScheduleTests
{
    private static readonly DateTime Now = new(2026, 1, 15, 10, 30, 0, DateTimeKind.Utc);
    private static readonly WebhookAnswer Broken = Answered(500);

    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 5 * 60)]
    [InlineData(3, 30 * 60)]
    [InlineData(4, 2 * 3600)]
    [InlineData(5, 6 * 3600)]
    public void Waits_are_those_of_the_schedule_and_up_to_a_tenth_longer(int attempt, int seconds)
    {
        var waits = Enumerable.Range(1, 500).Select(delivery => Wait(delivery, attempt, Broken)).ToList();
        Assert.All(waits, wait => Assert.InRange(wait, seconds, seconds * 1.1));
        Assert.True(waits.Max() - waits.Min() > seconds * 0.09, "The waits are not spread.");
    }

    [Fact]
    public void The_same_delivery_and_attempt_always_wait_the_same() =>
        Assert.Equal(RetrySchedule.Next(7, 3, Broken, Now), RetrySchedule.Next(7, 3, Broken, Now));

    [Fact]
    public void The_sixth_attempt_is_the_last() => Assert.Null(RetrySchedule.Next(7, 6, Broken, Now));

    [Fact]
    public void All_six_attempts_outlast_the_patience_with_an_endpoint()
    {
        var shortest = Enumerable.Range(1, 5).Sum(attempt => Enumerable.Range(1, 500).Min(delivery => Wait(delivery, attempt, Broken)));
        Assert.True(shortest > RetrySchedule.Patience.TotalSeconds);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(302)]
    public void A_refusal_is_retried_once(int status)
    {
        Assert.NotNull(RetrySchedule.Next(7, 1, Answered(status), Now));
        Assert.Null(RetrySchedule.Next(7, 2, Answered(status), Now));
    }

    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(503)]
    public void Being_busy_is_retried_to_the_end(int status) => Assert.NotNull(RetrySchedule.Next(7, 5, Answered(status), Now));

    [Fact]
    public void No_answer_is_retried_to_the_end() => Assert.NotNull(RetrySchedule.Next(7, 5, new(null, "Connection refused", null, default), Now));

    [Fact]
    public void Gone_is_not_retried() => Assert.Null(RetrySchedule.Next(7, 1, Answered(410), Now));

    [Fact]
    public void A_longer_wait_is_granted_where_the_receiver_wants_it_up_to_a_day()
    {
        Assert.Equal(900, Wait(7, 1, Broken with { RetryAfter = TimeSpan.FromMinutes(15) }));
        Assert.Equal(Wait(7, 1, Broken), Wait(7, 1, Broken with { RetryAfter = TimeSpan.FromSeconds(1) }));
        Assert.Equal(86_400, Wait(7, 1, Broken with { RetryAfter = TimeSpan.FromDays(400) }));
    }

    private static double Wait(long delivery, int attempt, WebhookAnswer answer) => (RetrySchedule.Next(delivery, attempt, answer, Now)!.Value - Now).TotalSeconds; // there is one

    private static WebhookAnswer Answered(int status) => new(status, $"The endpoint answered {status}.", null, TimeSpan.FromMilliseconds(5));
}
