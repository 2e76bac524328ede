using System.Globalization;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Tests.Http.Generated;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit.Abstractions;

namespace Aura.Tests.Growth;

/// <summary>
/// What lists cost a store that has grown. Every list is asked in every way that its declaration offers, so a new filter or a new list is tried as soon as
/// it is declared; PostgreSQL tells how many rows each step of each statement touched. AURA_TEST_ROWS sets how many rows each table has.
/// </summary>
public sealed class ListPlanTests(ITestOutputHelper output)
{
    /// <summary>Tables that a merchant fills by hand: they stay short, and reading all of one is nothing.</summary>
    private static readonly string[] Short =
    [
        "stores", "api_keys", "webhooks", "warehouses", "shipping_methods", "tax_regions", "customer_segments", "categories", "imports", "stock_alerts", "promotions",
        "promotion_schedules", "ab_tests", "automations", "referral_programs", "roles", "teams",
    ];

    private static readonly int Rows = Environment.GetEnvironmentVariable("AURA_TEST_ROWS") is { } rows ? int.Parse(rows, CultureInfo.InvariantCulture) : 40_000;

    /// <summary>What may read more, and why.</summary>
    private static readonly Dictionary<string, string> Exceptions = new()
    {
        ["/api/abandoned-checkout-winback/security/audit-log event"] = "the total of one kind of change reads the entries of its verb; an index over both would cost every change",
        ["/v2/inventory by number"] = "the total leaves out the levels of removed variants, so that it has to look at the variants",
        ["/v2/inventory/{productId}/adjustments by number"] = "the total of some kinds of movements reads the ledger of this product; an index over kinds would cost every sale",
    };

    [Fact]
    public async Task No_list_reads_many_rows_to_show_a_few()
    {
        var allowed = Math.Max(Rows / 50, 500);
        await using var maker = await TestServer.Start(await TestCluster.CreateDatabaseApart());
        var lists = Lists(maker);
        await using var db = await maker.Services.GetRequiredService<IDbContextFactory<AuraDb>>().CreateDbContextAsync();
        var tables = lists.Select(list => Table(list.Listing, db)).Concat(["order_lines", "product_categories"]).Distinct().Except(Short).ToList();
        var tall = await TallStore.Open(maker, tables, Rows);
        var ids = await tall.Ids();
        using var plans = new Plans(maker.Database);
        await using var server = await TestServer.Start(Plans.Explained(maker.Database), options: options => options with { Role = Aura.Server.ServerRole.Api });
        var client = server.Client(tall.Store.Account.TestKey, tall.Store.Account.Sandbox.Domain);
        var wrong = new List<string>();
        var tried = 0;

        foreach (var route in (await Api.Routes()).Where(route => route.IsList))
        {
            var (_, listing, form) = lists.Single(list => list.Path == route.Path.TrimEnd('/'));
            var path = route.PathParameters.Aggregate(route.Path, (text, parameter) => text.Replace($"{{{parameter.Name}}}", parameter.Spelled(ids[parameter.Prefix ?? "prod"]), StringComparison.Ordinal));
            if (Short.Contains(Table(listing, db)))
                continue;
            foreach (var probe in await ListProbes.Of(listing, form, db, Rows))
            {
                plans.Take();
                var (status, body) = await client.Send($"GET {path}?{probe.Query}");
                if (status != 200)
                    wrong.Add($"{route.Path} {probe.Name}: {status} {probe.Query} {body}");
                tried++;
                foreach (var plan in plans.Take())
                    foreach (var excess in plan.Excesses(allowed).Take(1))
                        if (!Exceptions.ContainsKey($"{route.Path} {probe.Name}"))
                            wrong.Add($"{route.Path} {probe.Name}: {excess}");
            }
        }

        output.WriteLine($"{tried} questions to {lists.Count} lists, {tables.Count} tables of {Rows:N0} rows");
        Assert.True(tried > 500, $"only {tried}");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    private static List<(string Path, IListing Listing, ListForm Form)> Lists(TestServer server) =>
    [
        .. from endpoint in server.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
           let listing = endpoint.Metadata.GetMetadata<IListing>()
           where listing is not null
           select ($"/{endpoint.RoutePattern.RawText!.Trim('/')}", listing, endpoint.Metadata.GetRequiredMetadata<Dialect>().Lists),
    ];

    private static string Table(IListing listing, AuraDb db) => db.Model.FindEntityType(listing.GetType().GenericTypeArguments[0])!.GetTableName()!; // all rows have one
}
