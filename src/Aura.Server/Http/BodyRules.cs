using System.Collections;
using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Aura.Server.Http;

/// <summary>Checks request bodies by their annotations, all fields at once, before the endpoint runs.</summary>
/// <remarks>Annotations may stand on the parameters of a positional record, and on those of a handler. Changes are checked where they are given.</remarks>
internal static class BodyRules
{
    private static readonly ConcurrentDictionary<Type, Rule[]> Plans = new();

    public static EndpointFilterDelegate Filter(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var dialects = context.ApplicationServices.GetRequiredService<Dialects>();
        var bodies = context.MethodInfo.GetParameters().Index()
            .Select(parameter => (parameter.Index, Dialect: dialects.Owner(parameter.Item.ParameterType)))
            .Where(parameter => parameter.Dialect is not null).ToArray();
        var parameters = context.MethodInfo.GetParameters().Index()
            .Select(parameter => (parameter.Index, Name: parameter.Item.Name!, Attributes: parameter.Item.GetCustomAttributes<ValidationAttribute>().ToArray())) // a handler's have names
            .Where(parameter => parameter.Attributes.Length > 0).ToArray();
        if (bodies.Length == 0 && parameters.Length == 0)
            return next;
        return invocation =>
        {
            foreach (var (index, name, attributes) in parameters)
                if (attributes.FirstOrDefault(attribute => !attribute.IsValid(invocation.Arguments[index])) is { } broken)
                    throw Refused.BadParameter(name, Sentence(broken));
            foreach (var (index, dialect) in bodies)
                if (invocation.Arguments[index] is { } body)
                    Check(body, dialect!.Naming); // chosen so
            return next(invocation);
        };
    }

    /// <exception cref="Refused">422 with every field that is wrong.</exception>
    public static void Check(object body, JsonNamingPolicy naming)
    {
        var errors = new List<FieldError>();
        Walk(body, "", naming, errors);
        if (errors.Count > 0)
            throw new Refused(Refusal.Invalid, null, Failure.Summary(errors)) { Fields = errors };
    }

    private static void Walk(object value, string path, JsonNamingPolicy naming, List<FieldError> errors)
    {
        foreach (var rule in Plans.GetOrAdd(value.GetType(), Plan))
        {
            if (rule.Read(value) is not { } content)
                continue;
            var name = naming.ConvertName(rule.Name);
            var field = path == "" ? name : $"{path}.{name}";
            foreach (var attribute in rule.Attributes)
                if (!attribute.IsValid(content))
                {
                    errors.Add(new(field, Sentence(attribute)));
                    break;
                }

            if (rule.IsList)
                foreach (var (index, item) in ((IEnumerable)content).Cast<object?>().Index())
                {
                    if (item is null)
                        errors.Add(new($"{field}[{index}]", "Must not be null."));
                    else if (rule.Nested)
                        Walk(item, $"{field}[{index}]", naming, errors);
                }
            else if (rule.Nested)
                Walk(content, field, naming, errors);
        }
    }

    private static string Sentence(ValidationAttribute attribute) => attribute switch
    {
        PhoneAttribute => "Must be a telephone number.",
        UrlAttribute => "Must be an address such as https://example.com/page.",
        EmailAddressAttribute => "Must be a valid email address.", // it has a message of its own
        { ErrorMessage: { } own } => own,
        StringLengthAttribute { MinimumLength: 0 } text => $"Must have at most {text.MaximumLength} characters.",
        StringLengthAttribute text => $"Must have {text.MinimumLength} to {text.MaximumLength} characters.",
        MinLengthAttribute list => $"Must have at least {list.Length} entries.",
        MaxLengthAttribute list => $"Must have at most {list.Length} entries.",
        LengthAttribute list => $"Must have {list.MinimumLength} to {list.MaximumLength} entries.",
        RangeAttribute { Maximum: int.MaxValue } number => $"Must be {number.Minimum} or more.",
        RangeAttribute number => string.Create(CultureInfo.InvariantCulture, $"Must be from {number.Minimum} to {number.Maximum}."),
        RegularExpressionAttribute form => $"Must match {form.Pattern}.",
        _ => "Has a wrong value.",
    };

    private static Rule[] Plan(Type type)
    {
        var parameters = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).FirstOrDefault()?.GetParameters() ?? [];
        return [.. type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.GetIndexParameters().Length == 0)
            .Select(property => new Rule(
                property.Name,
                Reader(property),
                [.. property.GetCustomAttributes<ValidationAttribute>()
                    .Concat(parameters.FirstOrDefault(p => p.Name == property.Name)?.GetCustomAttributes<ValidationAttribute>() ?? [])],
                IsRecord(Content(property.PropertyType)),
                IsList(property.PropertyType)))
            .Where(rule => rule.Attributes.Length > 0 || rule.Nested || rule.IsList)];
    }

    private static Func<object, object?> Reader(PropertyInfo property)
    {
        if (!ChangeConverters.IsChange(property.PropertyType))
            return property.GetValue;
        var (isGiven, or) = (property.PropertyType.GetProperty(nameof(Change<>.IsGiven))!, property.PropertyType.GetMethod(nameof(Change<>.Or))!); // a Change has both
        return owner => property.GetValue(owner) is var change && isGiven.GetValue(change) is true ? or.Invoke(change, [null]) : null;
    }

    /// <summary>What a property is about: the element of a list, the value of a change.</summary>
    private static Type Content(Type type) =>
        Nullable.GetUnderlyingType(type) is { } value ? Content(value) :
        ChangeConverters.IsChange(type) || IsList(type)
            ? Content(type.GenericTypeArguments[0])
            : type;

    private static bool IsList(Type type) => ChangeConverters.IsChange(type)
        ? IsList(type.GenericTypeArguments[0])
        : type.IsGenericType && type.IsAssignableTo(typeof(IEnumerable)) && type.GenericTypeArguments.Length == 1;

    private static bool IsRecord(Type type) => type.IsClass && type.Namespace?.StartsWith("Aura", StringComparison.Ordinal) == true;

    private sealed record Rule(string Name, Func<object, object?> Read, ValidationAttribute[] Attributes, bool Nested, bool IsList);
}
