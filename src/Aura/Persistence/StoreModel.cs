using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace Aura.Persistence;

/// <summary>What EF Core knows of the tables. It takes one to two seconds of a processor to work out and depends on no database: once in a process is enough.</summary>
public static class StoreModel
{
    private static readonly Lazy<Task<IModel>> Made = new(() => OwnThread.Run(Make));

    /// <summary>Whoever needs it before it is there waits for it.</summary>
    internal static IModel Value => Made.Value.GetAwaiter().GetResult();

    /// <summary>Has it made, beside whatever else there is to do.</summary>
    public static Task Prepare() => Made.Value;

    private static IModel Make()
    {
        using var source = AuraServices.DataSource("Host=nowhere"); // nobody is asked
        using var db = new AuraDb(AuraServices.Configure(new DbContextOptionsBuilder<AuraDb>(), source).Options);
        return db.Model;
    }
}

/// <summary>A pool of contexts on one source of connections.</summary>
/// <remarks>It is made with the first context, so that a server can be put together and listen while the model is being made.</remarks>
/// <param name="services">What writing needs; null: nobody writes with these.</param>
internal sealed class StoreContexts(NpgsqlDataSource source, IServiceProvider? services) : IDbContextFactory<AuraDb>
{
    private readonly Lazy<PooledDbContextFactory<AuraDb>> pool = new(() => new(
        AuraServices.Configure(new DbContextOptionsBuilder<AuraDb>(), source).UseApplicationServiceProvider(services).UseModel(StoreModel.Value).Options));

    public AuraDb CreateDbContext() => pool.Value.CreateDbContext();
}
