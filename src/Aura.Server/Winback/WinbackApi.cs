using System.Globalization;
using System.Text.Json;
using Aura.Server.Http;

namespace Aura.Server.Winback;

/// <summary>/api/abandoned-checkout-winback: camelCase, the shop named with every request, 200 for every success. Below is its table of contents.</summary>
public static class WinbackApi
{
    public static readonly Dialect Dialect = new("winback", "/api/abandoned-checkout-winback", typeof(WinbackApi))
    {
        Title = "Aura winback",
        Version = "2.0.0",
        Naming = JsonNamingPolicy.CamelCase,
        ErrorType = typeof(ErrorEnvelope),
        Error = ErrorEnvelope.Of,
        Absence = StatusCodes.Status400BadRequest,
        Misreading = StatusCodes.Status422UnprocessableEntity,
        NamesShop = true,
        KeyHeader = "X-API-Key",
        Lists = new() { Size = "limit", UsualSize = 50, MaxSize = 200, Sort = "sort", Order = "order", Items = "items" },
        Limit = new("winback", 5, 100) { Span = "minute", Professional = 1000 },
        Reset = at => new DateTimeOffset(at, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
    };

    public static void MapWinback(this IEndpointRouteBuilder app)
    {
        var api = Dialect.Map(app);
        api.MapBrands();
        api.MapGdpr();
        api.MapMultiChannel();
        api.MapMessages();
        api.MapPushSubscriptions();
        api.MapSuppressions();
        api.MapMessageTemplates();
        api.MapIncentives();
        api.MapAbandonmentInsights();
        api.MapLiveDashboard();
        api.MapAiMessaging();
        api.MapCampaigns();
        api.MapSegments();
        api.MapConnections();
        api.MapIntegrations();
        api.MapWebhooks();
        api.MapEventStream();
        api.MapCustomScripts();
        api.MapMultiStore();
        api.MapLocalization();
        api.MapWhiteLabelSettings();
        api.MapTenantIsolation();
        api.MapDataPorting();
        api.MapMetrics();
        api.MapServerHealth();
        api.MapAlerts();
        api.MapErrorReports();
        api.MapTraces();
        api.MapLogs();
        api.MapTeams();
        api.MapRoles();
        api.MapRoleAssignments();
        api.MapApiKeys();
        api.MapApprovals();
        api.MapComments();
        api.MapSharedAssets();
        api.MapNotifications();
        api.MapPredictiveIntent();
        api.MapActivityFeed();
        api.MapAuditLog();
        api.MapEncryption();
        api.MapApiSecurity();
        api.MapRevenueForecasts();
        api.MapWatchedCarts();
        api.MapRecoveryWorkflows();
        api.MapWorkflowTests();
        api.MapSmartTriggers();
        api.MapRecoveryMetrics();
        api.MapShopifyWebhooks();
        app.MapRecoveryLinks();
        api.MapCustomerValues();
    }
}
