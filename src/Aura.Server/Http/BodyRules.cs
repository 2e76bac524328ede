using System.Collections;
using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace Aura.Server.Http;

/// <summary>Checks request bodies by their annotations, all fields at once, before the endpoint runs.</summary>
/// <remarks>Annotations may stand on the parameters of a positional record. Changes are checked where they are given.</remarks>
internal static class BodyRules
{
    private static readonly ConcurrentDictionary<Type, Rule[]> Plans = new();

    public static EndpointFilterDelegate Filter(EndpointFilterFactoryContext context, EndpointFilterDelegate next)
    {
        var bodies = context.MethodInfo.GetParameters().Index()
            .Where(parameter => context.ApplicationServices.GetRequiredService<Dialects>().Owner(parameter.Item.ParameterType) is not null)
            .Select(parameter => parameter.Index).ToArray();
        if (bodies.Length == 0)
            return next;
        return invocation =>
        {
            foreach (var index in bodies)
                if (invocation.Arguments[index] is { } body)
                    Check(body);
            return next(invocation);
        };
    }

    /// <exception cref="Refused">422 with every field that is wrong.</exception>
    public static void Check(object body)
    {
        var errors = new List<FieldError>();
        Walk(body, "", errors);
        if (errors.Count > 0)
            throw new Refused(Refusal.Invalid, null, Failure.Summary(errors)) { Fields = errors };
    }

    private static void Walk(object value, string path, List<FieldError> errors)
    {
        foreach (var rule in Plans.GetOrAdd(value.GetType(), Plan))
        {
            if (rule.Read(value) is not { } content)
                continue;
            var field = path == "" ? rule.Name : $"{path}.{rule.Name}";
            foreach (var attribute in rule.Attributes)
                if (!attribute.IsValid(content))
                {
                    errors.Add(new(field, attribute.FormatErrorMessage(rule.Name)));
                    break;
                }

            if (rule.IsList)
                foreach (var (index, item) in ((IEnumerable)content).Cast<object?>().Index())
                {
                    if (item is null)
                        errors.Add(new($"{field}[{index}]", "Must not be null."));
                    else if (rule.Nested)
                        Walk(item, $"{field}[{index}]", errors);
                }
            else if (rule.Nested)
                Walk(content, field, errors);
        }
    }

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
        var or = property.PropertyType.GetMethod(nameof(Change<>.Or))!; // a Change has it
        return owner => or.Invoke(property.GetValue(owner), [null]);
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
