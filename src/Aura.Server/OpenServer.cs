using Aura.Persistence;

namespace Aura.Server;

/// <summary>A server that is put together and ready to start, with its database: the private cluster, or the one it was given.</summary>
public sealed class OpenServer : IAsyncDisposable
{
    private readonly EmbeddedPostgres? postgres;

    private OpenServer(WebApplication app, EmbeddedPostgres? postgres, (FirstKeys? Keys, bool IsNew) first) =>
        (App, this.postgres, Keys, IsFirstStart) = (app, postgres, first.Keys, first.IsNew);

    public WebApplication App { get; }

    /// <summary>The keys of the first account, where they are known.</summary>
    public FirstKeys? Keys { get; }

    /// <summary>The first account was made just now.</summary>
    public bool IsFirstStart { get; }

    /// <summary>Starts the database where it is private, brings its schema up to date, and makes the first account.</summary>
    public static async Task<OpenServer> Open(ServerOptions options, CancellationToken cancellation)
    {
        _ = StoreModel.Prepare();
        Directory.CreateDirectory(options.Data);
        var postgres = options.Database is null
            ? await EmbeddedPostgres.Start(new() { DataDirectory = options.Data }, cancellation)
            : null;
        OpenServer? open = null;
        try
        {
            var database = options.Database ?? await postgres!.EnsureDatabase("aura", cancellation); // private where none is given
            await using (var source = AuraServices.DataSource(options.DirectDatabase ?? database))
                await Migrator.Migrate(source, cancellation);
            var app = AuraServer.Build(options, database);
            await app.Services.GetRequiredService<IdSource>().FetchAhead();
            return open = new(app, postgres, await FirstAccount.Ensure(app.Services, options, cancellation));
        }
        finally
        {
            if (open is null && postgres is not null)
                await postgres.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        if (postgres is not null)
            await postgres.DisposeAsync();
    }
}
