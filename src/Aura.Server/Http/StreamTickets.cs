using System.Buffers.Text;
using System.Security.Cryptography;
using Aura.Accounts;
using Aura.Persistence;
using Npgsql;

namespace Aura.Server.Http;

/// <summary>The route takes a ticket (<c>?ticket=</c>) in the place of a key.</summary>
public sealed record TakesTicket;

/// <summary>Tickets for streams that browsers open: they cannot send a key in a header, and a key in an address would be written into logs.</summary>
/// <remarks>SQL by hand: a ticket is deleted as it is used, so that of two who use it one gets in, on whatever server. Times are the world's.</remarks>
public sealed class StreamTickets(NpgsqlDataSource source)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>A ticket for the key of this hash. Old ones are swept out.</summary>
    public async Task<string> Make(byte[] keyHash, CancellationToken cancellation)
    {
        var secret = $"ticket_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24))}";
        await using var command = source.CreateCommand("WITH old AS (DELETE FROM stream_tickets WHERE expires_at < now()) INSERT INTO stream_tickets VALUES ($1, $2, now() + $3)");
        foreach (var value in (object[])[ApiKey.HashOf(secret), keyHash, Lifetime])
            command.Parameters.Add(new() { Value = value });
        await command.ExecuteNonQueryAsync(cancellation);
        return secret;
    }

    /// <returns>The hash of the key that it stands for; null where it is unknown, used or too old.</returns>
    public async Task<byte[]?> Take(string ticket, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch();
        batch.Add("DELETE FROM stream_tickets WHERE hash = $1 RETURNING CASE WHEN expires_at > now() THEN key_hash END", ApiKey.HashOf(ticket));
        return await source.Ask(batch, async reader => await reader.ReadAsync(cancellation) ? reader[0] as byte[] : null, cancellation);
    }
}
