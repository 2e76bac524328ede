using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Orders.History;

/// <summary>Rows on their way into a table, by COPY: an INSERT for each would take ten times as long.</summary>
/// <remarks>Values are written in the order of the columns. Null is written as null, whatever the type.</remarks>
internal sealed class CopyRows : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly NpgsqlBinaryImporter copy;

    private CopyRows(NpgsqlBinaryImporter copy) => this.copy = copy;

    public static async Task<CopyRows> Into(NpgsqlConnection connection, string table, string columns, CancellationToken cancellation)
    {
        var copy = await connection.BeginBinaryImportAsync($"COPY {table} ({columns}) FROM STDIN (FORMAT binary)", cancellation);
        copy.Timeout = TimeSpan.FromMinutes(10);
        return new(copy);
    }

    public CopyRows Row()
    {
        copy.StartRow();
        return this;
    }

    public CopyRows Add(long? value) => Write(value, NpgsqlDbType.Bigint);
    public CopyRows Add(int? value) => Write(value, NpgsqlDbType.Integer);
    public CopyRows Add(bool value) => Write((bool?)value, NpgsqlDbType.Boolean);
    public CopyRows Add(DateTime? value) => Write(value, NpgsqlDbType.TimestampTz);
    public CopyRows Add(DateOnly? value) => Write(value, NpgsqlDbType.Date);
    public CopyRows Add(Currency value) => Add(value.Code, NpgsqlDbType.Char);
    public CopyRows Add(string? value) => Add(value, NpgsqlDbType.Text);

    public CopyRows Add(string[] value)
    {
        copy.Write(value, NpgsqlDbType.Array | NpgsqlDbType.Text);
        return this;
    }

    public CopyRows Word<T>(T value) where T : struct, Enum => Add(Words<T>.Of(value));

    /// <summary>As JSON; text is JSON already.</summary>
    public CopyRows Json(object? value) => Add(value switch { null => null, string json => json, _ => ToJson(value) }, NpgsqlDbType.Jsonb);

    public static string ToJson(object value) => JsonSerializer.Serialize(value, Options);

    public async Task Complete(CancellationToken cancellation) => await copy.CompleteAsync(cancellation);

    public ValueTask DisposeAsync() => copy.DisposeAsync();

    private CopyRows Add(string? value, NpgsqlDbType type)
    {
        if (value is null)
            copy.WriteNull();
        else
            copy.Write(value, type);
        return this;
    }

    private CopyRows Write<T>(T? value, NpgsqlDbType type) where T : struct
    {
        if (value is { } given)
            copy.Write(given, type);
        else
            copy.WriteNull();
        return this;
    }
}
