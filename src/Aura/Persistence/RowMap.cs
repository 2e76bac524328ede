using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Update;
using Npgsql;
using NpgsqlTypes;

namespace Aura.Persistence;

/// <summary>How rows of one table are read and written by statements of our own, worked out from the model once.</summary>
/// <remarks>
/// EF Core sends one question at a time and saves in a round trip of its own. A purchase needs a dozen tables; with this they are
/// read in one round trip (<see cref="Reading"/>) and written in one, with the COMMIT in it (<see cref="AuraDb.InOneWrite{T}"/>). A test
/// compares, for every table there is, what is read and written here with what EF reads and writes.
/// </remarks>
internal sealed class RowMap
{
    /// <summary>Each number of rows is a statement of its own, which connections keep prepared.</summary>
    private const int RowsInOne = 8;

    private const string Tenant = "tenant_id";

    private const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private static readonly ConcurrentDictionary<IEntityType, RowMap> Known = new();

    private readonly Column[] columns;
    private readonly string insert;
    private readonly Column[] given;
    private readonly Column[] generated;
    private readonly ConcurrentDictionary<(int Rows, bool Whole), string> inserts = new();
    private readonly ConcurrentDictionary<UInt128, string> updates = new(), changes = new();
    private readonly Func<NpgsqlDataReader, object> read;

    private RowMap(IEntityType type)
    {
        Table = type.GetTableName()!; // every entity has a table
        columns = [.. type.GetProperties().Select(property => new Column(property))];
        generated = [.. columns.Where(column => column.IsGenerated)];
        Columns = string.Join(", ", columns.Select(column => column.Name));
        given = [.. columns.Where(column => !column.IsGenerated)];
        insert = InsertOf((1, false)) + (generated.Length == 0 ? "" : $" RETURNING {string.Join(", ", generated.Select(column => column.Name))}");
        Rank = RankOf(type, []);
        read = Reader(type);
    }

    public string Table { get; }

    /// <summary>What <see cref="Read"/> reads, in its order.</summary>
    public string Columns { get; }

    /// <summary>Rows of a lower rank are written first: those of a higher one may refer to them.</summary>
    public int Rank { get; }

    public static RowMap Of(IEntityType type) => Known.GetOrAdd(type, static known => new(known));

    public object Read(NpgsqlDataReader row) => read(row);

    /// <summary>Whether its insert gives back columns that the database fills.</summary>
    public bool Returns(object entity) => generated.Length > 0 && !IsWhole(entity);

    public NpgsqlBatchCommand Insert(object entity) => Insert(insert, [entity], given);

    /// <summary>Inserts rows of several tables, of which nothing is needed back.</summary>
    public static IEnumerable<NpgsqlBatchCommand> InsertAll(IEnumerable<(RowMap Map, object Row)> rows) =>
        rows.GroupBy(row => row.Map, row => row.Row).OrderBy(table => table.Key.Rank).SelectMany(table => table.Key.InsertAll(table));

    /// <summary>Inserts rows of which nothing is needed back: together they cost little more than one.</summary>
    public IEnumerable<NpgsqlBatchCommand> InsertAll(IEnumerable<object> entities) => entities.GroupBy(IsWhole).SelectMany(kind => kind.Chunk(RowsInOne)
        .Select(some => Insert(inserts.GetOrAdd((some.Length, kind.Key), InsertOf), some, kind.Key ? columns : given)));

    /// <summary>Has itself what the database would fill.</summary>
    private bool IsWhole(object entity) => generated.Length > 0 && Array.TrueForAll(generated, column => !column.IsDefault(entity));

