using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Aura.Inventory;

/// <summary>The levels of some variants, locked until the transaction ends, and the only writer of levels and ledger.</summary>
/// <remarks>
/// SQL by hand, for this is the hottest contended write: one round trip locks and reads, a second one writes. All levels of a
/// variant are locked, in ascending order, before anything is read in a snapshot that is newer than the lock; so what is read
/// stays true. Overselling does not depend on that: the statement that writes checks again, in its own WHERE.
/// </remarks>
internal sealed class StockBook
{
    private readonly AuraDb db;
    private readonly Dictionary<long, StockedVariant> variants = [];
    private readonly Dictionary<(long Variant, long Warehouse), StockPlace> places = [];
    private readonly Dictionary<(long Variant, long Warehouse), StockPlace> before = [];
    private readonly List<StockSource> sources = [];

    /// <summary>Whose reservations end here, or 0.</summary>
    private readonly long cart;

    private StockBook(AuraDb db, long? cartId) => (this.db, cart) = (db, cartId ?? 0);

    public IReadOnlyDictionary<long, StockedVariant> Variants => variants;
    public IEnumerable<StockPlace> Places => places.Values;
    public IReadOnlyList<StockSource> Sources => sources;
    public StockRouting Routing { get; private set; }
    public long DefaultWarehouseId { get; private set; }

    public StockPlace At(long variant, long? warehouse) =>
        places.GetValueOrDefault((variant, warehouse ?? DefaultWarehouseId)) ?? throw Refused.NotFound(Warehouse.Noun);

    /// <summary>Whether the warehouse is active.</summary>
    public bool Sells(long warehouse) => sources.Any(s => s.WarehouseId == warehouse);

    /// <summary>What can be promised of a variant, over the active warehouses.</summary>
    public long Available(long variant) => Total(places, variant);

    /// <summary>Locks the variants' levels and reads them.</summary>
    /// <param name="wanted">Variants, with the warehouse where they need a level, or null: the default one.</param>
    /// <param name="cartId">A cart whose reservations end here: what it held is free for the caller.</param>
    /// <exception cref="Refused">404 for a variant or warehouse that the store does not have.</exception>
    public static async Task<StockBook> Open(
        AuraDb db, IReadOnlyCollection<(long Variant, long? Warehouse)> wanted, CancellationToken cancellation, long? cartId = null)
    {
        var reading = new Reading(db);
        var book = Open(db, reading, wanted, cartId);
        await reading.Run(cancellation);
        return await book.Demanded(wanted, cancellation);
    }

    /// <summary>The same, together with other questions: the book is filled when they are answered.</summary>
    /// <inheritdoc cref="Open(AuraDb, IReadOnlyCollection{ValueTuple{long, long?}}, CancellationToken, long?)"/>
    public static StockBook Open(AuraDb db, Reading reading, IReadOnlyCollection<(long Variant, long? Warehouse)> wanted, long? cartId = null)
    {
        var book = new StockBook(db, cartId);
        book.AskLevels(reading.Ask(ReadSources, book.ReadSource, db.Caller.TenantId), wanted);
        if (cartId is not null)
            book.EndReservations(reading);
        return book;
    }

    private void EndReservations(Reading reading)
    {
        object[] values = [db.Caller.TenantId, ByHand.One(cart), ByHand.One(db.Now)];
        if (db.Shares)
            db.Later(new(Ending, values) { Step = SharedStep.Reservations });
        else
            reading.Do(Ending, values);
    }

    private void AskLevels(Reading reading, IEnumerable<(long Variant, long? Warehouse)> wanted)
    {
        var ids = ByHand.Several(wanted.Select(w => w.Variant).Distinct());
        if (!db.Shares)
            reading.Ask(Lock, null, db.Caller.TenantId, ids);
        reading.Ask(ReadLevels, ReadLevel, db.Caller.TenantId, ids, cart);
    }

