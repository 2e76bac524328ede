using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Tells what went wrong between us and the database, whatever it is wrapped in: EF Core adds one exception or two around a driver's.</summary>
public static class DatabaseTrouble
{
    /// <summary>What PostgreSQL itself objected to; null where the failure is another.</summary>
    public static PostgresException? Objection(this Exception failure) => Chain(failure).OfType<PostgresException>().FirstOrDefault();

    /// <summary>It passes without anybody changing the request: the database is away, starts, stops, is full, waits for others or was given too little time.</summary>
    public static bool IsPassing(this Exception failure) => failure.Objection() is { } objection
        ? IsPassing(objection.SqlState) || objection.IsRace()
        : Chain(failure).Any(inner => inner is NpgsqlException or TimeoutException);

    /// <summary>Two transactions stood in each other's way, and this one was undone as a whole.</summary>
    public static bool IsRace(this Exception failure) => failure.Objection()?.SqlState is
        PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable;

    /// <summary>Somebody else was faster: a row is not as it was read any more, or both stood in each other's way. From reading on, it may be tried again.</summary>
    public static bool IsOvertaken(this Exception failure) => failure is DbUpdateConcurrencyException || failure.IsRace();

    /// <summary>It failed by what was to be done, so that nothing was, and in other company it may succeed. Otherwise it may have been done, and only nobody heard of it.</summary>
    public static bool IsUndone(this Exception failure) => !failure.IsPassing() || failure.IsRace();

    /// <summary>The connection could not be made or broke, so the work was not even looked at, or not to its end.</summary>
    public static bool IsLostConnection(this Exception failure) => failure.Objection() is { } objection
        ? objection.SqlState is ['0', '8', ..] or ['5', '7', 'P', ..]
        : Chain(failure).Any(inner => inner is NpgsqlException) && !Chain(failure).Any(inner => inner is TimeoutException);

    /// <summary>What went wrong, and why, in one line.</summary>
    public static string Reasons(this Exception failure) => string.Join(" < ", Chain(failure).Select(inner => $"{inner.GetType().Name}: {inner.Message}"));

    /// <remarks>Classes of Appendix A of the PostgreSQL manual: connection, resources (a full disk too), operator intervention, the system around it, and a standby that cannot write.</remarks>
    private static bool IsPassing(string state) =>
        state is ['0', '8', ..] or ['5', '3' or '7' or '8', ..] or PostgresErrorCodes.ReadOnlySqlTransaction;

    private static IEnumerable<Exception> Chain(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
            yield return inner;
    }
}
