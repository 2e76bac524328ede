using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using Aura.Connectors;
using Aura.Statistics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Metadata.Conventions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using Microsoft.EntityFrameworkCore.ValueGeneration;

namespace Aura.Persistence;

/// <summary>How entities become tables: snake_case, words for enums, (tenant, id) keys, a filter by tenant on everything.</summary>
internal static class Conventions
{
    /// <summary>Ids taken from the sequence at a time; a process that stops wastes the rest of its block.</summary>
    public const int IdBlock = 100;

    /// <summary>Whose enums columns have.</summary>
    private static readonly Assembly[] Assemblies = [typeof(AuraDb).Assembly, typeof(OutboundAddresses).Assembly, typeof(SuccessMetric).Assembly];

    public static void Types(ModelConfigurationBuilder configuration)
    {
        configuration.Conventions.Remove<RelationshipDiscoveryConvention>(); // each entity says what it belongs to
        configuration.Conventions.Remove<ComplexPropertyDiscoveryConvention>(); // and which of its values are JSON
        configuration.Properties<Currency>().HaveConversion<CurrencyConverter>().HaveColumnType("character(3)");
        configuration.Properties<string>().HaveColumnType("text");
        configuration.Properties<Dictionary<string, string>>().HaveColumnType("jsonb");
        configuration.Properties<Dictionary<string, long>>().HaveColumnType("jsonb");
        configuration.Properties<JsonDocument>().HaveColumnType("jsonb");
        foreach (var type in Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsEnum)) // told before EF Core makes converters to numbers for each of them
            configuration.Properties(type).HaveConversion(typeof(WordConverter<>).MakeGenericType(type));
    }

    public static void Apply(ModelBuilder model, AuraDb db)
    {
        foreach (var entity in model.Model.GetEntityTypes().Where(type => type.ClrType.IsAssignableTo(typeof(StoreRow))).ToList())
        {
            var row = model.Entity(entity.ClrType);
            row.HasKey(nameof(StoreRow.TenantId), nameof(StoreRow.Id));
            row.Property(nameof(StoreRow.TenantId)).ValueGeneratedOnAdd().HasValueGenerator<TenantGenerator>();
            row.Property(nameof(StoreRow.Id)).ValueGeneratedOnAdd().HasValueGenerator<IdGenerator>();
            row.HasQueryFilter(OwnTenant(entity.ClrType, db));
            if (entity.ClrType.IsAssignableTo(typeof(IApprovable)))
                row.Ignore(nameof(IApprovable.Content));
            if (entity.ClrType.IsAssignableTo(typeof(StoreEntity)))
                row.Property(nameof(StoreEntity.Version)).IsConcurrencyToken();
        }

        foreach (var entity in model.Model.GetEntityTypes())
        {
            entity.SetTableName(Snake(entity.GetTableName()!)); // every entity has a table
            foreach (var property in entity.GetProperties())
            {
                property.SetColumnName(Snake(property.Name));
                if ((Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType) is { IsEnum: true } type)
                    property.SetValueComparer(ByNumber(type));
            }
        }
    }

    public static string Snake(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    /// <summary>A value kept whole as JSON.</summary>
    public static PropertyBuilder<T> Json<T>(this PropertyBuilder<T> property) => property.HasColumnType("jsonb");

    /// <summary>What EF Core would make itself by generic methods, which then are compiled for each enum at each start.</summary>
    private static ValueComparer ByNumber(Type type)
    {
        var (one, other) = (Expression.Parameter(type, "one"), Expression.Parameter(type, "other"));
        return (ValueComparer)Activator.CreateInstance(
            typeof(ValueComparer<>).MakeGenericType(type),
            Expression.Lambda(Expression.Equal(one, other), one, other),
            Expression.Lambda(Expression.Convert(one, typeof(int)), one),
            Expression.Lambda(one, one))!; // of a type, not of a Nullable
    }

    private static LambdaExpression OwnTenant(Type type, AuraDb db)
    {
        var row = Expression.Parameter(type, "row");
        var own = Expression.Property(Expression.Constant(db), nameof(AuraDb.Tenant));
        return Expression.Lambda(Expression.Equal(Expression.Property(row, nameof(StoreRow.TenantId)), own), row);
    }

    private sealed class TenantGenerator : ValueGenerator<long>
    {
        public override bool GeneratesTemporaryValues => false;
        public override bool GeneratesStableValues => true;

        public override long Next(EntityEntry entry) => ((AuraDb)entry.Context).Tenant is var tenant and not 0
            ? tenant
            : throw new InvalidOperationException($"A {entry.Metadata.ClrType.Name} belongs to a store, and this work is in none.");
    }

    private sealed class CurrencyConverter() : ValueConverter<Currency, string>(currency => currency.Code, code => Currency.Of(code, "Currency"));

    private sealed class WordConverter<T>() : ValueConverter<T, string>(value => Words<T>.Of(value), word => Words<T>.Parse(word)) where T : struct, Enum;
}