    private static NpgsqlBatchCommand Insert(string sql, object[] entities, Column[] written)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var entity in entities)
            foreach (var column in written)
                command.Parameters.Add(column.Parameter(column.Get(entity)));
        return command;
    }

    /// <summary>Takes over what the database filled.</summary>
    public void Return(NpgsqlDataReader row, object entity)
    {
        foreach (var (at, column) in generated.Index())
            column.Set(entity, row, at);
    }

    /// <summary>Writes the columns that changed, and fails where the row is no longer of the version that was read.</summary>
    /// <returns>Null where none did.</returns>
    public NpgsqlBatchCommand? Update(IUpdateEntry entry)
    {
        var command = new NpgsqlBatchCommand();
        UInt128 changed = 0;
        foreach (var (at, column) in columns.Index())
            if (entry.IsModified(column.Property))
            {
                changed |= UInt128.One << at;
                command.Parameters.Add(column.Parameter(entry.GetCurrentValue(column.Property)));
            }

        if (changed == 0)
            return null;
        foreach (var column in columns.Where(column => column.IsCondition))
            command.Parameters.Add(column.Parameter(entry.GetOriginalValue(column.Property)));
        command.CommandText = updates.GetOrAdd(changed, UpdateOf);
        return command;
    }

    /// <summary>What a row has now, by column.</summary>
    public object?[] ValuesOf(object entity) => Array.ConvertAll(columns, column => column.Get(entity));

    /// <param name="values">From <see cref="ValuesOf"/>.</param>
    public object? ValueOf(object?[] values, IProperty property) => values[Array.FindIndex(columns, column => column.Property == property)];

    /// <summary>Writes the columns that differ from what the row had, together with those of other rows, and fails where one is no longer of the version that it had.</summary>
    /// <param name="before">From <see cref="ValuesOf"/>.</param>
    /// <returns>Null where none do.</returns>
    public LaterStatement? Change(object entity, object?[] before, SharedStep step)
    {
        var (changed, values, conditions) = ((UInt128)0, new List<object>(), new List<object>());
        foreach (var (at, column) in columns.Index())
        {
            if (column.Get(entity) is var now && !Equals(now, before[at]))
            {
                changed |= UInt128.One << at;
                values.Add(column.One(now));
            }

            if (column.IsCondition)
                conditions.Add(column.Name == Tenant ? before[at]! : column.One(before[at])); // no key is null
        }

        return changed == 0 ? null : new(changes.GetOrAdd(changed, ChangeOf), [.. conditions, .. values]) { Step = step, Rows = "cardinality($2)" };
    }

    public NpgsqlBatchCommand Delete(IUpdateEntry entry)
    {
        var conditions = columns.Where(column => column.IsCondition).ToList();
        var command = new NpgsqlBatchCommand(
            Row($"DELETE FROM {Table} WHERE {string.Join(" AND ", conditions.Select((column, at) => $"{column.Name} = ${at + 1}"))}"));
        foreach (var column in conditions)
            command.Parameters.Add(column.Parameter(entry.GetOriginalValue(column.Property)));
        return command;
    }

    private string InsertOf((int Rows, bool Whole) kind)
    {
        var (number, written) = (0, kind.Whole ? columns : given);
        var values = Enumerable.Range(0, kind.Rows).Select(_ => $"({string.Join(", ", written.Select(_ => $"${++number}"))})");
        return $"INSERT INTO {Table} ({string.Join(", ", written.Select(column => column.Name))}) VALUES {string.Join(", ", values)}";
    }

    private string UpdateOf(UInt128 changed)
    {
        var number = 0;
        var sets = columns.Where((_, at) => (changed & UInt128.One << at) != 0).Select(column => $"{column.Name} = ${++number}").ToList();
        var conditions = columns.Where(column => column.IsCondition).Select(column => $"{column.Name} = ${++number}").ToList();
        return Row($"UPDATE {Table} SET {string.Join(", ", sets)} WHERE {string.Join(" AND ", conditions)}");
    }

    private string ChangeOf(UInt128 changed)
    {
        var conditions = columns.Where(column => column is { IsCondition: true, Name: not Tenant }).ToList();
        var written = columns.Where((_, at) => (changed & UInt128.One << at) != 0).ToList();
        var (names, types) = (conditions.Select(column => $"was_{column.Name}").Concat(written.Select(column => column.Name)), conditions.Concat(written).Select(column => column.Type));
        return $"""
            UPDATE {Table} SET {string.Join(", ", written.Select(column => $"{column.Name} = asked.{column.Name}"))}
            FROM unnest({string.Join(", ", types.Select((type, at) => $"${at + 2}::{type}[]"))}) AS asked ({string.Join(", ", names)})
            WHERE {Table}.{Tenant} = $1 AND {string.Join(" AND ", conditions.Select(column => $"{Table}.{column.Name} = asked.was_{column.Name}"))}
            """;
    }

    private static string Row(string sql) => Batches.Demanding(sql, "1", "'row'");

    private static int RankOf(IEntityType type, HashSet<IEntityType> above) => !above.Add(type) ? 0 : type.GetForeignKeys()
        .Where(key => key.PrincipalEntityType != type).Select(key => 1 + RankOf(key.PrincipalEntityType, [.. above])).DefaultIfEmpty(0).Max();

    private Func<NpgsqlDataReader, object> Reader(IEntityType type)
    {
        var row = Expression.Parameter(typeof(NpgsqlDataReader), "row");
        var entity = Expression.Variable(type.ClrType, "entity");
        List<Expression> steps = [Expression.Assign(entity, Expression.New(type.ClrType.GetConstructor(Instance, [])!))]; // EF asks for the same one
        steps.AddRange(columns.Select((column, at) => column.Assign(entity, row, Expression.Constant(at))));
        steps.Add(Expression.Convert(entity, typeof(object)));
        return Expression.Lambda<Func<NpgsqlDataReader, object>>(Expression.Block([entity], steps), row).Compile();
    }

    private sealed class Column
    {
        private static readonly NpgsqlCommand Maker = new();
        private readonly RelationalTypeMapping mapping;
        private readonly Lazy<Action<object, NpgsqlDataReader, int>> set;

        public Column(IProperty property)
        {
            (Property, mapping, Name) = (property, property.GetRelationalTypeMapping(), property.GetColumnName());
            IsGenerated = property.ValueGenerated != ValueGenerated.Never && !property.IsPrimaryKey();
            IsCondition = property.IsPrimaryKey() || property.IsConcurrencyToken;
            set = new(Setter);
        }

        public IProperty Property { get; }
        public string Name { get; }
        public bool IsGenerated { get; }
        public bool IsCondition { get; }

        public NpgsqlParameter Parameter(object? value)
        {
            var parameter = (NpgsqlParameter)mapping.CreateParameter(Maker, "", value, Property.IsNullable);
            parameter.ParameterName = "";
            return parameter;
        }

        public string Type => Property.GetColumnType();

        /// <summary>A value for a statement that is written for several.</summary>
        /// <exception cref="NotShared">It is a list itself.</exception>
        public object One(object? value)
        {
            if (Type == "jsonb")
                return new NpgsqlParameter { Value = Array(Property.ClrType, value), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb };
            var type = mapping.Converter?.ProviderClrType ?? Property.ClrType;
            if (type.IsArray && type != typeof(byte[]))
                throw new NotShared();
            return Array(type.IsValueType && Property.IsNullable ? typeof(Nullable<>).MakeGenericType(Plain(type)) : type, mapping.Converter is { } converter ? converter.ConvertToProvider(value) : value);
        }

        private static Array Array(Type type, object? value)
        {
            var one = System.Array.CreateInstance(type, 1);
            one.SetValue(value, 0);
            return one;
        }

        public bool IsDefault(object entity) => Equals(Get(entity), Property.Sentinel);

        public object? Get(object entity) => Property.GetGetter().GetClrValueUsingContainingEntity(entity);

        public void Set(object entity, NpgsqlDataReader row, int at) => set.Value(entity, row, at);

        public Expression Assign(Expression entity, Expression row, Expression at)
        {
            var type = Property.ClrType;
            Expression value = type == typeof(Dictionary<string, string>) ? Expression.Call(typeof(Rows), nameof(Rows.Pairs), [typeof(string)], row, at)
                : type == typeof(Dictionary<string, long>) ? Expression.Call(typeof(Rows), nameof(Rows.Pairs), [typeof(long)], row, at)
                : Expression.Call(row, nameof(NpgsqlDataReader.GetFieldValue), [Plain(mapping.Converter?.ProviderClrType ?? type)], at);
            if (mapping.Converter is { } converter)
                value = Expression.Invoke(converter.ConvertFromProviderExpression, value);
            value = Expression.Convert(value, type);
            if (Property.IsNullable)
                value = Expression.Condition(Expression.Call(row, nameof(NpgsqlDataReader.IsDBNull), null, at), Expression.Default(type), value);
            return Expression.Assign(Member(entity), value);
        }

        private MemberExpression Member(Expression entity) => Property.PropertyInfo is { } face && face.DeclaringType!.GetProperty(face.Name, Instance) is { SetMethod: not null } settable
            ? Expression.Property(entity, settable) // a property has a type
            : Expression.Field(entity, Property.FieldInfo!); // where it has no setter EF writes the field

        private Action<object, NpgsqlDataReader, int> Setter()
        {
            var (entity, row, at) = (Expression.Parameter(typeof(object)), Expression.Parameter(typeof(NpgsqlDataReader)), Expression.Parameter(typeof(int)));
            return Expression.Lambda<Action<object, NpgsqlDataReader, int>>(Assign(Expression.Convert(entity, Property.DeclaringType.ClrType), row, at), entity, row, at).Compile();
        }

        private static Type Plain(Type type) => Nullable.GetUnderlyingType(type) ?? type;
    }
}
