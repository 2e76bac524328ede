using System.Globalization;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Monitoring;

namespace Aura.Server.Monitoring;

/// <summary>Keeps what the server logs about one store: in its requests, and wherever a line names it as {Tenant}. Exceptions become error reports.</summary>
[ProviderAlias("Store")]
internal sealed class StoreLogs(IServiceProvider services, TimeProvider time) : ILoggerProvider
{
    /// <summary>The request that is at hand.</summary>
    public static readonly AsyncLocal<AtHand?> Request = new();

    private const int MostText = 2_000;

    private Telemetry? telemetry;

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
    }

    private void Take(LogLevel level, string category, string message, Exception? failure, object? state)
    {
        var values = state as IEnumerable<KeyValuePair<string, object?>> ?? [];
        var tenant = values.FirstOrDefault(pair => pair.Key == "Tenant").Value is long named ? named : Request.Value?.Caller.Value.TenantId ?? 0;
        if (tenant == 0 || Telemetry() is not { } seen)
            return;
        var context = new Dictionary<string, string> { ["category"] = category };
        if (Request.Value?.Caller.Value.RequestId is { } request)
            context["requestId"] = request;
        foreach (var (key, value) in values.Where(pair => pair.Key is not ("{OriginalFormat}" or "Tenant")).Take(20))
            context[char.ToLowerInvariant(key[0]) + key[1..]] = Cut(Convert.ToString(value, CultureInfo.InvariantCulture) ?? "");
        seen.Note(tenant, new LogLine
        {
            Level = level switch { LogLevel.Warning => LogLevelWord.Warn, >= LogLevel.Error => LogLevelWord.Error, LogLevel.Information => LogLevelWord.Info, _ => LogLevelWord.Debug },
            Message = Cut(message),
            Context = context,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        });
        if (failure is not null && level >= LogLevel.Error)
            seen.Note(tenant, failure, context);
    }

    /// <summary>Asked for late, for it logs itself; not there any more while the server ends.</summary>
    private Telemetry? Telemetry()
    {
        try
        {
            return telemetry ??= services.GetRequiredService<Telemetry>();
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private static string Cut(string text) => text.Beginning(MostText).Replace('\0', ' ');

    public sealed record AtHand(CurrentCaller Caller, string Id);

    private sealed class Logger(StoreLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is >= LogLevel.Information and < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                logs.Take(logLevel, category, formatter(state, exception), exception, state);
        }
    }
}
