using Aura.Carts;
using Aura.Connectors.Payments;
using Aura.Inventory;
using Aura.Jobs;
using Aura.Payments;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Orders;

/// <summary>What the customer says last.</summary>
public sealed record CheckoutWish
{
    public PayWith? Method { get; init; }
    public CaptureMethod Capture { get; init; } = CaptureMethod.Automatic;
    public string? ReturnUrl { get; init; }
    public string? ShippingMethod { get; init; }
    public Address? ShippingAddress { get; init; }
    public Address? BillingAddress { get; init; }
    public string? Email { get; init; }

    /// <summary>Pay with the customer's credit first, and the rest by <see cref="Method"/>.</summary>
    public bool UseCredit { get; init; }

    /// <summary>In major units, the most credit to use; null: as much as there is.</summary>
    public decimal? MaxCredit { get; init; }

    /// <summary>In major units, what the customer was shown; null: whatever it is.</summary>
    public decimal? ExpectedTotal { get; init; }
}

/// <summary>How far a checkout got.</summary>
/// <param name="Order">Placed, unless <paramref name="Payment"/> waits for the payer or the gateway: then it is a draft.</param>
/// <param name="IsReplay">The cart had become this order before.</param>
public sealed record CheckoutState(Order Order, PaymentIntent? Payment, bool IsReplay = false);

/// <summary>Turns a cart into one order that is paid once: prepare, pay, finalize.</summary>
/// <remarks>
/// Prepare is a transaction that locks the cart, sets the stock aside and writes a draft. Paying is outside of any. What makes the
/// draft an order is <see cref="OrderPayments"/>, in the transaction that records the money: the browser's return, the gateway's
/// notice and the job that repeats a lost call all end there, and whichever is first places the order.
/// </remarks>
public sealed class Checkout(AuraDb db, BasketPricing pricing, OrderPlacement placement, CartEditing carts, PaymentProcessing payments)
{
    /// <summary>How long a payer may take for a challenge before the goods are given free again.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    /// <summary>Of one attempt to pay for a draft; the payment knows it as its once-key.</summary>
    public static string PaymentKey(Order order) => $"checkout:{order.Id}:{order.CheckoutAttempt}";

    /// <summary>Checks a cart out, or says how its checkout stands.</summary>
    /// <exception cref="Refused">409 <c>completion_in_progress</c>, <c>cart_changed</c> or <c>insufficient_stock</c>; 422 with
    /// <c>errors</c> by step, or <c>payment_failed</c>; 503 when the gateway cannot be reached and nothing was charged.</exception>
    public async Task<CheckoutState> Run(Id<Cart> id, CheckoutWish wish, CancellationToken cancellation)
    {
        var prepared = await Prepare(id, wish, mayReplace: false, cancellation);
        if (prepared.WasBegun)
        {
            if (await Waiting(id, cancellation) is { } waiting && !await Replaced(waiting, wish.Method, cancellation))
                return await State(id, waiting, true, cancellation);
            prepared = await Prepare(id, wish, mayReplace: true, cancellation);
        }

        if (prepared.Order is not { } order)
            throw new InvalidOperationException("What may replace a draft has an order.");
        if (prepared.IsReplay || !order.IsDraft)
            return new(order, null, prepared.IsReplay);
        var payment = await Pay(order, prepared, wish, cancellation);
        var now = payment == prepared.Payment ? order : db.ChangeTracker.Entries<Order>().FirstOrDefault(row => row.Entity.Id == order.Id)?.Entity; // read again, it is another
        return now is { IsDraft: false } ? new(now, null) : await State(id, payment, false, cancellation);
    }

