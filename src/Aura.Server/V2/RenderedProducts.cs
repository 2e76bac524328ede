using System.Collections.Concurrent;
using Aura.Persistence;

namespace Aura.Server.V2;

/// <summary>Rendered products of all stores, as many as fit into a number of bytes; those that nobody asks for go first.</summary>
/// <remarks>Two generations: when the young one has half of the bytes it becomes the old one, and the old one is forgotten. What is found
/// in the old one is young again. Nothing here is ever wrong by being late: whoever uses a rendering compares its revision.</remarks>
internal sealed class RenderedProducts(long most)
{
    private readonly Lock turn = new();
    private volatile Generation young = new();
    private volatile Generation old = new();

    public long Bytes => Interlocked.Read(ref young.Bytes) + Interlocked.Read(ref old.Bytes);

    public RenderedProduct? Find(RowKey product, PriceForm form)
    {
        if (young.Products.TryGetValue((product, form), out var found))
            return found;
        if (old.Products.TryGetValue((product, form), out found))
            Keep(product, form, found);
        return found;
    }

    public void Keep(RowKey product, PriceForm form, RenderedProduct rendered)
    {
        if (rendered.Size > most / 2)
            return;
        var generation = young;
        generation.Products[(product, form)] = rendered;
        if (Interlocked.Add(ref generation.Bytes, rendered.Size) > most / 2) // what was replaced counts as well: the generation ends a little early
            lock (turn)
                if (young == generation)
                    (old, young) = (generation, new());
    }

    private sealed class Generation
    {
        public readonly ConcurrentDictionary<(RowKey, PriceForm), RenderedProduct> Products = new();
        public long Bytes;
    }
}
