using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Aura.Inventory;
using Aura.Server.Http;

namespace Aura.Server.V2;

/// <summary>A product as JSON, with gaps where the numbers of its stock belong: all that changes without a new revision.</summary>
/// <remarks>It is made by the ordinary serialiser of a product without stock, so that it says what the ordinary answer says; a test compares them.</remarks>
internal sealed class RenderedProduct
{
    private const int MostDigits = 20;

    private readonly byte[] json;
    private readonly int[] gaps;
    private readonly byte[] hash;

    private RenderedProduct(ProductOnOffer offer, byte[] json, int[] gaps, long[] variants)
    {
        (this.json, this.gaps, hash, Variants) = (json, gaps, SHA256.HashData(json), variants);
        (Revision, Version, UpdatedAt) = (offer.Revision, offer.Product.Version, offer.Product.UpdatedAt);
    }

    public long Revision { get; }
    public int Version { get; }
    public DateTime UpdatedAt { get; }

    /// <summary>Those whose stock is shown.</summary>
    public IReadOnlyList<long> Variants { get; }

    /// <summary>About how many bytes it takes in memory.</summary>
    public int Size => 300 + json.Length + sizeof(int) * gaps.Length + sizeof(long) * Variants.Count;

    public static RenderedProduct Of(ProductOnOffer offer, PriceForm form, JsonSerializerOptions options)
    {
        long[] variants = [.. offer.Variants.Where(v => v.TracksInventory).Select(v => v.Id)];
        var (json, gaps) = Punched(JsonSerializer.SerializeToUtf8Bytes(ProductResponse.Of(offer with { Available = new Dictionary<long, long>() }, form), options));
        return gaps.Length == (variants.Length == 0 ? 0 : variants.Length + 1)
            ? new(offer, json, gaps, variants)
            : throw new InvalidOperationException($"A product shows the stock of {variants.Length} variants and the sum, not {gaps.Length} numbers.");
    }

    /// <summary>With what is in stock now: a number for each variant that counts, and their sum.</summary>
    public ShownProduct With(IReadOnlyDictionary<long, long> available)
    {
        var numbers = new long[gaps.Length];
        for (var i = 0; i < Variants.Count; i++)
            numbers[^1] = checked(numbers[^1] + (numbers[i] = available.GetValueOrDefault(Variants[i])));
        return new(this, numbers);
    }

    public int Length(ReadOnlySpan<long> numbers)
    {
        var length = json.Length;
        Span<byte> text = stackalloc byte[MostDigits];
        foreach (var number in numbers)
            length += Utf8Formatter.TryFormat(number, text, out var digits) ? digits : 0;
        return length;
    }

    public void Write(IBufferWriter<byte> body, ReadOnlySpan<long> numbers)
    {
        var from = 0;
        for (var i = 0; i < gaps.Length; from = gaps[i++])
        {
            body.Write(json.AsSpan(from..gaps[i]));
            Utf8Formatter.TryFormat(numbers[i], body.GetSpan(MostDigits), out var digits);
            body.Advance(digits);
        }

        body.Write(json.AsSpan(from));
    }

    /// <summary>Adds what tells this product with this stock from everything else.</summary>
    public void Identify(IncrementalHash all, ReadOnlySpan<long> numbers)
    {
        all.AppendData(hash);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var one in numbers)
        {
            BinaryPrimitives.WriteInt64LittleEndian(number, one);
            all.AppendData(number);
        }
    }

    /// <summary>Takes out the noughts of the stock. Within text a quote is always escaped, so that nobody can write one of these.</summary>
    private static (byte[] Json, int[] Gaps) Punched(ReadOnlySpan<byte> json)
    {
        var nought = "\"inventory\":0"u8;
        var (kept, gaps) = (new ArrayBufferWriter<byte>(json.Length), new List<int>());
        for (int at; (at = json.IndexOf(nought)) >= 0; json = json[(at + nought.Length)..])
        {
            kept.Write(json[..(at + nought.Length - 1)]);
            gaps.Add(kept.WrittenCount);
        }

        kept.Write(json);
        return (kept.WrittenSpan.ToArray(), [.. gaps]);
    }
}

/// <summary>A product with the stock that it has now: an answer.</summary>
internal sealed class ShownProduct(RenderedProduct rendered, long[] numbers) : IResult
{
    public int Length => rendered.Length(numbers);

    public void Write(IBufferWriter<byte> body) => rendered.Write(body, numbers);

    public void Identify(IncrementalHash all) => rendered.Identify(all, numbers);

    public Task ExecuteAsync(HttpContext http)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Identify(all);
        if (http.IsKnown(ETags.Of(all, rendered.Version), rendered.UpdatedAt))
            return Task.CompletedTask;
        http.StartJson(Length);
        Write(http.Response.BodyWriter);
        return http.Response.BodyWriter.FlushAsync(http.RequestAborted).AsTask();
    }
}

/// <summary>A page of products: an answer.</summary>
internal sealed class ShownProductPage(IReadOnlyList<ShownProduct> products, Pagination pagination, JsonSerializerOptions options) : IResult
{
    public Task ExecuteAsync(HttpContext http)
    {
        var end = JsonSerializer.SerializeToUtf8Bytes(pagination, options);
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        all.AppendData(end);
        var length = end.Length + "{\"data\":[],\"pagination\":}".Length + Math.Max(0, products.Count - 1);
        foreach (var product in products)
        {
            product.Identify(all);
            length += product.Length;
        }

        if (http.IsKnown(ETags.Of(all, null), null))
            return Task.CompletedTask;
        http.StartJson(length);
        Write(http.Response.BodyWriter, end);
        return http.Response.BodyWriter.FlushAsync(http.RequestAborted).AsTask();
    }

    private void Write(IBufferWriter<byte> body, ReadOnlySpan<byte> end)
    {
        body.Write("{\"data\":["u8);
        for (var i = 0; i < products.Count; i++)
        {
            if (i > 0)
                body.Write(","u8);
            products[i].Write(body);
        }

        body.Write("],\"pagination\":"u8);
        body.Write(end);
        body.Write("}"u8);
    }
}
