namespace Aura.Server.Scripts;

/// <summary>What the server tells the child that runs a script.</summary>
/// <param name="Argument">JSON for the function; null: only read the code.</param>
/// <param name="Now">What the code takes for the time, in milliseconds since 1970.</param>
internal sealed record ScriptOrder(string Code, string? Argument, long Now, int Seed);

/// <summary>What a script may use. Whatever it does, it ends by one of these.</summary>
internal static class ScriptLimits
{
    public const int Statements = 1_000_000, Recursion = 64;

    /// <summary>In the code itself; asked between statements.</summary>
    public static readonly TimeSpan InCode = TimeSpan.FromSeconds(1);

    /// <summary>One match of a regular expression, between whose steps nobody asks.</summary>
    public static readonly TimeSpan Regex = TimeSpan.FromMilliseconds(250);

    /// <summary>From the start of the child; the system ends it.</summary>
    public const int ProcessorSeconds = 4;

    public static readonly TimeSpan Wall = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of the child's heap, and of all that it may write to besides.</summary>
    public const long Heap = 64L * 1024 * 1024, Data = 1024L * 1024 * 1024;

    /// <summary>Characters in and out.</summary>
    public const int Result = 64 * 1024, LogLine = 1_000, LogLines = 100, Answer = 1024 * 1024;

    /// <summary>Children at a time.</summary>
    public const int Children = 4;
}
