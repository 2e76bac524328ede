using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Carts;
using Aura.Events;
using Aura.Inventory;
using Aura.Jobs;
using Aura.Orders;
using Aura.Payments;
using Aura.Persistence;
using Aura.ProductFiles;
using Aura.Promotions;
using Aura.Promotions.AbTests;
using Aura.Promotions.Automations;
using Aura.Promotions.Referrals;
using Aura.Promotions.Schedules;
using Aura.Promotions.Simulation;
using Aura.Shipping;
using Aura.Taxes;
using Aura.Wallets;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aura;

/// <summary>The store, as services.</summary>
public static class AuraServices
{
    public static void AddAura(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => DataSource(connectionString));
        services.AddPooledDbContextFactory<AuraDb>((provider, options) => options
            .UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>())
            .AddInterceptors(new PlannedByValue())
            .EnableThreadSafetyChecks(false));
        services.AddScoped<CurrentCaller>();
        services.AddScoped(provider => provider.GetRequiredService<IDbContextFactory<AuraDb>>().CreateDbContext()
            .Enter(provider.GetRequiredService<CurrentCaller>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddScoped<Stock>();
        services.AddScoped<ImportRun>();
        services.AddScoped<ProductExport>();
        services.AddJob<ImportProducts>();
        services.AddJob<SimulatePromotion>();
        services.AddSingleton<AccessDirectory>();
        services.AddSingleton<TaxAreas>();
        services.AddSingleton<DeliveryMethods>();
        services.AddScoped<BasketPricing>();
        services.AddScoped<CartEditing>();
        services.AddSingleton<ICartDiscounts, StoreDiscounts>();
        services.AddSingleton<PromotionShelf>();
        services.AddJob<ExpirePromotion>();
        services.AddJob<MintCoupons>();
        services.AddJob<GiveBackReservation>();
        services.AddJob<FollowSchedule>();
        services.AddJob<EndAbTest>();
        services.AddSingleton<IEventReader, TestedOrders>();
        services.AddScoped<Referring>();
        services.AddScoped<OrderRewards>();
        services.AddSingleton<IEventReader, RewardReader>();
        services.AddJob<FollowOrder>();
        services.AddAutomations();
        services.AddSingleton<JobKinds>();
        services.AddSingleton<JobWorker>();
        services.AddPayments();
        services.AddSingleton<EventCursor>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<IEventReader, WebhookFanOut>();
        services.AddScoped<WebhookTest>();
        services.AddJob<DeliverWebhook>();
        services.AddOrders();
        services.AddWallets();
    }

    /// <summary>Registers who does a kind of job.</summary>
    public static void AddJob<T>(this IServiceCollection services) where T : IJobHandler =>
        services.AddSingleton(new JobKind(T.Kind, typeof(T)));

    /// <summary>A pool of connections that prepares statements by itself and reads JSON columns into types.</summary>
    public static NpgsqlDataSource DataSource(string connectionString)
    {
        // Nothing here leaves a session changed (locks and settings end with their transactions), so that resetting it would only cost each request a second command.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { MaxAutoPrepare = 200, AutoPrepareMinUsages = 2, NoResetOnClose = true };
        if (!connectionString.Contains("Maximum Pool Size", StringComparison.OrdinalIgnoreCase))
            (settings.MaxPoolSize, settings.Timeout) = (40, 30);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.EnableDynamicJson();
        builder.ConfigureJsonOptions(new(JsonSerializerOptions.Default)
        {
            PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        });
        return builder.Build();
    }
}
