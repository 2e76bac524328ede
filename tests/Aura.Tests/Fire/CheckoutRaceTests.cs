using Aura.Payments;
using Aura.Tests.V2;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Fire;

public sealed class CheckoutRaceTests
{
    [Fact]
    public async Task The_return_of_the_browser_races_the_payment_and_one_order_comes_of_it()
    {
        var store = await Store.Open();
        var goods = await store.Stocked();
        var cart = await store.Cart((goods, 1));
        var waiting = (await store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = await CheckoutTests.Saved(store, "4000002760003184") })).Body!;

        var notices = Task.WhenAll(Enumerable.Range(0, 5).Select(_ => store.Database((_, services) => Notice(services, (string?)waiting["payment_id"]))));
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => store.Test.Send($"POST /v2/carts/{cart}/complete", new { })));
        await notices;

        Assert.All(answers, answer => Assert.True(answer.Status is 200 or 201 or 202 or 409, $"{answer.Status}: {answer.Body}"));
        Assert.Equal("paid", (string?)(await store.Test.Ok($"GET /v2/orders/{waiting["order_id"]}"))["payment_status"]);
        Assert.Equal(1, await store.Database((db, _) => db.Events.CountAsync(e => e.Type == "order.created")));
        Assert.Equal(2500, await store.Database((db, _) => db.PaymentIntents.SumAsync(i => i.Captured)));
    }

    [Fact]
    public async Task The_last_piece_is_sold_once()
    {
        var store = await Store.Open();
        var goods = await store.Stocked(stock: 1);
        var carts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.Cart((goods, 1))));

        var answers = await Task.WhenAll(carts.Select(cart => store.Test.Send($"POST /v2/carts/{cart}/checkout", new { payment_method = "card" })));

        Assert.Single(answers, answer => answer.Status == 201);
        Assert.All(answers.Where(answer => answer.Status != 201), answer => Assert.Equal("insufficient_stock", (string?)answer.Body!["error"]!["code"]));
        Assert.Equal(2500, await store.Database((db, _) => db.PaymentIntents.SumAsync(i => i.Captured)));
    }

    /// <summary>The gateway tells how the payment stands.</summary>
    private static async Task<bool> Notice(IServiceProvider services, string? payment)
    {
        var payments = (PaymentProcessing)services.GetService(typeof(PaymentProcessing))!; // it is registered
        await payments.Settle(Id<Payment>.ToNumber(payment)!.Value, 0, default);
        return true;
    }
}
