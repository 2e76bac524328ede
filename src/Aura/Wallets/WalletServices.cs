using Aura.Payments;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Wallets;

internal static class WalletServices
{
    public static void AddWallets(this IServiceCollection services)
    {
        services.AddSingleton<IGatewaySource, WalletSourceOfPayments>();
        services.AddJob<MatureGrant>();
        services.AddJob<ExpireGrant>();
    }
}
