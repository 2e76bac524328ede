using System.Data;
using System.Data.Common;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Aura.Persistence;

/// <summary>Sees to it that a command that failed spoils nothing for those who use its connection next.</summary>
/// <remarks>
/// The driver (10.0.0) prepares by itself what a connection sees for the second time, and where that fails halfway it does not know what it has:
/// <list type="bullet">
/// <item>PostgreSQL parsed a statement and then objected to its values, or was stopped while it planned it. The driver believes it to be prepared, and to return
/// nothing: over the first row that it returns later the connection breaks ("unexpected backend message DataRow"). It is closed, by a message that PostgreSQL
/// also takes in a transaction that failed.</item>
/// <item>The driver could not write a value of a batch. What stood before it and was to be prepared was never sent, and is believed to be on its way: whoever sends
/// it is told that it does not exist (26000), for as long as the connection lives. It forgets all that it prepared.</item>
/// <item>The line broke. A connection keeps the command that was disposed last for the next that asks for one, and the command still believes, on a new line, what
/// it did on the old one: it trips over nothing, over answers to others, or over a statement of the same name (42P05), which spoils that line too. One without a
/// connection is not kept.</item>
/// </list>
/// See docs/decisions/0034.
/// </remarks>
public sealed class FailedCommands : DbCommandInterceptor
{
    public override void CommandFailed(DbCommand command, CommandErrorEventData eventData) => command.Connection = null;

    public override Task CommandFailedAsync(DbCommand command, CommandErrorEventData eventData, CancellationToken cancellationToken = default) =>
        LetGo(command, eventData.Exception);

    public override Task CommandCanceledAsync(DbCommand command, CommandEndEventData eventData, CancellationToken cancellationToken = default) =>
        LetGo(command, new OperationCanceledException());

    private static async Task LetGo(DbCommand command, Exception failure)
    {
        await Unprepare((NpgsqlCommand)command, failure);
        command.Connection = null;
    }

    /// <summary>To be called when a command has failed and its reader is closed, before anybody else can get its connection.</summary>
    /// <remarks>One that was given up before it was sent may still know what it was on another connection, from when it was used before: that is not to be closed.</remarks>
    internal static async Task Unprepare(NpgsqlCommand command, Exception failure)
    {
        if (command.Connection is not { State: ConnectionState.Open } line || failure.Objection() is { } objection && CameLater(objection))
            return;
        try
        {
            if (failure is not (NpgsqlException or OperationCanceledException or DbUpdateException))
                line.UnprepareAll();
            else if (failure.Objection() is not null || command.IsPrepared)
                await command.UnprepareAsync();
        }
        catch (Exception trouble) when (trouble.IsPassing())
        {
            // the line is gone, and with it what was prepared there
        }
    }

    /// <inheritdoc cref="Unprepare(NpgsqlCommand, Exception)"/>
    internal static Task Unprepare(NpgsqlBatch batch, Exception failure) => Unprepare(CommandOf(batch), failure);

    /// <summary>The statement ran, and what it returns was known by then. These are the everyday refusals, after which nothing should have to be planned again.</summary>
    private static bool CameLater(PostgresException objection) => objection.SqlState is ['2', '3', ..] || Batches.NameOf(objection) is not null;

    /// <remarks>Commands have a public way to be unprepared, batches have none, and are such a command inside.</remarks>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Command")]
    private static extern NpgsqlCommand CommandOf(NpgsqlBatch batch);
}
