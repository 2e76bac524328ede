using System.IO.Compression;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Aura.Accounts;
using Aura.Connectors;
using Aura.Payments;
using Aura.Persistence;
using Aura.Scripts;
using Aura.Server.Demo;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Aura.Server.Monitoring;
using Aura.Server.PromotionsV1;
using Aura.Server.Scripts;
using Aura.Server.V2;
using Aura.Server.Winback;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.EntityFrameworkCore;
using Microsoft.AspNetCore.HttpOverrides;
using Npgsql;

namespace Aura.Server;

/// <summary>Puts a server together: the store, the dialects, what stands before them.</summary>
public static class AuraServer
{
    /// <summary>JSON bodies up to here; imports and files have limits of their own.</summary>
    private const long MaxBody = 2 * 1024 * 1024;

    /// <summary>All settings are variables. Otherwise every folder below where the server was started would be watched for files of settings that change.</summary>
    private static readonly string[] WithoutWatching = ["--hostBuilder:reloadConfigOnChange=false"];

    private static readonly TimeSpan MostForReady = TimeSpan.FromSeconds(2);

    private static readonly Dialects Dialects = new(PlatformApi.Dialect, PromotionsApi.Dialect, WinbackApi.Dialect);

    /// <param name="database">A connection string to a database that has been migrated.</param>
    public static WebApplication Build(ServerOptions options, string database)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory, Args = WithoutWatching });
        builder.WebHost.UseUrls(options.Url).UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBody;
            var connections = ActivatorUtilities.CreateInstance<ConnectionLimit>(kestrel.ApplicationServices, ConnectionLimit.Files(), options.Certificate is null);
            kestrel.ConfigureEndpointDefaults(endpoint =>
            {
                endpoint.Protocols = options.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                endpoint.Use(connections.Guard);
            });
            if (options.Certificate is { } certificate)
                kestrel.ConfigureHttpsDefaults(tls =>
                {
                    tls.ServerCertificate = X509Certificate2.CreateFromPemFile(certificate, options.CertificateKey);
                    tls.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
                });
        });
        builder.Logging.SetMinimumLevel(options.Log)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical) // whoever starts the server says why it did not
            .AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Critical);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(9));
        AddServices(builder.Services, options, database);
        var app = builder.Build();
        _ = app.Services.GetService<OtlpExport>(); // listens from now on
        Map(app, options);
        return app;
    }

    private static void AddServices(IServiceCollection services, ServerOptions options, string database)
    {
        services.AddSingleton(options);
        services.AddSingleton(new ServerPaths(options.Data));
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(KeyRing.Open(options.KeyRing ?? Path.Combine(options.Data, "keyring"), TimeProvider.System));
        services.AddSingleton(new OutboundAddresses(options.AllowPrivateWebhooks));
        services.AddSingleton(provider => new PublicAddress(() => options.PublicUrl ?? Listening(provider) ?? options.Url));
        services.AddSingleton(Dialects);
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<Tracing>();
        services.AddSingleton<Telemetry>();
        if (options.Otlp is { } collector)
            services.AddSingleton(_ => new OtlpExport(collector));
        services.AddSingleton<ILoggerProvider, StoreLogs>();
        services.AddSingleton<IScriptSandbox, ScriptProcess>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DatabaseWatch>(provider, database));
        services.AddSingleton<RateLimits>();
        services.AddSingleton<RequestSignatures>();
        services.AddSingleton<StreamTickets>();
        services.AddSingleton<KnownScopes>();
        services.AddAura(database, options.DirectDatabase, options.ReplicaDatabase);
        if (options.Stripe is { } stripe)
            services.AddStripe(stripe);
        services.AddHttpContextAccessor();
        services.AddRequestPart(ListRequest.From);
        services.AddRequestPart(ShopperSession.From);
        services.AddPlatform();
        services.AddPromotions();
        services.AddWinback();
        services.AddScoped<Entrance>();
        services.AddHostedService<BackgroundWork>();
        services.AddSingleton<Draining>();
        services.AddHostedService(provider => provider.GetRequiredService<Draining>());
        services.ConfigureHttpJsonOptions(json => DialectJson.Configure(json.SerializerOptions, Dialects));
        services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        services.AddResponseCompression(compression =>
        {
            compression.EnableForHttps = true;
            compression.MimeTypes = [.. ResponseCompressionDefaults.MimeTypes, "text/csv"];
        });
        services.Configure<BrotliCompressionProviderOptions>(brotli => brotli.Level = CompressionLevel.Fastest);
        services.Configure<GzipCompressionProviderOptions>(gzip => gzip.Level = CompressionLevel.Fastest);
        ApiDescription.Add(services, Dialects);
    }

    /// <summary>The address with the port that was really taken.</summary>
    private static string? Listening(IServiceProvider services) => services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault();

    private static void Map(WebApplication app, ServerOptions options)
    {
        if (options.Proxies.Count > 0)
            app.UseForwardedHeaders(Believing(options.Proxies));
        app.UseMiddleware<Measured>();
        app.UseMiddleware<Watched>();
        app.UseMiddleware<Failures>();
        app.UseMiddleware<Transport>();
        app.UseMiddleware<Charsets>();
        app.UseMiddleware<HeadRequests>();
        app.UseResponseCompression();
        app.UseWebSockets();
        app.UseRouting();
        app.UseMiddleware<Gate>();
        if (options.ReplicaDatabase is not null)
            app.UseMiddleware<ReplicaReads>();
        app.UseMiddleware<Idempotency>();
        app.MapPlatform();
        app.MapPromotions();
        app.MapWinback();
        app.MapSandboxBank();
        app.MapMessageLinks();
        app.MapDemoImages();
        app.MapGet("/health/live", () => Results.Ok(new { status = "alive" })).ExcludeFromDescription();
        app.MapGet("/health/ready", Ready).ExcludeFromDescription();
        ApiDescription.Map(app, Dialects);
        BuiltEndpoints.Build(((IEndpointRouteBuilder)app).DataSources);
    }

    private static ForwardedHeadersOptions Believing(IReadOnlyList<System.Net.IPNetwork> proxies)
    {
        var believed = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null }; // through as many of them as it came
        believed.KnownProxies.Clear();
        believed.KnownIPNetworks.Clear();
        foreach (var proxy in proxies)
            believed.KnownIPNetworks.Add(proxy);
        return believed;
    }

    /// <summary>Not while the server starts or stops, or the database is away or does not answer soon.</summary>
    private static async Task<IResult> Ready(NpgsqlDataSource source, DatabaseWatch watch, Draining draining, CancellationToken cancellation)
    {
        var model = StoreModel.Prepare();
        if (draining.HasBegun || !model.IsCompleted)
            return Results.Json(new { status = draining.HasBegun ? "stopping" : "starting" }, statusCode: StatusCodes.Status503ServiceUnavailable);
        await model;
        watch.Demand();
        await using var command = source.CreateCommand("SELECT 1");
        await command.ExecuteScalarAsync(cancellation).WaitAsync(MostForReady, cancellation);
        return Results.Ok(new { status = "ready" });
    }
}