    /// <summary>Goes on after the payer was away: the challenge is over, or the gateway's answer was lost.</summary>
    /// <param name="challenge">How the challenge ended; null: the gateway knows.</param>
    /// <exception cref="Refused">404 when no checkout was begun; 422 <c>payment_failed</c>.</exception>
    public async Task<CheckoutState> Continue(Id<Cart> id, Challenge? challenge, CancellationToken cancellation)
    {
        if (await Waiting(id, cancellation) is not { } payment)
            return await State(id, null, true, cancellation);
        if (payment.Status == IntentStatus.RequiresAction)
            payment = await payments.Confirm(payment.Id, null, challenge ?? Challenge.Passed, null, cancellation);
        else
            await payments.Settle(payment.Id, 0, cancellation);
        return await State(id, payment, false, cancellation);
    }

    /// <summary>Gives a checkout up: the payment is released, the stock is given free, the cart is open again.</summary>
    /// <exception cref="Refused">409 once money was taken or the order is placed.</exception>
    public async Task Abandon(Id<Cart> id, CancellationToken cancellation)
    {
        if (await Waiting(id, cancellation) is { } payment)
            await payments.Cancel(payment.Id, "abandoned", cancellation);
        else if (await db.Carts.AsNoTracking().FirstOrDefaultAsync(c => c.Id == id.Value, cancellation) is not { } cart)
            throw Refused.NotFound(Cart.Noun);
        else
            cart.BeginCheckout(db.Now); // asks only; a checkout that is about to pay cannot be given up
        if (!await Release(id, null, cancellation))
            throw Refused.Conflict("cart_completed", "The cart has become an order.");
    }

