using System.Buffers;
using System.Text.Json;

namespace Aura.Floor;

/// <summary>A JSON answer that is written into a buffer of the thread's own and sent in one piece.</summary>
internal static class Answer
{
    [ThreadStatic] private static ArrayBufferWriter<byte>? kept;

    private static readonly JsonWriterOptions Trusting = new() { SkipValidation = true };

    public static Task Send<T>(HttpResponse response, T content, Action<Utf8JsonWriter, T> write)
    {
        var buffer = kept ??= new(64 * 1024);
        buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(buffer, Trusting))
            write(json, content);
        response.ContentType = "application/json";
        response.ContentLength = buffer.WrittenCount;
        response.BodyWriter.Write(buffer.WrittenSpan); // copied, so that the buffer is free again
        return response.BodyWriter.FlushAsync().AsTask();
    }

    /// <summary>A column with JSON, as it is.</summary>
    public static void Raw(this Utf8JsonWriter json, string name, string value)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(value, skipInputValidation: true);
    }

    public static void Words(this Utf8JsonWriter json, string name, string[] words)
    {
        json.WriteStartArray(name);
        foreach (var word in words)
            json.WriteStringValue(word);
        json.WriteEndArray();
    }

    public static void Amount(this Utf8JsonWriter json, string name, long minor) => json.WriteNumber(name, minor / 100m);

    public static void Amount(this Utf8JsonWriter json, string name, long? minor)
    {
        if (minor is { } given)
            json.Amount(name, given);
        else
            json.WriteNull(name);
    }
}