    /// <summary>What was wanted is there: a level that is missing begins at zero now.</summary>
    /// <exception cref="Refused">404 for a variant that the store does not have.</exception>
    public async Task<StockBook> Demanded(IReadOnlyCollection<(long Variant, long? Warehouse)> wanted, CancellationToken cancellation)
    {
        if (!wanted.All(w => variants.ContainsKey(w.Variant)))
            throw Refused.NotFound(Catalog.Variant.Noun);
        if (wanted.Where(w => !places.ContainsKey((w.Variant, w.Warehouse ?? DefaultWarehouseId))).ToList() is not { Count: > 0 } missing)
            return this;
        var reading = new Reading(db).Do(NewLevels, db.Caller.TenantId, missing.Select(w => w.Variant).ToArray(), missing.Select(w => w.Warehouse ?? 0).ToArray(), db.Now);
        AskLevels(reading, wanted);
        await reading.Run(cancellation);
        return this;
    }

    /// <summary>Appends movements to the ledger and moves the levels with them, all in one statement, or refuses.</summary>
    /// <exception cref="Refused">409 <c>insufficient_stock</c> where a level would fall below what it may.</exception>
    /// <param name="later">With the transaction's next save; null: now.</param>
    public async Task Write(IReadOnlyList<StockMove> moves, StockPaper paper, CancellationToken cancellation, bool later = false)
    {
        if (moves.Count == 0)
            return;
        object[] values =
        [
            db.Caller.TenantId, moves.Select(m => Words<StockMovementKind>.Of(m.Kind)).ToArray(), moves.Select(m => m.VariantId).ToArray(),
            moves.Select(m => m.WarehouseId).ToArray(), moves.Select(m => m.Quantity).ToArray(), moves.Select(m => m.OnHand).ToArray(),
            moves.Select(m => m.Allocated).ToArray(), moves.Select(Least).ToArray(),
            Each(paper.Reason), Each(paper.Note), Each(paper.OrderId), Each(paper.Reference), Each(db.Caller.Actor), Each(db.Now),
        ];
        if (later)
            db.Later(new(Noting, values) { With = $"{Moving},", Rows = "cardinality($2)", Otherwise = () => Lacking(moves, isTaken: true), Step = SharedStep.StockMovements });
        else
            await WriteNow(moves, values, cancellation);
        foreach (var move in moves)
            Change(move.VariantId, move.WarehouseId, p => p with { OnHand = p.OnHand + move.OnHand, Allocated = p.Allocated + move.Allocated });
        if (db.Shares)
            LockLater(moves);
        else
            await Watch(cancellation);

        T[] Each<T>(T value) => [.. Enumerable.Repeat(value, moves.Count)];
    }

    /// <summary>What has to be available of it afterwards; null: it may fall below zero.</summary>
    /// <remarks>Where nothing is locked yet, so much that nobody is to be told that it runs out, wherever the rest of it lies.</remarks>
    private long? Least(StockMove move) => !move.IsBounded ? null
        : db.Shares ? Math.Max(1, variants[move.VariantId].HighestThreshold)
        : variants[move.VariantId].AllowsBackorder ? null : 0;

    /// <summary>Locks the levels with what else is written together.</summary>
    /// <exception cref="NotShared">Somebody has to be told, or may have to be.</exception>
    private void LockLater(IReadOnlyList<StockMove> moves)
    {
        if (moves.Any(m => places[(m.VariantId, m.WarehouseId)].Available < Least(m) || sources.Count > 1 && variants[m.VariantId].AllowsBackorder))
            throw new NotShared();
        db.Later(new(Lock, [db.Caller.TenantId, moves.Select(m => m.VariantId).ToArray()]) { Step = SharedStep.StockLevels });
    }

    private async Task WriteNow(IReadOnlyList<StockMove> moves, object[] values, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch();
        batch.Add($"WITH {Moving} {Noting}", values);
        if (await db.Tell(batch, cancellation) != moves.Count)
            throw Lacking(moves, isTaken: false);
    }

