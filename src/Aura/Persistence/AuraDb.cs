using Aura.Accounts;
using Aura.Brands;
using Aura.Carts;
using Aura.Catalog;
using Aura.Collaboration;
using Aura.Customers;
using Aura.Events;
using Aura.Integrations;
using Aura.Inventory;
using Aura.Jobs;
using Aura.Messages;
using Aura.Monitoring;
using Aura.Payments;
using Aura.Orders;
using Aura.ProductFiles;
using Aura.Promotions;
using Aura.Promotions.AbTests;
using Aura.Promotions.Automations;
using Aura.Promotions.Referrals;
using Aura.Promotions.Schedules;
using Aura.Scripts;
using Aura.Shipping;
using Aura.Taxes;
using Aura.Wallets;
using Aura.Winback.Dashboards;
using Aura.Winback.Forecasts;
using Aura.Winback.Incentives;
using Aura.Winback.Intent;
using Aura.Winback.Recovery;
using Aura.Winback.Lifetimes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Aura.Persistence;

/// <summary>The database, as one caller sees it: every query stays in the caller's store.</summary>
/// <remarks>The list below is the list of all tables. Contexts are pooled; <see cref="Enter"/> gives one to its caller.</remarks>
public sealed partial class AuraDb(DbContextOptions<AuraDb> options) : DbContext(options)
{
    private TimeProvider time = TimeProvider.System;

    /// <summary>On whose behalf this context reads and writes.</summary>
    public Caller Caller { get; private set; } = Caller.Server;

    /// <summary>The store's time, UTC, in the microseconds that PostgreSQL keeps.</summary>
    public DateTime Now => Microseconds(time.GetUtcNow().UtcDateTime + Caller.ClockOffset);

    internal long Tenant => Caller.TenantId;

    public AuraDb Enter(Caller caller, TimeProvider clock)
    {
        (Caller, time, expectedVersion) = (caller, clock, caller.ExpectedVersion);
        closing.Clear();
        later.Clear();
        appended.Clear();
        watched.Clear();
        (endsInCommit, waits, Shares, ahead, Drawn) = (false, false, false, null, null);
        Database.AutoSavepointsEnabled = false; // who goes on in a transaction after a refusal makes one where it is needed
        return this;
    }

    /// <summary>From now on a key that is nobody's acts for this member of the store.</summary>
    internal void ActFor(string member) => Caller = Caller with { ActsFor = member };

    // Accounts
    public DbSet<Account> Accounts => Set<Account>();
    public DbSet<Store> Stores => Set<Store>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<AuditEntry> AuditLogs => Set<AuditEntry>();
    public DbSet<Member> Members => Set<Member>();
    public DbSet<Role> Roles => Set<Role>();
    public DbSet<RoleAssignment> RoleAssignments => Set<RoleAssignment>();
    public DbSet<Team> Teams => Set<Team>();
    public DbSet<TeamMember> TeamMembers => Set<TeamMember>();

    // Events and jobs
    public DbSet<StoreEvent> Events => Set<StoreEvent>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<Webhook> Webhooks => Set<Webhook>();
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();
    public DbSet<EventStreamFilter> EventStreamFilters => Set<EventStreamFilter>();

    // Catalog
    public DbSet<Product> Products => Set<Product>();
    public DbSet<Variant> Variants => Set<Variant>();
    public DbSet<ProductImage> ProductImages => Set<ProductImage>();
    public DbSet<Category> Categories => Set<Category>();
    public DbSet<ProductCategory> ProductCategories => Set<ProductCategory>();
    public DbSet<Review> Reviews => Set<Review>();

    // Inventory
    public DbSet<Warehouse> Warehouses => Set<Warehouse>();
    public DbSet<StockLevel> StockLevels => Set<StockLevel>();
    public DbSet<StockMovement> StockMovements => Set<StockMovement>();
    public DbSet<StockAllocation> StockAllocations => Set<StockAllocation>();
    public DbSet<Reservation> Reservations => Set<Reservation>();
    public DbSet<StockAlert> StockAlerts => Set<StockAlert>();
    public DbSet<Reorder> Reorders => Set<Reorder>();

    // Product files
    public DbSet<ProductImport> Imports => Set<ProductImport>();
    public DbSet<ImportRow> ImportRows => Set<ImportRow>();
    public DbSet<ShopListing> ShopListings => Set<ShopListing>();

    // Customers
    public DbSet<Customer> Customers => Set<Customer>();
    public DbSet<CustomerAddress> CustomerAddresses => Set<CustomerAddress>();
    public DbSet<Shopper> Shoppers => Set<Shopper>();

