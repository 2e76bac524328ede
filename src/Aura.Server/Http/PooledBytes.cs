using System.Buffers;
using System.Text.Json;

namespace Aura.Server.Http;

/// <summary>Bytes in memory that is used again: an answer of a hundred kilobytes for each request would soon be all that the collector does.</summary>
internal sealed class PooledBytes : IBufferWriter<byte>, IDisposable
{
    private byte[] bytes = ArrayPool<byte>.Shared.Rent(16 * 1024);
    private int written;

    public ReadOnlyMemory<byte> Written => bytes.AsMemory(0, written);

    /// <summary>A value as JSON.</summary>
    public static PooledBytes Json(object value, JsonSerializerOptions options)
    {
        var buffer = new PooledBytes();
        using var writer = new Utf8JsonWriter(buffer, new() { Encoder = options.Encoder, MaxDepth = options.MaxDepth, SkipValidation = true });
        JsonSerializer.Serialize(writer, value, value.GetType(), options);
        return buffer;
    }

    public void Advance(int count) => written += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (bytes.Length - written < Math.Max(sizeHint, 1))
        {
            var more = ArrayPool<byte>.Shared.Rent(Math.Max(bytes.Length * 2, written + sizeHint));
            Written.CopyTo(more);
            ArrayPool<byte>.Shared.Return(bytes);
            bytes = more;
        }

        return bytes.AsMemory(written);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(bytes);
        (bytes, written) = ([], 0);
    }
}
