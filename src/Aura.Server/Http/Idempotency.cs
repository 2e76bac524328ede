using System.Data;
using System.Security.Cryptography;
using System.Text;
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
/// </remarks>
internal sealed class Idempotency(RequestDelegate next)
{
    private const int MaxKeyLength = 255;

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
        var entry = new Entry(db.Caller.TenantId, Id<Accounts.ApiKey>.ToNumber(db.Caller.Actor) ?? 0, key, await HashOf(http.Request));
        if (http.GetEndpoint()?.Metadata.GetMetadata<Staged>() is null)
            await InOneTransaction(http, db, entry);
        else
            await InStages(http, db, entry);
    }

    private async Task InOneTransaction(HttpContext http, AuraDb db, Entry entry)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(http.RequestAborted);
        if (!await Lock(db, entry))
            throw InFlight();
        if (await Find(db, entry) is { } answer)
        {
            await Replay(http, answer);
            return;
        }

        var body = await Capture(http);
        if (http.Response.StatusCode < 400)
        {
            await Store(db, entry, http.Response, body);
            await transaction.CommitAsync(CancellationToken.None);
        }

        await http.Response.Body.WriteAsync(body);
    }

    private async Task InStages(HttpContext http, AuraDb db, Entry entry)
    {
        await using (var transaction = await db.Database.BeginTransactionAsync(http.RequestAborted))
        {
            if (!await Lock(db, entry))
                throw InFlight();
            if (await Find(db, entry) is { } answer)
            {
                await Replay(http, answer);
                return;
            }

            await Claim(db, entry);
            await transaction.CommitAsync(http.RequestAborted);
        }

        var body = ReadOnlyMemory<byte>.Empty;
        var kept = false;
        try
        {
            body = await Capture(http);
            kept = http.Response.StatusCode < 500;
        }
        finally
        {
            await db.InTransaction(() => kept ? Store(db, entry, http.Response, body) : Release(db, entry), CancellationToken.None);
        }

        await http.Response.Body.WriteAsync(body);
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

    private static async Task<bool> Lock(AuraDb db, Entry entry)
    {
        await using var command = Command(db, "SELECT pg_try_advisory_xact_lock(hashtextextended($3, $1 # $2))", entry);
        return await command.ExecuteScalarAsync() is true;
    }

    private static async Task<Answer?> Find(AuraDb db, Entry entry)
    {
        await using var command = Command(db, """
            SELECT request_hash, status, content_type, location, body, locked_until > now() FROM idempotency_keys
            WHERE tenant_id = $1 AND api_key_id = $2 AND key = $3
            """, entry);
        await using var reader = await command.ExecuteReaderAsync(CommandBehavior.SingleRow);
        if (!await reader.ReadAsync())
            return null;
        if (!reader.GetFieldValue<byte[]>(0).AsSpan().SequenceEqual(entry.Hash))
            throw Refused.Rule("idempotency_key_reused", "This Idempotency-Key was used for another request.");
        if (await reader.IsDBNullAsync(1))
            return reader.GetBoolean(5) ? throw InFlight() : null;
        return new(reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetFieldValue<byte[]>(4));
    }

    private static async Task Claim(AuraDb db, Entry entry)
    {
        await using var command = Command(db, """
            INSERT INTO idempotency_keys (tenant_id, api_key_id, key, request_hash, locked_until, created_at)
            VALUES ($1, $2, $3, $4, now() + interval '1 minute', now())
            ON CONFLICT (tenant_id, api_key_id, key) DO UPDATE SET locked_until = now() + interval '1 minute'
            """, entry, entry.Hash);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task Store(AuraDb db, Entry entry, HttpResponse response, ReadOnlyMemory<byte> body)
    {
        await using var command = Command(db, """
            INSERT INTO idempotency_keys (tenant_id, api_key_id, key, request_hash, status, content_type, location, body, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())
            ON CONFLICT (tenant_id, api_key_id, key) DO UPDATE
            SET status = $5, content_type = $6, location = $7, body = $8, locked_until = NULL
            """, entry, entry.Hash, response.StatusCode, response.ContentType, response.Headers.Location.ToString() is { Length: > 0 } at ? at : null, body.ToArray());
        await command.ExecuteNonQueryAsync();
    }

    private static async Task Release(AuraDb db, Entry entry)
    {
        await using var command = Command(db, "DELETE FROM idempotency_keys WHERE tenant_id = $1 AND api_key_id = $2 AND key = $3 AND status IS NULL", entry);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A command in the transaction that is open.</summary>
    private static NpgsqlCommand Command(AuraDb db, string sql, Entry entry, params object?[] more)
    {
        var command = new NpgsqlCommand(sql, (NpgsqlConnection)db.Database.GetDbConnection());
        foreach (var value in (object?[])[entry.Tenant, entry.ApiKey, entry.Key, .. more])
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        return command;
    }

    private static Refused InFlight() => Refused.Conflict("idempotency_in_progress", "The first request with this Idempotency-Key is still being worked on.");

    private sealed record Entry(long Tenant, long ApiKey, string Key, byte[] Hash);

    private sealed record Answer(int Status, string? ContentType, string? Location, byte[] Body);
}
