using Aura.Customers;
using Aura.Jobs;
using Aura.Messages;
using Microsoft.Extensions.DependencyInjection;

namespace Aura.Winback.Recovery;

internal static class RecoveryServices
{
    public static void AddRecovery(this IServiceCollection services)
    {
        services.AddScoped<CartWatch>();
        services.AddScoped<CartReturn>();
        services.AddScoped<RecoveryMessages>();
        services.AddSingleton<IExitCondition, RecoveryExit>();
        services.AddSingleton<IPersonalData, CartData>();
        services.AddSingleton<IEventReader, OrderedCarts>();
        services.AddJob<LookAtCart>();
        services.AddJob<LookAtStoreCart>();
        services.AddJob<ConsiderWorkflow>();
        services.AddJob<TakeStep>();
        services.AddJob<TakeOrder>();
        services.AddJob<SettleCart>();
    }
}