    /// <param name="isTaken">The moves are in what is available here.</param>
    private Refused Lacking(IReadOnlyList<StockMove> moves, bool isTaken) => Short([.. moves.Where(m => m.OnHand < 0 || m.Allocated > 0)
        .GroupBy(m => m.VariantId, (variant, all) => (Variant: variant, Wanted: all.Sum(m => Math.Max(m.Allocated, -m.OnHand))))
        .Select(lack => new StockShortage(lack.Variant, lack.Wanted, Available(lack.Variant) + (isTaken ? lack.Wanted : 0)))]);

    /// <summary>Holds stock, and tells who watches it.</summary>
    public async Task Hold(IReadOnlyList<Reservation> reservations, CancellationToken cancellation)
    {
        db.Reservations.AddRange(reservations);
        foreach (var held in reservations)
            Change(held.VariantId, held.WarehouseId, p => p with { Held = p.Held + held.Quantity });
        await Watch(cancellation);
    }

    /// <summary>Sets what cannot be sold, notes it in the audit log, and tells who watches.</summary>
    public async Task Withhold(StockPlace place, WithheldStock withheld, CancellationToken cancellation)
    {
        var level = await db.StockLevels.SingleAsync(l => l.VariantId == place.VariantId && l.WarehouseId == place.WarehouseId, cancellation);
        var changes = level.Withhold(withheld, db.Now);
        var after = place with { Unavailable = level.Damaged + level.QualityControl + level.SafetyStock };
        if (after.Available < Math.Min(place.Available, 0))
            throw Short([new(place.VariantId, after.Unavailable - place.Unavailable, place.Available)]);
        db.AuditLogs.Add(AuditEntry.Of("inventory", "withheld", $"{new Id<Catalog.Variant>(place.VariantId)}", db, changes));
        Change(place.VariantId, place.WarehouseId, _ => after);
        await Watch(cancellation);
    }

    public static Refused Short(IReadOnlyList<StockShortage> items) => Refused.Conflict(
        "insufficient_stock", "There is not enough stock.",
        new { Items = items.Select(i => new { VariantId = $"{new Id<Catalog.Variant>(i.VariantId)}", i.Requested, Available = Math.Max(i.Available, 0) }).ToArray() });

    private void Change(long variant, long warehouse, Func<StockPlace, StockPlace> change) =>
        places[(variant, warehouse)] = change(places[(variant, warehouse)]);

    /// <summary>Says that stock ran low or out, where it just did.</summary>
    private async Task Watch(CancellationToken cancellation)
    {
        var fallen = variants.Values.Where(v => v.Tracks && places.Any(p => p.Key.Variant == v.Id && p.Value.Available < before[p.Key].Available)).ToList();
        foreach (var variant in fallen.Where(v => Total(before, v.Id) > 0 && Available(v.Id) <= 0))
            StockNews.OutOfStock(db, variant, Available(variant.Id));

        var watched = fallen.Where(v => places.Any(p => p.Key.Variant == v.Id && Math.Min(p.Value.Available, Available(v.Id)) < v.HighestThreshold)).ToList();
        if (watched.Count > 0)
        {
            var products = watched.Select(v => v.ProductId).Distinct().ToArray();
            var alerts = await db.StockAlerts.Where(a => products.Contains(a.ProductId)).OrderBy(a => a.Id).ToListAsync(cancellation);
            foreach (var variant in watched)
                foreach (var alert in alerts.Where(a => a.ProductId == variant.ProductId && a.Watches(variant.Id)))
                    if (Seen(before, alert, variant.Id) is { } was && Seen(places, alert, variant.Id) is { } now && alert.Crossed(was, now))
                        StockNews.Low(db, alert, variant, now);
        }

        foreach (var (key, place) in places)
            before[key] = place;
    }