    /// <summary>Gives free what a checkout holds for which nobody is paying.</summary>
    /// <param name="attempt">Only if it is still this attempt.</param>
    /// <returns>False when the cart has become an order.</returns>
    internal Task<bool> Release(Id<Cart> id, int? attempt, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        db.ChangeTracker.Clear();
        var cart = await db.LockCart(id, cancellation);
        var order = await db.AllOrders.FirstOrDefaultAsync(o => o.CartId == id.Value, cancellation);
        if (order is { IsDraft: false })
            return false;
        if (attempt is not null && order?.CheckoutAttempt != attempt)
            return true;
        if (order is not null)
            await placement.GiveBack(order, "checkout_ended", cancellation);
        cart.EndCheckout();
        await db.SaveChangesAsync(cancellation);
        return true;
    }, cancellation);

    /// <summary>The payment of the cart's draft that has not ended.</summary>
    internal async Task<PaymentIntent?> Waiting(Id<Cart> id, CancellationToken cancellation)
    {
        var draft = await db.AllOrders.AsNoTracking().FirstOrDefaultAsync(o => o.CartId == id.Value && o.PlacedAt == null, cancellation);
        if (draft is null)
            return null;
        var key = PaymentKey(draft);
        return await db.PaymentIntents.AsNoTracking().FirstOrDefaultAsync(i => i.OnceKey == key && (i.Status == IntentStatus.RequiresAction ||
            i.Status == IntentStatus.Processing || i.Status == IntentStatus.RequiresPaymentMethod), cancellation);
    }

    /// <summary>The payer wants to pay in another way: the former payment is let go.</summary>
    private async Task<bool> Replaced(PaymentIntent payment, PayWith? method, CancellationToken cancellation)
    {
        var same = method is null || (method.Saved is { } saved ? saved == payment.PaymentMethodId : method.Details is null && method.Kind == payment.Kind);
        if (same || payment.Status == IntentStatus.Processing)
            return false;
        await payments.Cancel(payment.Id, "replaced", cancellation);
        return true;
    }

    /// <summary>The first transaction, in three round trips: the cart, what else it depends on, and all that is written; the last together with what others write, where that is possible.</summary>
    /// <param name="mayReplace">A draft of an earlier attempt, for which nobody is paying, is given back and written anew.</param>
    private Task<Prepared> Prepare(Id<Cart> id, CheckoutWish wish, bool mayReplace, CancellationToken cancellation) => db.InOneWrite(async () =>
    {
        db.ChangeTracker.Clear();
        var facts = await db.LookUp(new() { CartId = id.Value, Locked = true }, cancellation);
        var cart = db.Expected(facts.Cart);
        cart.Watch(db);
        var (reading, drafts, number) = (new Reading(db), new List<Order>(), 0L);
        Order.AskNumber(db, reading, given => number = given, cart.Id);
        reading.Track<Order>("WHERE tenant_id = $1 AND cart_id = $2", drafts.Add, db.Caller.TenantId, id.Value)
            .Track<OrderLine>("WHERE tenant_id = $1 AND order_id = (SELECT id FROM orders WHERE tenant_id = $1 AND cart_id = $2) ORDER BY position", null, db.Caller.TenantId, id.Value);
        var ready = await payments.Ready(db, reading, wish.Method, cancellation);
        var book = mayReplace ? null : placement.Open(reading, Basket.Of(cart), cart.Id);
        await reading.Run(cancellation);
        var order = drafts.FirstOrDefault();
        if (order is not null)
            db.DemandAlone();
        if (order is { IsDraft: false })
            return new Prepared(order) { IsReplay = true };
        if (order is not null && !mayReplace)
            return new(null) { WasBegun = true };
        return await Prepare(cart, order, number, facts, book, ready, wish, cancellation);
    }, cancellation, mayWait: true);

    private async Task<Prepared> Prepare(
        Cart cart, Order? draft, long number, BasketFacts facts, StockBook? book, Func<long?, PaymentProcessing.Chosen>? ready, CheckoutWish wish, CancellationToken cancellation)
    {
        cart.BeginCheckout(db.Now);
        await Listen(cart, wish, cancellation);
        var priced = await pricing.Price(Basket.Of(cart), facts, cancellation);
        Check(cart, priced, wish);
        var order = draft ?? Order.Draft(cart.Currency, cart.Id, number);
        if (draft is not null)
            await placement.GiveBack(draft, "checkout_again", cancellation);
        order.Copy(priced, cart.Email, Words(wish.Method));
        order.Describe(cart.Metadata);
        order.Attempt();
        if (draft is null)
            Enter(order, wish);
        await placement.SetAside(order, priced, book ?? await Opened(priced.Basket, cart, cancellation), forGood: false, cancellation);
        await HoldCredit(order, wish, cancellation);
        var payment = order.Due == 0 ? null : Decide(order, cart, ready, wish);
        if (order.Due == 0)
            await Finish(order, cart, cancellation);
        cart.Save(db, cart.Lines.ToDictionary(line => line.Id, line => line.Quantity));
        return new(order) { Payment = payment, Paid = draft is null && order.Credit == 0 ? placement.Known(order, cart, priced) : null };
    }

    /// <summary>What costs nothing, or is paid with credit, is placed at once: then it is changed again, and so is tracked.</summary>
    private void Enter(Order order, CheckoutWish wish)
    {
        if (order.Due > 0 && !wish.UseCredit)
            order.Append(db);
        else
        {
            db.DemandAlone();
            db.AllOrders.Add(order);
        }
    }

    /// <summary>Leaves behind who ends the checkout if this process dies, and begins the payment where it can be begun without a gateway.</summary>
    private PaymentIntent? Decide(Order order, Cart cart, Func<long?, PaymentProcessing.Chosen>? ready, CheckoutWish wish)
    {
        FinishCheckout.Remember(db, order, cart.CompletingAt!.Value + Cart.CheckoutLease); // it has just begun
        return ready is null ? null : payments.Decide(db, Payment(order, wish), ready(order.CustomerId));
    }

    /// <summary>Credit pays it all: it is an order at once.</summary>
    private async Task Finish(Order order, Cart cart, CancellationToken cancellation)
    {
        await db.SaveChangesAsync(cancellation); // what is set aside is used up next
        await placement.UseUp(order, cancellation);
        OrderPlacement.Finish(db, order);
        cart.Complete(db.Now);
    }

    private async Task<StockBook> Opened(Basket basket, Cart cart, CancellationToken cancellation)
    {
        var reading = new Reading(db);
        var book = placement.Open(reading, basket, cart.Id);
        await reading.Run(cancellation);
        return book;
    }

    private async Task Listen(Cart cart, CheckoutWish wish, CancellationToken cancellation)
    {
        if (wish.Email is not null || cart.Email is null)
            await carts.Belong(cart, cart.CustomerId, wish.Email, cancellation);
        cart.Send(wish.ShippingAddress ?? cart.ShippingAddress, wish.BillingAddress ?? cart.BillingAddress);
        cart.Ship(wish.ShippingMethod ?? cart.ShippingMethod);
    }

    private static void Check(Cart cart, PricedBasket priced, CheckoutWish wish)
    {
        List<BasketProblem> problems = [.. OrderPlacement.Problems(priced)];
        if (cart.Lines.Count == 0)
            problems.Add(new("items", "Items", "cart_empty", "There is nothing in the cart."));
        if (string.IsNullOrWhiteSpace(cart.Email))
            problems.Add(new("contact", nameof(wish.Email), "email_required", "Say where the confirmation goes."));
        if (priced.NeedsShipping && cart.ShippingAddress is null && cart.ShippingMethod is null)
            problems.Add(new("shipping", nameof(wish.ShippingAddress), "shipping_address_required", "Say where the goods go."));
        if (priced.NeedsShipping && cart.ShippingMethod is null)
            problems.Add(new("shipping", nameof(wish.ShippingMethod), "shipping_method_required", "Choose how the goods are sent."));
        if (priced.Totals.Total.Minor > 0 && wish is { Method: null, UseCredit: false })
            problems.Add(Unpaid);
        if (wish.UseCredit && cart.CustomerId is null)
            problems.Add(new("payment", nameof(wish.UseCredit), "customer_required", "Credit belongs to a customer; say whose cart it is."));
        OrderPlacement.Demand(problems);
        if (wish.ExpectedTotal is { } expected && Money.Round(expected, cart.Currency) != priced.Totals.Total)
            throw Refused.Conflict("cart_changed", "The cart costs something else now. Show the customer what.", new { CurrentTotal = priced.Totals.Total.Amount });
    }

    private static BasketProblem Unpaid => new("payment", "PaymentMethod", "payment_method_required", "Say how it is paid.");

    private async Task HoldCredit(Order order, CheckoutWish wish, CancellationToken cancellation)
    {
        order.PayWithCredit(0);
        if (wish.UseCredit)
            await db.HoldCredit(order, wish.MaxCredit is { } most ? Money.Of(most, order.Currency, nameof(wish.MaxCredit)).Minor : null, cancellation);
        if (order.Due > 0 && wish.Method is null)
            OrderPlacement.Demand([Unpaid]);
    }

    private static StartPayment Payment(Order order, CheckoutWish wish) => new(new(order.Due, order.Currency))
    {
        OrderId = order.Id,
        CustomerId = order.CustomerId,
        Method = wish.Method,
        Confirm = true,
        CaptureMethod = wish.Capture,
        ReturnUrl = wish.ReturnUrl,
        OnceKey = PaymentKey(order),
    };

    private async Task<PaymentIntent> Pay(Order order, Prepared prepared, CheckoutWish wish, CancellationToken cancellation)
    {
        try
        {
            return prepared.Payment is { } begun ? await payments.Carry(db, begun, prepared.Paid, cancellation) : await payments.Pay(Payment(order, wish), cancellation);
        }
        catch (Refused) // nothing was charged, and nothing will be
        {
            await Release(order.CartId!.Value, order.CheckoutAttempt, cancellation); // a checkout's order has a cart
            throw;
        }
    }

    /// <exception cref="Refused">422 when the payment has failed; 404 when no checkout was begun.</exception>
    private async Task<CheckoutState> State(Id<Cart> id, PaymentIntent? payment, bool isReplay, CancellationToken cancellation)
    {
        db.ChangeTracker.Clear();
        var order = await db.AllOrders.AsNoTracking().Include(o => o.Lines.OrderBy(line => line.Position)).FirstOrDefaultAsync(o => o.CartId == id.Value, cancellation);
        if (order is { IsDraft: false })
            return new(order, null, isReplay);
        var key = order is null ? null : PaymentKey(order);
        payment = await db.PaymentIntents.AsNoTracking().FirstOrDefaultAsync(i => i.OnceKey == key, cancellation) ?? payment;
        if (order is null || payment is null)
            throw new Refused(Refusal.NotFound, "no_checkout", "No checkout of this cart has begun.");
        return payment.Status is IntentStatus.Failed or IntentStatus.Canceled
            ? throw Refused.Rule("payment_failed", payment.DeclineMessage ?? "The payment was declined.", new
            {
                PaymentId = $"{new Id<Payment>(payment.Id)}",
                payment.DeclineCode,
                Errors = new[] { new { Step = "payment", Field = "payment_method", Code = payment.DeclineCode ?? "payment_failed", Message = payment.DeclineMessage } },
            })
            : new(order, payment);
    }

    private sealed record Prepared(Order? Order)
    {
        /// <summary>Decided with the draft; null: the gateway has to be asked first.</summary>
        public PaymentIntent? Payment { get; init; }

        /// <summary>What it pays for, as it was written with it; null: it has to be read.</summary>
        public PaidOrder? Paid { get; init; }

        public bool IsReplay { get; init; }

        /// <summary>There is a draft already; somebody may be paying for it.</summary>
        public bool WasBegun { get; init; }
    }

    private static string? Words(PayWith? method) => method switch
    {
        null => null,
        { Saved: { } id } => $"{new Id<PaymentMethod>(id)}",
        { Kind: { } kind } => kind.Name(),
        _ => null,
    };
}

