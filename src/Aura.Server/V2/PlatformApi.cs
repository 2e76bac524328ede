using System.Text.Json;
using Aura.Server.Http;

namespace Aura.Server.V2;

/// <summary>/v2, the platform: snake_case, pages by number or cursor, one error object. Below is its table of contents.</summary>
public static class PlatformApi
{
    public static readonly Dialect Dialect = new("platform", "/v2", typeof(PlatformApi))
    {
        Title = "Aura platform",
        Version = Health.Version,
        Naming = JsonNamingPolicy.SnakeCaseLower,
        ErrorType = typeof(ErrorEnvelope),
        Error = (failure, _) => new ErrorEnvelope(ErrorBody.Of(failure)),
        Lists = new() { Size = "limit", UsualSize = 50, MaxSize = 200, Sort = "sort", Order = "order", Items = "data", IsOpen = true },
        Reset = at => $"{new DateTimeOffset(at).ToUnixTimeSeconds()}",
    };

    public static void MapPlatform(this IEndpointRouteBuilder app)
    {
        app.MapFormerVersion();
        var api = Dialect.Map(app);
        api.MapHealth();
        api.MapTenants();
        api.MapAccount();
        api.MapApiKeys();
        api.MapAuditLogs();
        api.MapProducts();
        api.MapVariants();
        api.MapProductImages();
        api.MapReviews();
        api.MapCategories();
        api.MapWarehouses();
        api.MapInventory();
        api.MapInventoryReservations();
        api.MapInventoryAlerts();
        api.MapBatch();
        api.MapCustomers();
        api.MapCustomerAddresses();
        api.MapSegments();
        api.MapWallets();
        api.MapCoupons();
        api.MapAutomaticDiscounts();
        api.MapCarts();
        api.MapPayments();
        api.MapDisputes();
        api.MapPaymentMethods();
        api.MapGatewayNotices();
        api.MapCheckouts();
        api.MapOrders();
        api.MapFulfillments();
        api.MapReturns();
        api.MapCreditNotes();
        api.MapShippingMethods();
        api.MapTaxRegions();
        api.MapEvents();
        api.MapWebhooks();
        api.MapImports();
        api.MapExports();
        api.MapJobs();
        api.MapTestClock();
    }
}
