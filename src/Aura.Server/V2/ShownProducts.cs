using System.Text.Json;
using Aura.Inventory;
using Aura.Persistence;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aura.Server.V2;

/// <summary>Answers with products of which most are rendered already, and reads for all who ask at the same time in one round trip.</summary>
/// <remarks>However many ask for the same product at once, one round trip reads and renders it once.</remarks>
internal sealed class ShownProducts
{
    /// <summary>Products of one round trip; a single question may be longer.</summary>
    private const int MostAtOnce = 500;

    private readonly NpgsqlDataSource source;
    private readonly RenderedProducts rendered;
    private readonly SharedRoundTrips<Question, ShownProduct?[]> asked;

    public ShownProducts(NpgsqlDataSource source, IOptions<JsonOptions> json, ServerOptions options)
    {
        (this.source, Json, rendered) = (source, json.Value.SerializerOptions, new(options.ProductCache * 1024L * 1024));
        asked = new(MostAtOnce, question => question.Products.Count, Answer);
    }

    public JsonSerializerOptions Json { get; }

    /// <returns>Null where there is no such product.</returns>
    public async Task<ShownProduct?> Of(RowKey product, PriceForm form, DateTime now, CancellationToken cancellation) =>
        (await Of([product], form, now, cancellation))[0];

    /// <param name="now">The time in the store.</param>
    /// <returns>In the order of the keys; null where there is no such product.</returns>
    public Task<ShownProduct?[]> Of(IReadOnlyList<RowKey> products, PriceForm form, DateTime now, CancellationToken cancellation) => asked.Ask(new(products, form, now), cancellation);

    private async Task<IReadOnlyList<ShownProduct?[]>> Answer(IReadOnlyList<Question> questions)
    {
        var settled = new Dictionary<(RowKey, PriceForm), ShownProduct?>();
        var open = new Dictionary<(RowKey Key, PriceForm Form), Item>();
        foreach (var question in questions)
            foreach (var key in question.Products)
                if (!open.TryAdd((key, question.Form), new(question.Now, rendered.Find(key, question.Form))) && open[(key, question.Form)] is var first && first.Now < question.Now)
                    open[(key, question.Form)] = first with { Now = question.Now };
        while (open.Count > 0)
        {
            var news = await News(open);
            var read = news.Read.ToDictionary(offer => new RowKey(offer.Product.TenantId, offer.Product.Id));
            var stale = new Dictionary<(RowKey, PriceForm), Item>();
            foreach (var (asked, item) in open)
                if (Settle(asked.Key, asked.Form, item.Rendered, news, read.GetValueOrDefault(asked.Key), out var shown))
                    settled[asked] = shown;
                else
                    stale[asked] = item with { Rendered = null };
            open = stale;
        }

        return [.. questions.Select(question => question.Products.Select(key => settled[(key, question.Form)]).ToArray())];
    }

    private Task<ProductNews> News(Dictionary<(RowKey Key, PriceForm Form), Item> open)
    {
        var (kept, stock, wanted) = (new List<RowKey>(open.Count), new Dictionary<RowKey, DateTime>(), new Dictionary<RowKey, DateTime>());
        foreach (var ((key, _), item) in open)
            if (item.Rendered is null)
                wanted[key] = item.Now;
            else
            {
                kept.Add(key);
                foreach (var variant in item.Rendered.Variants)
                    stock[new(key.TenantId, variant)] = item.Now;
            }

        return source.News(kept, stock, wanted, CancellationToken.None);
    }

    /// <returns>False: what is rendered is no longer so, and the product has to be read.</returns>
    private bool Settle(RowKey key, PriceForm form, RenderedProduct? known, ProductNews news, ProductOnOffer? read, out ShownProduct? shown)
    {
        shown = null;
        if (!news.Revisions.TryGetValue(key, out var revision))
            return true;
        if (known?.Revision == revision)
        {
            shown = known.With(news.Available);
            return true;
        }

        if (read is null)
            return false;
        var fresh = RenderedProduct.Of(read, form, Json);
        if (fresh.Revision == revision) // otherwise it changed while it was read: its parts may be of two times
            rendered.Keep(key, form, fresh);
        shown = fresh.With(read.Available);
        return true;
    }

    private sealed record Question(IReadOnlyList<RowKey> Products, PriceForm Form, DateTime Now);

    private readonly record struct Item(DateTime Now, RenderedProduct? Rendered);
}