/// <summary>Comes back to a checkout that did not end: whoever pays is waited for, whoever does not loses what was set aside.</summary>
internal sealed class FinishCheckout(AuraDb db, Checkout checkout, PaymentProcessing payments) : IJobHandler
{
    public static string Kind => "checkout.finish";

    public static void Remember(AuraDb db, Order order, DateTime at) =>
        db.Enqueue<FinishCheckout>(new Payload(order.CartId ?? 0, order.CheckoutAttempt), at, Key(order, at));

    /// <summary>The checkout that began then has ended.</summary>
    public static void Forget(AuraDb db, Order order, DateTime began) => db.Dequeue<FinishCheckout>(Key(order, began + Cart.CheckoutLease));

    private static string Key(Order order, DateTime at) => FormattableString.Invariant($"{Checkout.PaymentKey(order)}@{at:yyyyMMddHHmmss}");

    public async Task<object?> Run(Job job, CancellationToken cancellation)
    {
        var (cart, attempt) = job.Read<Payload>();
        var order = await db.AllOrders.AsNoTracking().FirstOrDefaultAsync(o => o.CartId == cart, cancellation);
        if (order is not { IsDraft: true } || order.CheckoutAttempt != attempt)
            return null;
        if (await checkout.Waiting(cart, cancellation) is not { } payment)
        {
            await checkout.Release(cart, attempt, cancellation);
            return null;
        }

        await payments.Settle(payment.Id, 0, cancellation);
        if (await checkout.Waiting(cart, cancellation) is not { } still)
            return null;
        if (still.Status != IntentStatus.Processing && still.CreatedAt + Checkout.Patience <= db.Now)
            await payments.Cancel(still.Id, "abandoned", cancellation);
        else
            Remember(db, order, db.Now + Cart.CheckoutLease);
        await db.SaveChangesAsync(cancellation);
        return null;
    }

    public sealed record Payload(long Cart, int Attempt);
}
