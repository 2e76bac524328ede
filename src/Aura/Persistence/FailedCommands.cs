using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Sees to it that a command that failed is not used again.</summary>
/// <remarks>
/// A connection of the driver (10.0.0) keeps the command that was disposed last for the next that asks for one. Where the line broke while a statement was sent
/// that was to be prepared, the command still believes so later, on a new line, and whatever it is used for trips: over nothing, over answers to
/// others, or over a statement of the same name (42P05), which then spoils that line for all who come after. One without a connection is not kept.
/// Where PostgreSQL objected to a value of a statement that was just being prepared, the line and the driver disagree about what is prepared: it forgets it all.
/// </remarks>
public sealed class FailedCommands : DbCommandInterceptor
{
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => command.Connection = null;

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default)
    {
        var (line, isAlone) = (command.Connection as NpgsqlConnection, command.Transaction is null);
        command.Connection = null;
        if (line is { State: ConnectionState.Open } && isAlone && eventData.Exception is PostgresException)
            line.UnprepareAll();
        return Task.CompletedTask;
    }
}
