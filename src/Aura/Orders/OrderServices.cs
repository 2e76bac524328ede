using Aura.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Orders;

internal static class OrderServices
{
    public static void AddOrders(this IServiceCollection services)
    {
        services.AddScoped<OrderPlacement>();
        services.AddScoped<OrderFulfillment>();
        services.AddScoped<OrderCancellation>();
        services.AddScoped<Checkout>();
        services.AddScoped<Returning>();
        services.AddSingleton<OrderPayments>();
        services.AddSingleton<IPaymentObserver>(provider => provider.GetRequiredService<OrderPayments>());
        services.AddSingleton<IOrderBalances>(provider => provider.GetRequiredService<OrderPayments>());
        services.AddJob<FinishCheckout>();
        services.AddJob<RefundCancelledOrder>();
        services.AddJob<FinishReturnRefund>();
    }
}
