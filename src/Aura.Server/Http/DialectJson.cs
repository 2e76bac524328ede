using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Aura.Server.Http;

/// <summary>One JSON configuration for all dialects: each type is spelled as the dialect does that owns it.</summary>
internal static class DialectJson
{
    public static void Configure(JsonSerializerOptions json, Dialects dialects)
    {
        json.TypeInfoResolverChain.Insert(0, new DefaultJsonTypeInfoResolver { Modifiers = { type => Spell(type, dialects) } });
        json.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        json.RespectNullableAnnotations = true;
        json.RespectRequiredConstructorParameters = true;
        json.NumberHandling = JsonNumberHandling.Strict;
        json.MaxDepth = 32;
        json.Converters.Add(new IdConverters());
        json.Converters.Add(new NumberConverters());
        json.Converters.Add(new ChangeConverters());
        json.Converters.Add(new WordConverters());
        json.Converters.Add(new PlainDecimal());
        json.Converters.Add(new PlainDouble());
        json.Converters.Add(new UtcTime());
        json.Converters.Add(new CurrencyCode());
    }

    private static void Spell(JsonTypeInfo type, Dialects dialects)
    {
        if (dialects.Owner(type.Type) is not { } dialect)
            return;
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider is not PropertyInfo member)
                continue;
            if (!member.IsDefined(typeof(JsonPropertyNameAttribute)))
                property.Name = dialect.Naming.ConvertName(member.Name);
            if (ChangeConverters.IsChange(property.PropertyType))
                property.CustomConverter = ChangeConverters.For(member, property.Name);
        }
    }

    private sealed class IdConverters : JsonConverterFactory
    {
        public override bool CanConvert(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Id<>);

        public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(IdConverter<>).MakeGenericType(type.GenericTypeArguments))!; // a class with that constructor
    }

    private sealed class IdConverter<T> : JsonConverter<Id<T>> where T : IIdentified
    {
        public override Id<T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Id<T>.ToNumber(reader.GetString()) is { } number
                ? new(number)
                : throw new JsonException($"Must be the id of a {T.Noun}, such as {T.Prefix}_123.");

        public override void Write(Utf8JsonWriter writer, Id<T> value, JsonSerializerOptions options)
        {
            Span<char> text = stackalloc char[64];
            if (text.TryWrite($"{T.Prefix}_{value.Value}", out var length))
                writer.WriteStringValue(text[..length]);
        }
    }

    private sealed class NumberConverters : JsonConverterFactory
    {
        public override bool CanConvert(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Number<>);

        public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(NumberConverter<>).MakeGenericType(type.GenericTypeArguments))!; // a class with that constructor
    }

    private sealed class NumberConverter<T> : JsonConverter<Number<T>> where T : IIdentified
    {
        public override Number<T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number)
                ? new(number)
                : throw new JsonException($"Must be the id of a {T.Noun}, an integer.");

        public override void Write(Utf8JsonWriter writer, Number<T> value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Value);
    }

    private sealed class WordConverters : JsonConverterFactory
    {
        public override bool CanConvert(Type type) => type.IsEnum;

        public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(WordConverter<>).MakeGenericType(type))!; // a class with that constructor
    }

    private sealed class WordConverter<T> : JsonConverter<T> where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Words<T>.TryParse(reader.GetString(), out var value)
                ? value
                : throw new JsonException($"Must be one of {string.Join(", ", Words<T>.All)}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Words<T>.Of(value));
    }

    /// <summary>15 is 15, whether it was kept as 15.0 or 15.0000.</summary>
    private sealed class PlainDecimal : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetDecimal(out var value) ? value : throw new JsonException("Must be a number.");

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value / 1.0000000000000000000000000000m);
    }

    private sealed class PlainDouble : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value) ? value : throw new JsonException("Must be a number.");

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
    }

    /// <summary>Times are ISO 8601 and UTC; without a zone they are taken for UTC.</summary>
    private sealed class UtcTime : JsonConverter<DateTime>
    {
        public override DateTime Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Lists.Filters.ReadTime(reader.GetString() ?? "") is { } time
                ? time
                : throw new JsonException("Must be an ISO 8601 time such as 2026-01-15T10:30:00Z.");

        public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
            writer.WriteStringValue(DateTime.SpecifyKind(value, DateTimeKind.Utc));
    }

    private sealed class CurrencyCode : JsonConverter<Currency>
    {
        public override Currency Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && Currency.TryParse(reader.GetString(), out var currency)
                ? currency
                : throw new JsonException("Must be an ISO 4217 currency code such as USD.");

        public override void Write(Utf8JsonWriter writer, Currency value, JsonSerializerOptions options) => writer.WriteStringValue(value.Code);
    }
}

/// <summary>Reads fields of partial updates: a field that is there is a change, even to null where null is allowed.</summary>
internal sealed class ChangeConverters : JsonConverterFactory
{
    public override bool CanConvert(Type type) => IsChange(type);

    public override JsonConverter CreateConverter(Type type, JsonSerializerOptions options) => Make(type, true, null);

    public static bool IsChange(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Change<>);

    /// <param name="name">As callers write it.</param>
    public static JsonConverter For(PropertyInfo property, string name)
    {
        var argument = new NullabilityInfoContext().Create(property).GenericTypeArguments[0];
        return Make(property.PropertyType, argument.ReadState != NullabilityState.NotNull, name);
    }

    private static JsonConverter Make(Type type, bool nullable, string? name) =>
        (JsonConverter)Activator.CreateInstance(typeof(Converter<>).MakeGenericType(type.GenericTypeArguments), args: [nullable, name])!; // a class with that constructor

    private sealed class Converter<T>(bool nullable, string? name) : JsonConverter<Change<T>>
    {
        public override bool HandleNull => true;

        public override Change<T> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (reader.TokenType == JsonTokenType.Null && !nullable)
                throw new JsonException("Must not be null.");
            try
            {
                return new(JsonSerializer.Deserialize<T>(ref reader, options)!); // null was let through only where T allows it
            }
            catch (JsonException wrong) when (wrong.GetType() == typeof(JsonException) && wrong.InnerException is not JsonException)
            {
                // It began to count at this field. Without a path it gets the one that leads here.
                throw wrong.Path is { Length: > 1 } path && name is not null
                    ? new JsonException(wrong.Message, $"$.{name}{path[1..]}", wrong.LineNumber, wrong.BytePositionInLine)
                    : new JsonException(wrong.Message);
            }
        }

        public override void Write(Utf8JsonWriter writer, Change<T> value, JsonSerializerOptions options) =>
            throw new NotSupportedException("Changes are only read.");
    }
}
