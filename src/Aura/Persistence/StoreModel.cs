using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Aura.Persistence;

/// <summary>What EF Core knows of the tables. It takes one to two seconds of a processor to work out and depends on no database: once in a process is enough.</summary>
public static class StoreModel
{
    private static readonly Lazy<IModel> Made = new(Make);

    /// <summary>Whoever needs it before it is there waits for it.</summary>
    internal static IModel Value => Made.Value;

    /// <summary>Has it made, beside whatever else there is to do.</summary>
    public static Task Prepare() => Made.IsValueCreated ? Task.CompletedTask : Task.Run(() => Made.Value);

    private static IModel Make()
    {
        using var source = AuraServices.DataSource("Host=nowhere"); // nobody is asked
        using var db = new AuraDb(AuraServices.Configure(new DbContextOptionsBuilder<AuraDb>(), source).Options);
        return db.Model;
    }
}
