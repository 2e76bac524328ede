using Aura.Connectors.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Payments;

public static class PaymentServices
{
    internal static void AddPayments(this IServiceCollection services)
    {
        services.AddSingleton<SandboxLedgers>();
        services.AddSingleton<IGatewaySource, SandboxSource>();
        services.AddSingleton<IGatewaySource, ManualSource>();
        services.AddSingleton<PaymentGateways>();
        services.AddScoped<PaymentProcessing>();
        services.AddJob<SettlePayment>();
    }

    /// <summary>Lets live stores take cards, wallets and bank debits through an account at Stripe.</summary>
    public static void AddStripe(this IServiceCollection services, StripeAccount account) =>
        services.AddSingleton<IGatewaySource>(_ => new StripeSource(account));
}
