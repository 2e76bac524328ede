using System.Security.Cryptography;
using System.Text;
using Aura.Accounts;
using Aura.Jobs;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Server.Http;

/// <summary>The endpoint calls the outside world between transactions of its own, and can itself be replayed at any point.</summary>
public sealed record Staged;

/// <summary>Idempotency-Key: the same request sent twice has one effect and one answer.</summary>
/// <remarks>
/// SQL by hand: the record is written in the transaction of the effect, on the endpoint's own connection. An advisory lock tells a
/// request in flight from a repeated one. Failures keep nothing: nothing happened, and the caller may mend the request and try again.
/// A staged endpoint cannot run inside one transaction; it claims its key first, for a minute, and what it did is replay-safe by itself.
/// Answers are kept sealed: some show a key or a secret that is kept nowhere else in clear.
/// </remarks>
internal sealed class Idempotency(RequestDelegate next, NpgsqlDataSource database, KeyRing ring, TimeProvider time)
{
    private const int MaxKeyLength = 255;
    private const string Purpose = "answer";
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), Term = TimeSpan.FromMinutes(1);

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
        if (http.GetEndpoint()?.Metadata.GetMetadata<Staged>() is null)
            await InOneTransaction(http, db, entry);
        else
            await InStages(http, db, entry);
    }

    private async Task InOneTransaction(HttpContext http, AuraDb db, Entry entry)
    {
        await using var transaction = await db.Begin(http.RequestAborted);
        if (await Find(db, entry) is { } answer)
        {
            await Replay(http, answer);
            return;
        }

        var body = await Capture(http);
        if (http.Response.StatusCode < 400)
        {
            db.AtCommit(Record, entry.Answered(http.Response, Sealed(body, entry)));
            await db.Commit(transaction, CancellationToken.None);
        }

        await http.Response.Body.WriteAsync(body);
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
        await using var batch = new NpgsqlBatch();
        try
        {
            var body = await Capture(http);
            if (http.Response.StatusCode < 500)
                batch.Add(Record, entry.Answered(http.Response, Sealed(body, entry)));
            return body;
        }
        finally
        {
            if (batch.BatchCommands.Count == 0)
                batch.Add(Release, entry.Tenant, entry.ApiKey, entry.Key, TimeSpan.Zero);
            await db.Tell(batch, CancellationToken.None);
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
    private async Task<ReadOnlyMemory<byte>> Capture(HttpContext http)
    {
        var real = http.Response.Body;
        using var held = new MemoryStream();
        http.Response.Body = held;
        try
        {
            await next(http);
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
        batch.Add("SELECT pg_try_advisory_xact_lock(hashtextextended($3, $1 # $2))", entry.Tenant, entry.ApiKey, entry.Key);
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
        await using var batch = new NpgsqlBatch();
        batch.Add("""
            INSERT INTO idempotency_keys AS k (tenant_id, api_key_id, key, request_hash, locked_until, created_at)
            VALUES ($1, $2, $3, $4, now() + interval '1 minute', now())
            ON CONFLICT (tenant_id, api_key_id, key) DO UPDATE SET locked_until = excluded.locked_until
            WHERE k.status IS NULL AND k.locked_until <= now() AND k.request_hash = excluded.request_hash
            RETURNING true
            """, entry.Tenant, entry.ApiKey, entry.Key, entry.Hash);
        batch.Add(Known, entry.Tenant, entry.ApiKey, entry.Key);
        return await db.Ask(batch, async reader =>
        {
            if (await reader.ReadAsync())
                return null;
            await reader.NextResultAsync();
            return await reader.ReadAsync() && Read(reader, entry) is { } answer ? answer : throw InFlight();
        }, CancellationToken.None);
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

    private const string Record = """
        INSERT INTO idempotency_keys (tenant_id, api_key_id, key, request_hash, status, content_type, location, body, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
        ON CONFLICT (tenant_id, api_key_id, key) DO UPDATE
        SET status = $5, content_type = $6, location = $7, body = $8, locked_until = NULL
        """;

    /// <summary>Of a request that ended without an answer so long ago. What was claimed since then stays.</summary>
    private const string Release = """
        DELETE FROM idempotency_keys WHERE tenant_id = $1 AND api_key_id = $2 AND key = $3 AND status IS NULL AND locked_until <= now() + interval '1 minute' - $4
        """;

    private static Refused InFlight() => Refused.Conflict("idempotency_in_progress", "The first request with this Idempotency-Key is still being worked on.");

    private sealed record Entry(long Tenant, long ApiKey, string Key, byte[] Hash)
    {
        /// <summary>The values of the record.</summary>
        public object[] Answered(HttpResponse response, byte[] body) =>
        [
            Tenant, ApiKey, Key, Hash, response.StatusCode, ByHand.Maybe(response.ContentType),
            ByHand.Maybe(response.Headers.Location.ToString() is { Length: > 0 } at ? at : null), body,
        ];
    }

    private sealed record Answer(int Status, string? ContentType, string? Location, byte[] Body);
}
