using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Aura.Tests.Growth;

/// <summary>The plans of the statements that a server really ran, with the rows that each step really touched: PostgreSQL's own auto_explain, told to the client.</summary>
internal sealed class Plans : IDisposable, IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>
{
    private readonly ConcurrentQueue<string> notices = [];
    private readonly List<IDisposable> subscriptions = [];
    private readonly string database;

    public Plans(string database)
    {
        this.database = new NpgsqlConnectionStringBuilder(database).Database!; // tests name theirs
        subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
    }

    /// <summary>The same database, with sessions that explain what they run.</summary>
    public static string Explained(string database) => new NpgsqlConnectionStringBuilder(database)
    {
        Options = "-c session_preload_libraries=auto_explain -c auto_explain.log_min_duration=0 -c auto_explain.log_analyze=on -c auto_explain.log_timing=off " +
            "-c auto_explain.log_format=json -c auto_explain.log_level=notice -c client_min_messages=notice -c log_min_messages=fatal -c jit=off",
    }.ConnectionString;

    /// <summary>Those since the last call.</summary>
    public List<Plan> Take()
    {
        var plans = new List<Plan>();
        while (notices.TryDequeue(out var notice))
            if (notice.IndexOf('{', StringComparison.Ordinal) is >= 0 and var at && JsonNode.Parse(notice[at..]) is { } parsed)
                plans.Add(new((string)parsed["Query Text"]!, parsed["Plan"]!));
        return plans;
    }

    public void OnNext(DiagnosticListener value)
    {
        if (value.Name == "Microsoft.EntityFrameworkCore")
            subscriptions.Add(value.Subscribe(this, name => name == RelationalEventId.ConnectionCreated.Name));
    }

    public void OnNext(KeyValuePair<string, object?> value)
    {
        if (value.Value is ConnectionCreatedEventData { Connection: NpgsqlConnection connection } && connection.Database == database)
            connection.Notice += (_, told) => notices.Enqueue(told.Notice.MessageText);
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    public void Dispose()
    {
        foreach (var one in subscriptions)
            one.Dispose();
    }
}

/// <summary>A statement and how it was run.</summary>
internal sealed record Plan(string Sql, JsonNode Root)
{
    /// <summary>Steps that touched more rows than allowed. Counting may read a whole index, but not the rows.</summary>
    public IEnumerable<string> Excesses(int allowed) => Excesses(Root, allowed, counts: false);

    private static IEnumerable<string> Excesses(JsonNode node, int allowed, bool counts)
    {
        var kind = (string)node["Node Type"]!;
        var loops = Number(node, "Actual Loops");
        var rows = (Number(node, "Actual Rows") + Number(node, "Rows Removed by Filter") + Number(node, "Rows Removed by Index Recheck") + Number(node, "Rows Removed by Join Filter")) * loops;
        if (rows > allowed && !(counts && kind == "Index Only Scan"))
            yield return $"{kind} {(string?)node["Index Name"] ?? (string?)node["Relation Name"]} touched {rows:N0} rows {(string?)node["Index Cond"]} {(string?)node["Filter"]}".TrimEnd();
        var counting = counts || kind == "Aggregate" && (string?)node["Parent Relationship"] == "InitPlan";
        foreach (var part in node["Plans"]?.AsArray() ?? [])
            foreach (var excess in Excesses(part!, allowed, counting))
                yield return excess;
    }

    private static double Number(JsonNode node, string name) => node[name] is { } value ? (double)value : 0;
}