    // Integrations
    public DbSet<Integration> Integrations => Set<Integration>();

    // Winback
    public DbSet<ForecastParameters> ForecastParameters => Set<ForecastParameters>();
    public DbSet<RevenueForecast> RevenueForecasts => Set<RevenueForecast>();
    public DbSet<LifetimeAccount> CustomerAccounts => Set<LifetimeAccount>();
    public DbSet<IntentScore> IntentScores => Set<IntentScore>();
    public DbSet<TrainedModel> TrainedModels => Set<TrainedModel>();

    // Monitoring
    public DbSet<MetricPoint> MetricPoints => Set<MetricPoint>();
    public DbSet<AlertRule> AlertRules => Set<AlertRule>();
    public DbSet<ErrorReport> ErrorReports => Set<ErrorReport>();
    public DbSet<Trace> Traces => Set<Trace>();
    public DbSet<LogLine> LogLines => Set<LogLine>();

    // Scripts
    public DbSet<CustomScript> CustomScripts => Set<CustomScript>();
    public DbSet<ScriptVersion> ScriptVersions => Set<ScriptVersion>();
    public DbSet<ScriptRun> ScriptRuns => Set<ScriptRun>();

    // Collaboration
    public DbSet<Approval> Approvals => Set<Approval>();
    public DbSet<Comment> Comments => Set<Comment>();
    public DbSet<SharedAsset> SharedAssets => Set<SharedAsset>();
    public DbSet<AssetAccess> AssetAccesses => Set<AssetAccess>();
    public DbSet<Notification> Notifications => Set<Notification>();
    public DbSet<NotificationRead> NotificationReads => Set<NotificationRead>();

    // Brands
    public DbSet<Brand> Brands => Set<Brand>();
    public DbSet<ShopLocale> ShopLocales => Set<ShopLocale>();
    public DbSet<WhiteLabel> WhiteLabels => Set<WhiteLabel>();

    // Carts, shipping, taxes
    public DbSet<Cart> Carts => Set<Cart>();
    public DbSet<CartLine> CartLines => Set<CartLine>();
    public DbSet<DeliveryMethod> ShippingMethods => Set<DeliveryMethod>();
    public DbSet<TaxArea> TaxRegions => Set<TaxArea>();

    // Promotions
    public DbSet<Promotion> Promotions => Set<Promotion>();
    public DbSet<Coupon> Coupons => Set<Coupon>();
    public DbSet<CouponBatch> CouponBatches => Set<CouponBatch>();
    public DbSet<AppliedDiscounts> AppliedDiscounts => Set<AppliedDiscounts>();
    public DbSet<PromotionUse> PromotionUses => Set<PromotionUse>();
    internal IQueryable<PromotionCounter> PromotionCounters => Set<PromotionCounter>().Where(row => row.TenantId == Tenant);
    internal IQueryable<PromotionTally> PromotionTallies => Set<PromotionTally>().Where(row => row.TenantId == Tenant);
    internal IQueryable<PromotionCustomerCount> PromotionCustomers => Set<PromotionCustomerCount>().Where(row => row.TenantId == Tenant);
    public DbSet<Automation> Automations => Set<Automation>();
    public DbSet<AutomationFiring> AutomationFirings => Set<AutomationFiring>();
    public DbSet<AutomationFact> AutomationFacts => Set<AutomationFact>();
    public DbSet<PromotionSchedule> PromotionSchedules => Set<PromotionSchedule>();
    public DbSet<CustomerSegment> CustomerSegments => Set<CustomerSegment>();
    public DbSet<AbTest> AbTests => Set<AbTest>();
    public DbSet<AbUnit> AbUnits => Set<AbUnit>();
    public DbSet<AbConversion> AbConversions => Set<AbConversion>();
    internal IQueryable<AbCounter> AbCounters => Set<AbCounter>().Where(row => row.TenantId == Tenant);

    // Referrals
    public DbSet<ReferralProgram> ReferralPrograms => Set<ReferralProgram>();
    public DbSet<ReferralCode> ReferralCodes => Set<ReferralCode>();
    public DbSet<Referral> Referrals => Set<Referral>();

    // Messages
    public DbSet<ChannelSetup> ChannelSetups => Set<ChannelSetup>();
    public DbSet<Consent> Consents => Set<Consent>();
    public DbSet<PushAddress> PushSubscriptions => Set<PushAddress>();
    public DbSet<Suppression> Suppressions => Set<Suppression>();
    public DbSet<MessageTemplate> MessageTemplates => Set<MessageTemplate>();
    public DbSet<Campaign> Campaigns => Set<Campaign>();
    public DbSet<Message> Messages => Set<Message>();

