using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;
using Npgsql;
using Npgsql.EntityFrameworkCore.PostgreSQL.Update.Internal;

namespace Aura.Persistence;

#pragma warning disable EF1001 // no interceptor hears of a failure behind the first statement of a command

/// <summary>Statements that SaveChanges sends in one command: where a later one fails, <see cref="FailedCommands"/> hears of it too.</summary>
internal sealed class SavedRows(ModificationCommandBatchFactoryDependencies dependencies, IDbContextOptions options) : NpgsqlModificationCommandBatchFactory(dependencies, options)
{
    private readonly int most = RelationalOptionsExtension.Extract(options).MaxBatchSize ?? 1000;
    private readonly ModificationCommandBatchFactoryDependencies dependencies = dependencies;

    public override ModificationCommandBatch Create() => new Batch(dependencies, most);

    private sealed class Batch(ModificationCommandBatchFactoryDependencies dependencies, int most) : NpgsqlModificationCommandBatch(dependencies, most)
    {
        protected override async Task ConsumeAsync(RelationalDataReader reader, CancellationToken cancellationToken = default)
        {
            try
            {
                await base.ConsumeAsync(reader, cancellationToken);
            }
            catch (Exception failure) when (failure is not DbUpdateConcurrencyException)
            {
                await reader.DbDataReader.CloseAsync();
                await FailedCommands.Unprepare((NpgsqlCommand)reader.DbCommand, failure);
                throw;
            }
        }
    }
}
