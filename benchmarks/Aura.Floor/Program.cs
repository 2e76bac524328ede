using System.Globalization;
using Aura.Floor;
using Npgsql;

// What the machine allows: the visible work of a few routes over the product's own tables, and nothing else. No key is checked, no
// rule applied, nothing audited; benchmarks/README.md says of each route what it leaves out.
var builder = WebApplication.CreateEmptyBuilder(new());
builder.WebHost.UseKestrelCore().UseUrls(Setting("FLOOR_URL")).ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
builder.Services.AddRoutingCore();
builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Error).SetMinimumLevel(LogLevel.Error);
await using var source = Source(40);
await using var sourceOfIds = Source(1); // of its own: who fetches ids makes all others wait, and they hold the connections
var store = long.Parse(Setting("FLOOR_STORE"), CultureInfo.InvariantCulture);

var app = builder.Build();
app.UseRouting();
app.MapGet("/ready", () => "ready");
new Products(source, store).Map(app);
new Orders(source, new(sourceOfIds), store).Map(app);
new Coupons(source, store).Map(app);
await app.RunAsync();

static NpgsqlDataSource Source(int connections) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(Setting("FLOOR_DATABASE"))
{
    Username = "floor", // by which its SQL commands are told from the product's
    MaxAutoPrepare = 200,
    AutoPrepareMinUsages = 1,
    NoResetOnClose = true,
    MaxPoolSize = connections,
});

static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set; ./bench starts this server.");