    // Wallets
    public DbSet<Wallet> Wallets => Set<Wallet>();
    public DbSet<WalletEntry> WalletEntries => Set<WalletEntry>();

    // Payments
    public DbSet<PaymentIntent> PaymentIntents => Set<PaymentIntent>();
    public DbSet<PaymentEntry> PaymentEntries => Set<PaymentEntry>();
    public DbSet<Refund> Refunds => Set<Refund>();
    public DbSet<PaymentDispute> PaymentDisputes => Set<PaymentDispute>();
    public DbSet<PaymentMethod> PaymentMethods => Set<PaymentMethod>();

    // Orders
    /// <summary>Orders that were placed. Drafts are seen by the checkout alone.</summary>
    public IQueryable<Order> Orders => AllOrders.Where(order => order.PlacedAt != null);

    public DbSet<Order> AllOrders => Set<Order>();
    public DbSet<OrderLine> OrderLines => Set<OrderLine>();
    public DbSet<OrderHistoryEntry> OrderHistory => Set<OrderHistoryEntry>();
    public DbSet<Fulfillment> Fulfillments => Set<Fulfillment>();
    public DbSet<FulfillmentLine> FulfillmentLines => Set<FulfillmentLine>();
    public DbSet<Return> Returns => Set<Return>();
    public DbSet<ReturnLine> ReturnLines => Set<ReturnLine>();
    public DbSet<CreditNote> CreditNotes => Set<CreditNote>();

    // Winback
    public DbSet<RecoveryWorkflow> RecoveryWorkflows => Set<RecoveryWorkflow>();
    public DbSet<WatchedCart> WatchedCarts => Set<WatchedCart>();
    public DbSet<Journey> RecoveryJourneys => Set<Journey>();
    public DbSet<Incentive> Incentives => Set<Incentive>();
    public DbSet<IncentiveOffer> IncentiveOffers => Set<IncentiveOffer>();
    public DbSet<LiveDashboard> LiveDashboards => Set<LiveDashboard>();
    public DbSet<ShopOrder> ShopOrders => Set<ShopOrder>();
    public DbSet<MessageSale> MessageSales => Set<MessageSale>();

    /// <summary>Runs in the transaction that is open, or in one of its own that is committed at the end.</summary>
    public async Task<T> InTransaction<T>(Func<Task<T>> work, CancellationToken cancellation)
    {
        if (Database.CurrentTransaction is not null)
            return await work();
        closing.Clear(); // of one that did not end well
        await using var transaction = await Start(cancellation);
        var result = await work();
        await Commit(transaction, cancellation);
        return result;
    }

    public Task InTransaction(Func<Task> work, CancellationToken cancellation) =>
        InTransaction(async () => { await work(); return true; }, cancellation);

    /// <summary>The same, and once more where somebody else changed a row between the work's reading and its writing, or both stood in each other's way.</summary>
    /// <param name="work">Reads all that it changes; what it had done is undone and no longer tracked when it runs again.</param>
    /// <exception cref="DbUpdateConcurrencyException">Others were faster five times.</exception>
    public Task<T> InTransactionAgain<T>(Func<Task<T>> work, CancellationToken cancellation) => InTransaction(async () =>
    {
        var transaction = Database.CurrentTransaction!; // InTransaction opened one
        await transaction.CreateSavepointAsync("again", cancellation);
        for (var attempt = 1; ; attempt++)
            try
            {
                return await work();
            }
            catch (Exception failure) when (attempt < 5 && failure.IsOvertaken())
            {
                await transaction.RollbackToSavepointAsync("again", cancellation);
                ChangeTracker.Clear();
            }
    }, cancellation);

    /// <summary>The transaction for commands written by hand, or null.</summary>
    internal System.Data.Common.DbTransaction? CurrentTransaction => Database.CurrentTransaction?.GetDbTransaction();

    protected override void ConfigureConventions(ModelConfigurationBuilder configuration) => Conventions.Types(configuration);

    protected override void OnModelCreating(ModelBuilder model)
    {
        model.HasSequence<long>("ids").IncrementsBy(Conventions.IdBlock);
        model.ApplyConfigurationsFromAssembly(typeof(AuraDb).Assembly);
        Conventions.Apply(model, this);
    }

    private static DateTime Microseconds(DateTime utc) => new(utc.Ticks - utc.Ticks % TimeSpan.TicksPerMicrosecond, DateTimeKind.Utc);
}
