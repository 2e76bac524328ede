using System.Security.Cryptography;
using System.Text;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using static Aura.Persistence.ByHand;

namespace Aura.Server.Http;

/// <summary>The endpoint calls the outside world between transactions of its own, and can itself be replayed at any point.</summary>
public sealed record Staged;

/// <summary>What the endpoint writes may be written together with what other requests write; it may run twice then.</summary>
public sealed record Shared;

/// <summary>Idempotency-Key: the same request sent twice has one effect and one answer.</summary>
/// <remarks>
/// SQL by hand: the record is written in the transaction of the effect, on the endpoint's own connection or, where it is shared, with what
/// others write. An advisory lock tells a request in flight from a repeated one. Failures keep nothing: nothing happened, and the caller may mend the request and try again.
/// A staged endpoint cannot run inside one transaction; it claims its key first, for a minute, and what it did is replay-safe by itself.
/// Answers are kept sealed: some show a key or a secret that is kept nowhere else in clear.
/// </remarks>
internal sealed class Idempotency(RequestDelegate next, NpgsqlDataSource database, KeyRing ring, TimeProvider time)
{
    private const int MaxKeyLength = 255;
    private const string Purpose = "answer";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), Term = TimeSpan.FromMinutes(1);

    /// <summary>Keys that come at the same time are taken together.</summary>
    private readonly SharedRoundTrips<Entry, bool> claims = new(100, _ => 1, entries => Take(database, entries));

    public async Task Invoke(HttpContext http, CurrentCaller current)
    {
        var method = http.Request.Method;
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key == "" || current.Value.TenantId == 0 || !(HttpMethods.IsPost(method) || HttpMethods.IsPut(method) || HttpMethods.IsPatch(method)))
        {
            await next(http);
            return;
        }

        if (key.Length > MaxKeyLength)
            throw Refused.BadRequest($"An Idempotency-Key has at most {MaxKeyLength} characters.");
        var db = http.RequestServices.GetRequiredService<AuraDb>();
        var entry = new Entry(db.Caller.TenantId, Id<ApiKey>.ToNumber(db.Caller.Actor) ?? 0, key, await HashOf(http.Request));
        var endpoint = http.GetEndpoint()?.Metadata;
        if (endpoint?.GetMetadata<Staged>() is not null)
            await InStages(http, db, entry);
        else if (endpoint?.GetMetadata<Shared>() is not null && await Together(http, db, entry) is { } body)
            await http.Response.Body.WriteAsync(body);
        else
            await InOneTransaction(http, db, entry);
    }

    /// <summary>Tries it in one transaction with others.</summary>
    /// <returns>The answer; null: it did not come about. Alone it will, or the reason is found, and in the words for one.</returns>
    private async Task<ReadOnlyMemory<byte>?> Together(HttpContext http, AuraDb db, Entry entry)
    {
        var headers = http.Response.Headers.ToArray();
        var (succeeded, answer) = await db.Together(async () =>
        {
            var body = await Capture(http);
            if (http.Response.StatusCode >= 400)
                throw new NotShared();
            await db.WriteShared(entry.Taken, entry.Recorded(http.Response, Sealed(body, entry)));
            return body;
        }, new(Known, [entry.Tenant, entry.ApiKey, entry.Key]));
        if (succeeded)
            return answer;
        http.Response.StatusCode = StatusCodes.Status200OK;
        http.Response.Headers.Clear();
        foreach (var header in headers)
            http.Response.Headers.Add(header);
        http.Request.Body.Position = 0;
        http.Request.Body = new BufferedStream(http.Request.Body); // another one, for of this its reader knows that it was read
        return null;
    }

    private async Task InOneTransaction(HttpContext http, AuraDb db, Entry entry)
    {
        var (known, body) = await Settle(http, db, entry); // and its connection is given back, however slowly the caller reads
        if (known is null)
            await http.Response.Body.WriteAsync(body);
        else
            await Replay(http, known);
    }

    /// <returns>The first answer to the key, or the body of this one.</returns>
    private async Task<(Answer?, ReadOnlyMemory<byte>)> Settle(HttpContext http, AuraDb db, Entry entry)
    {
        await using var transaction = await db.Begin(http.RequestAborted);
        if (await Find(db, entry) is { } answer)
            return (answer, default);
        var body = await Capture(http);
        if (http.Response.StatusCode < 400)
        {
            db.AtCommit(Record, entry.Answered(http.Response, Sealed(body, entry)));
            await db.Commit(transaction, CancellationToken.None);
        }

        return (null, body);
    }

    private async Task InStages(HttpContext http, AuraDb db, Entry entry)
    {
        try
        {
            if (await Claim(db, entry) is { } answer)
            {
                await Replay(http, answer);
                return;
            }

            await http.Response.Body.WriteAsync(await Served(http, db, entry));
        }
        catch (Exception trouble) when (trouble.IsPassing())
        {
            _ = LetGo(entry, time.GetTimestamp());
            throw;
        }
    }

    private async Task<ReadOnlyMemory<byte>> Served(HttpContext http, AuraDb db, Entry entry)
    {
        var answered = false;
        try
        {
            var body = await Capture(http);
            answered = http.Response.StatusCode < 500;
            if (answered)
                await db.WriteAlong(new(Record, entry.Answered(http.Response, Sealed(body, entry))) { Step = SharedStep.Answer });
            return body;
        }
        finally
        {
            if (!answered)
            {
                await using var batch = new NpgsqlBatch();
                batch.Add(Release, entry.Tenant, entry.ApiKey, entry.Key, TimeSpan.Zero);
                await db.Tell(batch, CancellationToken.None);
            }
        }
    }

    /// <summary>Gives back a key that could not be given back because the database was away, as soon as it is there again. Then nobody has to wait for the end of its minute.</summary>
    private async Task LetGo(Entry entry, long ended)
    {
        for (var gone = TimeSpan.Zero; gone < Term; gone = time.GetElapsedTime(ended))
        {
            await Task.Delay(Pause, time);
            try
            {
                await using var release = database.CreateCommand(Release);
                foreach (var value in (object[])[entry.Tenant, entry.ApiKey, entry.Key, time.GetElapsedTime(ended)])
                    release.Parameters.Add(new() { Value = value });
                await release.ExecuteNonQueryAsync();
                return;
            }
            catch (Exception trouble) when (trouble.IsPassing())
            {
                // a second later, then
            }
        }
    }

    /// <summary>Runs the endpoint with its response held back.</summary>
    /// <exception cref="OperationCanceledException">The caller has hung up meanwhile.</exception>
    private async Task<ReadOnlyMemory<byte>> Capture(HttpContext http)
    {
        var real = http.Response.Body;
        using var held = new MemoryStream();
        http.Response.Body = held;
        try
        {
            await next(http);
            http.RequestAborted.ThrowIfCancellationRequested(); // the answer may be cut off, without a word: nobody is to get it later
            return held.ToArray();
        }
        finally
        {
            http.Response.Body = real;
        }
    }

    private static async Task Replay(HttpContext http, Answer answer)
    {
        http.Response.StatusCode = answer.Status;
        http.Response.ContentType = answer.ContentType;
        http.Response.Headers.Location = answer.Location;
        http.Response.Headers["Idempotent-Replayed"] = "true";
        await http.Response.Body.WriteAsync(answer.Body, http.RequestAborted);
    }

    private byte[] Sealed(ReadOnlyMemory<byte> body, Entry entry) => ring.Seal(body.Span, Purpose, entry.Tenant);

    /// <summary>Those of before answers were sealed are a day old at most.</summary>
    private byte[] Opened(byte[] body, Entry entry) => KeyRing.IsSealed(body) ? ring.OpenBytes(body, Purpose, entry.Tenant) : body;

    private static async Task<byte[]> HashOf(HttpRequest request)
    {
        request.EnableBuffering();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Method} {request.Path}{request.QueryString}\n"));
        var buffer = new byte[16 * 1024];
        for (int read; (read = await request.Body.ReadAsync(buffer, request.HttpContext.RequestAborted)) > 0;)
            hash.AppendData(buffer, 0, read);
        request.Body.Position = 0;
        return hash.GetHashAndReset();
    }

    /// <summary>What the first request was answered; takes the key for this request where there was none.</summary>
    /// <remarks>The lock is a statement of its own, so that the next sees what its last holder wrote.</remarks>
    /// <exception cref="Refused">409 while the first request is in flight, 422 where it was another.</exception>
    private async Task<Answer?> Find(AuraDb db, Entry entry)
    {
        await using var batch = new NpgsqlBatch();
        batch.Add(Lock, entry.Asked);
        batch.Add(Known, entry.Tenant, entry.ApiKey, entry.Key);
        return await db.Ask(batch, async reader =>
        {
            await reader.ReadAsync();
            var free = reader.GetBoolean(0);
            await reader.NextResultAsync();
            return !free ? throw InFlight() : await reader.ReadAsync() ? Read(reader, entry) : null;
        }, CancellationToken.None);
    }

    /// <summary>Takes the key for a minute, also from one whose minute is over without an answer.</summary>
    /// <inheritdoc cref="Find"/>
    private async Task<Answer?> Claim(AuraDb db, Entry entry)
    {
        if (await claims.Ask(entry, CancellationToken.None))
            return null;
        await using var batch = new NpgsqlBatch();
        batch.Add(Known, entry.Tenant, entry.ApiKey, entry.Key);
        return await db.Ask(batch, async reader => await reader.ReadAsync() && Read(reader, entry) is { } answer ? answer : throw InFlight(), CancellationToken.None);
    }

    /// <returns>For each of them, whether it was free.</returns>
    private static async Task<IReadOnlyList<bool>> Take(NpgsqlDataSource database, IReadOnlyList<Entry> entries)
    {
        await using var batch = new NpgsqlBatch();
        batch.Add("""
            INSERT INTO idempotency_keys AS k (tenant_id, api_key_id, key, request_hash, locked_until, created_at)
            SELECT asked.*, now() + interval '1 minute', now() FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bytea[]) AS asked (tenant_id, api_key_id, key, hash) ORDER BY 1, 2, 3
            ON CONFLICT (tenant_id, api_key_id, key) DO UPDATE SET locked_until = excluded.locked_until
            WHERE k.status IS NULL AND k.locked_until <= now() AND k.request_hash = excluded.request_hash
            RETURNING tenant_id, api_key_id, key
            """, Each(entry => entry.Tenant), Each(entry => entry.ApiKey), Each(entry => entry.Key), Each(entry => entry.Hash));
        return await database.Ask(batch, async reader =>
        {
            var taken = new HashSet<(long, long, string)>();
            while (await reader.ReadAsync())
                taken.Add((reader.GetInt64(0), reader.GetInt64(1), reader.GetString(2)));
            return Each(entry => taken.Contains((entry.Tenant, entry.ApiKey, entry.Key)));
        }, CancellationToken.None);

        T[] Each<T>(Func<Entry, T> value) => [.. entries.Select(value)];
    }

    private Answer? Read(NpgsqlDataReader row, Entry entry)
    {
        if (!row.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(entry.Hash))
            throw Refused.Rule("idempotency_key_reused", "This Idempotency-Key was used for another request.");
        return row.IsDBNull(1) ? null : new(row.GetInt32(1), row[2] as string, row[3] as string, Opened(row.GetFieldValue<byte[]>(4), entry));
    }

    private const string Known = """
        SELECT request_hash, status, content_type, location, body FROM idempotency_keys WHERE tenant_id = $1 AND api_key_id = $2 AND key = $3
        """;

    /// <summary>Whether nobody else works on any of these.</summary>
    private const string Lock = """
        SELECT every(pg_try_advisory_xact_lock(hashtextextended(key, $1 # api_key_id))) AS free FROM unnest($2::bigint[], $3::text[]) AS asked (api_key_id, key)
        """;

    private const string Insert = """
        INSERT INTO idempotency_keys (tenant_id, api_key_id, key, request_hash, status, content_type, location, body, created_at)
        SELECT $1, answered.*, now() FROM unnest($2::bigint[], $3::text[], $4::bytea[], $5::int[], $6::text[], $7::text[], $8::bytea[]) AS answered
        """;

    private const string Record = $"""
        {Insert}
        ON CONFLICT (tenant_id, api_key_id, key) DO UPDATE
        SET status = excluded.status, content_type = excluded.content_type, location = excluded.location, body = excluded.body, locked_until = NULL
        """;

    /// <summary>Of a request that ended without an answer so long ago. What was claimed since then stays.</summary>
    private const string Release = """
        DELETE FROM idempotency_keys WHERE tenant_id = $1 AND api_key_id = $2 AND key = $3 AND status IS NULL AND locked_until <= now() + interval '1 minute' - $4
        """;

    private static Refused InFlight() => Refused.Conflict("idempotency_in_progress", "The first request with this Idempotency-Key is still being worked on.");

    private sealed record Entry(long Tenant, long ApiKey, string Key, byte[] Hash)
    {
        /// <summary>The values of the lock.</summary>
        public object[] Asked => [Tenant, One(ApiKey), One(Key)];

        /// <summary>The values of the record.</summary>
        public object[] Answered(HttpResponse response, byte[] body) =>
        [
            .. Asked, One(Hash), One(response.StatusCode), One(response.ContentType), One(response.Headers.Location.ToString() is { Length: > 0 } at ? at : null), One(body),
        ];

        /// <summary>Takes the lock together with others, or fails.</summary>
        public LaterStatement Taken => new($"SELECT 1 / free::int FROM ({Lock}) AS locked", Asked) { Step = SharedStep.Key };

        /// <summary>Writes the record together with others, or fails where there is one.</summary>
        public LaterStatement Recorded(HttpResponse response, byte[] body) => new(Insert, Answered(response, body)) { Step = SharedStep.Answer };
    }

    private sealed record Answer(int Status, string? ContentType, string? Location, byte[] Body);
}
