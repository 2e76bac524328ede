using System.Globalization;
using System.Text.Json;
using Aura.Server.Http;

namespace Aura.Server.PromotionsV1;

/// <summary>/api/v1, promotions: snake_case, bare numbers as ids, pages by number, flat errors, limits by class. Below is its table of contents.</summary>
public static class PromotionsApi
{
    /// <summary>Guesses at coupon codes are dear: few of these an hour.</summary>
    public static readonly LimitClass Coupons = new("coupons", 2, 10);

    public static readonly LimitClass Calculations = new("discount calculations", 3, 50);
    public static readonly LimitClass Bulk = new("bulk operations", 4, 5);

    public static readonly Dialect Dialect = new("promotions", "/api/v1", typeof(PromotionsApi))
    {
        Title = "Aura promotions",
        Version = "1.0.0",
        Naming = JsonNamingPolicy.SnakeCaseLower,
        ErrorType = typeof(ErrorEnvelope),
        Error = ErrorEnvelope.Of,
        Lists = new() { Size = "per_page", UsualSize = 20, MaxSize = 100, Sort = "sort_by", Order = "sort_order", Items = "items" },
        Limit = new("general", 1, 100),
        Reset = at => at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };

    public static void MapPromotions(this IEndpointRouteBuilder app)
    {
        var api = Dialect.Map(app);
        api.MapPromotions();
        api.MapSimulations();
        api.MapStackingCheck();
        api.MapAnalytics();
        api.MapCoupons();
        api.MapScheduling();
        api.MapAbTests();
        api.MapReferralPrograms();
        api.MapReferrals();
        api.MapOrderDiscounts();
        api.MapAutomations();
        api.MapWebhooks();
    }
}
