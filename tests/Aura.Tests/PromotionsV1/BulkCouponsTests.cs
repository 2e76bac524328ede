using System.Text.Json.Nodes;
using Aura.Persistence;
using Aura.Promotions;
using Aura.Tests.Promotions;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.PromotionsV1;

public sealed class BulkCouponsTests
{
    private const string Bulk = "/api/v1/coupons/bulk/";

    [Fact]
    public async Task The_thousand_coupons_of_the_document_are_made_at_once_all_different_and_easy_to_read()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));

        var (status, made) = await store.Test.Send($"POST {Bulk}{promotion.Id}", """
            {"count": 1000, "coupon_config": {"max_uses": 1, "max_uses_per_customer": 1, "expires_at": "2099-08-31T23:59:59Z", "code_length": 8, "code_prefix": "SUMMER", "exclude_ambiguous": true}}
            """);

        Assert.Equal((201, true, 1000), (status, (bool)made!["success"]!, (int)made["coupons_created"]!));
        Assert.Matches(@"^\d+\.\ds$", (string?)made["generation_time"]);
        var coupons = made["coupons"]!.AsArray();
        Assert.Equal(1000, coupons.Select(coupon => (string?)coupon!["code"]).Distinct().Count());
        Assert.Equal(1000, coupons.Select(coupon => (long)coupon!["id"]!).Distinct().Count());
        Assert.All(coupons, coupon => Assert.Matches("^SUMMER[2-9A-HJKMNP-Z]{8}$", (string?)coupon!["code"]));
        var first = await store.Test.Ok($"GET /api/v1/coupons/{coupons[0]!["id"]}");
        Assert.Equal(((string?)coupons[0]!["code"], "active", 1, 1), ((string?)first["code"], (string?)first["status"], (int)first["max_uses"]!, (int)first["max_uses_per_customer"]!));
        Assert.Equal((string?)coupons[0]!["created_at"], (string?)first["created_at"]);
        Assert.Equal(1000, (int)(await store.Test.Ok($"GET /api/v1/coupons/?bulk_id={made["bulk_id"]}"))["pagination"]!["total_items"]!);
        Assert.Equal(20m, (decimal)(await store.Test.Ok($"POST /api/v1/coupons/redeem/{first["code"]}", new { customer_id = 1, order_amount = 80 }))["discount_amount"]!);
        await store.Verify();
    }

    [Fact]
    public async Task Codes_that_could_be_guessed_are_refused_and_those_of_former_batches_count()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        object Wanted(int count, int length) => new { count, coupon_config = new { code_length = length, code_prefix = "X" } };

        var (status, refusal) = await store.Test.Send($"POST {Bulk}{promotion.Id}", Wanted(1000, 5));
        Assert.Equal((422, "CODES_TOO_SHORT"), (status, (string?)refusal!["code"]));
        Assert.Contains("they need 7", (string?)refusal["detail"], StringComparison.Ordinal);
        await store.Test.Ok($"POST {Bulk}{promotion.Id}", Wanted(800, 6));
        Assert.Equal(422, (await store.Test.Send($"POST {Bulk}{promotion.Id}", Wanted(100, 6))).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Bulk}{promotion.Id}", new { count = 0 })).Status);
        Assert.Equal(422, (await store.Test.Send($"POST {Bulk}{promotion.Id}", new { count = 1_000_001 })).Status);
    }

    [Fact]
    public async Task A_large_batch_is_made_by_a_job_and_downloaded()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));

        var (status, job) = await store.Test.Send($"POST {Bulk}{promotion.Id}", new { count = 12_345, coupon_config = new { max_uses = 1 } });
        Assert.Equal(202, status);
        Assert.Equal(12_345, (int)job!["count"]!);
        await store.Advance("PT0S");

        var done = await store.Test.Ok($"GET {Bulk}{job["id"]}");
        Assert.Equal(("completed", 100, 12_345), ((string?)done["status"], (int)done["progress"]!, (int)done["coupons_created"]!));
        Assert.Equal(("completed", 12_345), ((string?)(await store.Test.Ok($"GET /v2/jobs/job_{job["job_id"]}"))["status"], (int)(await store.Test.Ok($"GET /v2/jobs/job_{job["job_id"]}"))["result"]!["coupons_created"]!));
        using var file = await store.Test.Answer($"GET {done["download_url"]}");
        var lines = (await file.Content.ReadAsStringAsync()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(("text/csv", "id,code,status,max_uses,current_uses,expires_at,created_at"), (file.Content.Headers.ContentType?.MediaType, lines[0]));
        Assert.Equal(12_345, lines[1..].Select(line => line.Split(',')[1]).Distinct().Count());
        Assert.Equal(404, (await (await Store.Open()).Test.Send($"GET {done["download_url"]}")).Status);
        Assert.Equal(12_345, await store.Database((db, _) => db.Coupons.CountAsync(c => c.PromotionId == promotion.Id)));
    }

    [Fact]
    public async Task Workers_that_are_cut_off_or_doubled_make_neither_too_few_nor_too_many()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        var batch = await store.Database(async (db, _) =>
        {
            var batch = CouponBatch.Create(promotion.Id, 22_000, new(9), new(), 0);
            db.CouponBatches.Add(batch);
            await db.SaveChangesAsync();
            return batch.Id;
        });

        using var killed = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.Database(db => db.Finish(batch, (made, _) => made >= 10_000 ? killed.CancelAsync() : Task.CompletedTask, killed.Token)));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => store.Database(db => db.Finish(batch, (_, _) => Task.CompletedTask, default))));

        var (made, kept) = await store.Database(async (db, _) =>
            (await db.Coupons.CountAsync(c => c.BatchId == batch), await db.CouponBatches.Where(b => b.Id == batch).Select(b => b.Made).SingleAsync()));
        Assert.Equal((22_000, 22_000), (made, kept));
    }

    [Fact]
    public async Task A_code_that_is_taken_is_made_anew()
    {
        var store = await Store.Open();
        var promotion = await store.Offer(Offers.Percent(25));
        var form = new CodeForm(1); // as no batch may have it: half of its 31 codes are taken

        var codes = await store.Database(async (db, _) =>
        {
            await db.Database.BeginTransactionAsync();
            foreach (var symbol in form.Symbols[..20])
                db.Coupons.Add(Coupon.Create(promotion, $"{symbol}", new()));
            await db.SaveChangesAsync();
            var batch = Batch(promotion.Id, form, 11);
            return (await db.MintNow(batch, default)).Select(coupon => coupon.Code).ToList();
        });

        Assert.Equal(form.Symbols[20..].Order(), codes.Select(code => code[0]).Order());
    }

    /// <summary>A batch that no rule has looked at.</summary>
    private static CouponBatch Batch(long promotion, CodeForm form, int count)
    {
        var batch = CouponBatch.Create(promotion, count, new(10), new(), 0);
        typeof(CouponBatch).GetProperty(nameof(CouponBatch.CodeLength))!.SetValue(batch, form.Length);
        return batch;
    }
}