    private long Total(Dictionary<(long Variant, long Warehouse), StockPlace> at, long variant) =>
        sources.Sum(s => at.GetValueOrDefault((variant, s.WarehouseId))?.Available ?? 0);

    private long? Seen(Dictionary<(long Variant, long Warehouse), StockPlace> at, StockAlert alert, long variant) =>
        alert.WarehouseId is { } warehouse ? at.GetValueOrDefault((variant, warehouse))?.Available : Total(at, variant);

    private void ReadSource(NpgsqlDataReader row)
    {
        var id = row.GetInt64(0);
        if (row.GetBoolean(2))
            sources.Add(new(id, row.GetInt32(1)));
        if (row.GetBoolean(3))
            DefaultWarehouseId = id;
        if (Words<StockRouting>.TryParse(row.IsDBNull(4) ? null : row.GetString(4), out var routing))
            Routing = routing;
    }

    private void ReadLevel(NpgsqlDataReader row)
    {
        var variant = new StockedVariant(row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetBoolean(3), row.GetBoolean(4), row.GetInt64(5));
        variants[variant.Id] = variant;
        if (row.IsDBNull(6))
            return;
        var place = new StockPlace(variant.Id, row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9), row.GetInt64(10));
        var key = (place.VariantId, place.WarehouseId);
        if (!places.TryAdd(key, place))
            return; // read and locked before
        before[key] = place with { Held = place.Held + row.GetInt64(11) };
    }

    /// <summary>A level that is missing begins at zero. In the order of the lock, which follows.</summary>
    private const string NewLevels = """
        INSERT INTO stock_levels (tenant_id, id, variant_id, warehouse_id, on_hand, allocated, damaged, quality_control, safety_stock, updated_at)
        SELECT $1, nextval('ids'), missing.variant_id, missing.warehouse_id, 0, 0, 0, 0, 0, $4
        FROM (
          SELECT DISTINCT v.id AS variant_id, w.id AS warehouse_id
          FROM unnest($2::bigint[], $3::bigint[]) AS wanted(variant_id, warehouse_id)
          JOIN variants v ON v.tenant_id = $1 AND v.id = wanted.variant_id
          JOIN warehouses w ON w.tenant_id = $1 AND (w.id = wanted.warehouse_id OR wanted.warehouse_id = 0 AND w.is_default)
          WHERE NOT EXISTS (SELECT FROM stock_levels l WHERE l.tenant_id = $1 AND l.variant_id = v.id AND l.warehouse_id = w.id)
          ORDER BY v.id, w.id) missing
        ON CONFLICT ON CONSTRAINT stock_levels_place DO NOTHING
        """;

    private const string Lock = """
        SELECT id FROM stock_levels WHERE tenant_id = $1 AND variant_id = ANY($2) ORDER BY variant_id, warehouse_id FOR NO KEY UPDATE
        """;

    private const string ReadSources = """
        SELECT w.id, w.priority, w.active, w.is_default, s.settings ->> 'routing'
        FROM warehouses w JOIN stores s ON s.id = w.tenant_id WHERE w.tenant_id = $1
        """;

    private const string ReadLevels = """
        SELECT v.id, v.product_id, v.sku, v.tracks_inventory, v.allows_backorder,
          (SELECT coalesce(max(a.threshold), -1) FROM stock_alerts a WHERE a.tenant_id = $1 AND a.product_id = v.product_id),
          l.warehouse_id, l.on_hand, l.allocated, l.damaged + l.quality_control + l.safety_stock, coalesce(held.by_others, 0), coalesce(held.by_cart, 0)
        FROM variants v
        LEFT JOIN stock_levels l ON l.tenant_id = $1 AND l.variant_id = v.id
        LEFT JOIN (
          SELECT variant_id, warehouse_id,
            sum(quantity) FILTER (WHERE cart_id IS DISTINCT FROM $3)::bigint AS by_others, sum(quantity) FILTER (WHERE cart_id = $3)::bigint AS by_cart
          FROM reservations
          WHERE tenant_id = $1 AND variant_id = ANY($2) AND released_at IS NULL AND expires_at > (SELECT store_now($1))
          GROUP BY variant_id, warehouse_id) held ON held.variant_id = v.id AND held.warehouse_id = l.warehouse_id
        WHERE v.tenant_id = $1 AND v.id = ANY($2)
        """;

    private const string Ending = """
        UPDATE reservations SET released_at = asked.at, updated_at = asked.at, version = version + 1 FROM unnest($2::bigint[], $3::timestamptz[]) AS asked (cart_id, at)
        WHERE tenant_id = $1 AND reservations.cart_id = asked.cart_id AND released_at IS NULL
        """;

    private const string Moving = """
        move AS (
          SELECT * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::text[], $10::text[], $11::bigint[], $12::text[], $13::text[], $14::timestamptz[])
            AS m(kind, variant_id, warehouse_id, quantity, on_hand, allocated, least, reason, note, order_id, reference, actor, moved_at)
        ), change AS (
          SELECT variant_id, warehouse_id, sum(on_hand)::bigint AS on_hand, sum(allocated)::bigint AS allocated, max(least) AS least, max(moved_at) AS moved_at
          FROM move GROUP BY variant_id, warehouse_id
        ), moved AS (
          UPDATE stock_levels l SET on_hand = l.on_hand + c.on_hand, allocated = l.allocated + c.allocated, updated_at = c.moved_at
          FROM change c
          WHERE l.tenant_id = $1 AND l.variant_id = c.variant_id AND l.warehouse_id = c.warehouse_id
            AND l.on_hand + c.on_hand >= 0 AND l.allocated + c.allocated >= 0
            AND (c.least IS NULL OR l.on_hand + c.on_hand - l.allocated - c.allocated - l.damaged - l.quality_control - l.safety_stock
              - coalesce((SELECT sum(r.quantity) FROM reservations r WHERE r.tenant_id = $1 AND r.variant_id = l.variant_id AND r.warehouse_id = l.warehouse_id
          AND r.released_at IS NULL AND r.expires_at > now() + (SELECT clock_offset FROM stores WHERE id = $1)), 0) >= c.least)
          RETURNING l.variant_id, l.warehouse_id
        )
        """;

    private const string Noting = """
        INSERT INTO stock_movements (tenant_id, id, variant_id, warehouse_id, kind, quantity, reason, note, order_id, reference, actor, created_at)
        SELECT $1, nextval('ids'), m.variant_id, m.warehouse_id, m.kind, m.quantity, m.reason, m.note, m.order_id, m.reference, m.actor, m.moved_at
        FROM move m JOIN moved USING (variant_id, warehouse_id)
        """;
}

/// <param name="HighestThreshold">Of the alerts on its product; -1: there is none.</param>
internal sealed record StockedVariant(long Id, long ProductId, string Sku, bool Tracks, bool AllowsBackorder, long HighestThreshold);

/// <summary>A movement about to be written.</summary>
internal sealed record StockMove(StockMovementKind Kind, long VariantId, long WarehouseId, long Quantity)
{
    public long OnHand => Kind switch
    {
        StockMovementKind.Received or StockMovementKind.Adjusted => Quantity,
        StockMovementKind.Shipped => -Quantity,
        _ => 0,
    };

    public long Allocated => Kind switch
    {
        StockMovementKind.Allocated => Quantity,
        StockMovementKind.Shipped or StockMovementKind.Released => -Quantity,
        _ => 0,
    };

    /// <summary>Whether it takes from what can be promised, which then may not fall below zero.</summary>
    public bool IsBounded => OnHand - Allocated < 0;
}

/// <summary>What the ledger says of a movement besides its quantity.</summary>
public sealed record StockPaper(string? Reason = null, string? Note = null, long? OrderId = null, string? Reference = null);
