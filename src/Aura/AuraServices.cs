using System.Text.Json;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Carts;
using Aura.Customers;
using Aura.Events;
using Aura.Inventory;
using Aura.Jobs;
using Aura.Messages;
using Aura.Monitoring;
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
using Aura.Scripts;
using Aura.Shipping;
using Aura.Taxes;
using Aura.Wallets;
using Aura.Winback.Intent;
using Aura.Winback.Recovery;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Update;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aura;

/// <summary>The store, as services.</summary>
public static class AuraServices
{
    /// <summary>The key of the data source for connections that must stay one session.</summary>
    public const string Session = "session";

    /// <param name="session">See <see cref="Session"/>; null: the ordinary connections are sessions too.</param>
    /// <param name="replica">A streaming replica to read lists from; null: there is none.</param>
    public static void AddAura(this IServiceCollection services, string connectionString, string? session = null, string? replica = null)
    {
        services.AddSingleton(_ => DataSource(connectionString));
        services.AddSingleton(_ => new IdSource(connectionString));
        services.AddSingleton<Turns>();
        services.AddSingleton<SharedWrites>();
        services.AddSingleton<SharingCounts>();
        services.AddSingleton<SharedRedemptions>();
        services.AddKeyedSingleton(Session, (provider, _) => session is null ? provider.GetRequiredService<NpgsqlDataSource>() : DataSource(session));
        if (replica is not null)
            services.AddSingleton(provider => new Replica(
                provider.GetRequiredService<NpgsqlDataSource>(), DataSource(replica), provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Replica>>()));
        services.AddSingleton<IDbContextFactory<AuraDb>>(provider => new StoreContexts(provider.GetRequiredService<NpgsqlDataSource>(), provider));
        services.AddScoped<CurrentCaller>();
        services.AddScoped(provider => OpenContext(provider, provider.GetRequiredService<CurrentCaller>()));
        services.AddScoped<Stock>();
        services.AddScoped<ImportRun>();
        services.AddScoped<ProductExport>();
        services.AddJob<ImportProducts>();
        services.AddJob<SimulatePromotion>();
        services.AddSingleton<AccessDirectory>();
        services.AddSingleton<StoreOpening>();
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
        services.AddJob<RetrainIntent>();
        services.AddSingleton<JobKinds>();
        services.AddSingleton<JobWorker>();
        services.AddPayments();
        services.AddSingleton<EventCursor>();
        services.AddSingleton<EventTail>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<IEventReader, WebhookFanOut>();
        services.AddScoped<WebhookTest>();
        services.AddJob<DeliverWebhook>();
        services.AddOrders();
        services.AddScripts();
        services.AddScoped<PersonalData>();
        services.AddSingleton<IPersonalData, PurchaseData>();
        services.AddScoped<IsolationAudit>();
        services.AddSingleton<AlertWatch>();
        services.AddJob<TellSlack>();
        services.AddJob<TellByEmail>();
        services.AddMessages();
        services.AddWallets();
        services.AddRecovery();
    }

    private static AuraDb OpenContext(IServiceProvider services, CurrentCaller current) =>
        (current.ReadsReplica ? services.GetRequiredService<Replica>().Open() : services.GetRequiredService<IDbContextFactory<AuraDb>>().CreateDbContext())
        .Enter(current.Value, services.GetRequiredService<TimeProvider>());

    internal static T Configure<T>(T options, NpgsqlDataSource source) where T : DbContextOptionsBuilder
    {
        options.UseNpgsql(source).AddInterceptors(new PlannedByValue(), new FailedCommands(), new SharingGuard()).ReplaceService<IModificationCommandBatchFactory, SavedRows>().EnableThreadSafetyChecks(false);
        return options;
    }

    /// <summary>Registers who does a kind of job.</summary>
    public static void AddJob<T>(this IServiceCollection services) where T : IJobHandler =>
        services.AddSingleton(new JobKind(T.Kind, typeof(T)));

    /// <summary>A pool of connections that prepares statements by itself and reads JSON columns into types.</summary>
    /// <param name="connectionString">May say otherwise: behind a pooler that shares sessions out by transaction, Max Auto Prepare=0.</param>
    public static NpgsqlDataSource DataSource(string connectionString)
    {
        // Nothing here leaves a session changed (locks and settings end with their transactions), so that resetting it would only cost each request a second command.
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { AutoPrepareMinUsages = 2, NoResetOnClose = true };
        if (!settings.ShouldSerialize("Max Auto Prepare")) // whether the text says so; ContainsKey tells whether there is such a keyword
            settings.MaxAutoPrepare = 200;
        if (!settings.ShouldSerialize("Maximum Pool Size"))
            (settings.MaxPoolSize, settings.Timeout) = (40, 15);
        if (!settings.ShouldSerialize("Command Timeout"))
            settings.CommandTimeout = 15;
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
