using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Aura.Persistence;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Tests.Growth;

/// <summary>One way to ask for a list.</summary>
/// <param name="Name">What is asked, without the values: <c>status eq</c>.</param>
internal sealed record Probe(string Name, string Query);

/// <summary>Every way in which a list's declaration lets it be asked: pages, each order, each filter with a value of nearly all rows and with a rare one.</summary>
internal static class ListProbes
{
    /// <summary>Of conditions by word: what nearly all rows have, and what few have.</summary>
    private static readonly Dictionary<string, (string Usual, string Rare)> Words = new()
    {
        ["tags"] = ("common", "rare"),
        ["category"] = ("light", "dark"),
        ["search"] = ("Lamp", "Rarissimum"),
        ["path"] = ("light", "dark"),
        ["code"] = ("FULL0", "FULL1"),
        ["name"] = ("Alice", "rare"),
        ["email"] = ("common", "rarissimum"),
        ["action"] = ("updated", "refund.deleted"),
        ["event"] = ("product_modified", "refund_deleted"),
        ["user"] = ("common", "rare"),
    };

    /// <param name="rows">That the table has, beginning with <see cref="TallStore.First"/>.</param>
    public static Task<List<Probe>> Of(IListing listing, ListForm form, AuraDb db, int rows)
    {
        var make = typeof(ListProbes).GetMethod(nameof(Probes), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(listing.GetType().GenericTypeArguments); // is below
        return (Task<List<Probe>>)make.Invoke(null, [listing, form, db, rows])!; // it returns one
    }

    private static async Task<List<Probe>> Probes<T, TResponse>(Listing<T, TResponse> listing, ListForm form, AuraDb db, int rows) where T : StoreRow
    {
        var isOpen = form.IsOpen;
        var (usual, rare, middle, last) = (TallStore.First, TallStore.First + 1, TallStore.First + rows / 2, TallStore.First + rows - 1);
        async Task<object?> At(LambdaExpression key, long id) =>
            await db.Set<T>().IgnoreQueryFilters().Where(row => row.Id == id).Select(Boxed<T>(key)).FirstOrDefaultAsync();

        var probes = new List<Probe> { new("by number", "") };
        if (isOpen)
        {
            probes.Add(new("by cursor", "cursor="));
            probes.Add(new("by cursor, deep", $"cursor={Keyset<T>.Of(listing.UsualOrder, listing.All).Cursor(await Place(listing.UsualOrder))}"));
        }

        foreach (var (name, field) in listing.All.Where(field => field.Key[0] != '?'))
        {
            var values = await Values(name, field);
            if (isOpen && field.Found.HasFlag(Found.ByValue))
            {
                foreach (var value in values)
                    probes.Add(new($"{name} eq", Filter(name, "eq", value)));
                probes.Add(new($"{name} in", Filter(name, "in", string.Join(',', values.Select(value => value.Replace(',', ' '))))));
            }

            if (isOpen && field.Found.HasFlag(Found.ByPart))
                foreach (var op in (string[])["contains", "starts_with"])
                    probes.Add(new($"{name} {op}", Filter(name, op, values[^1])));
            if (!field.Found.HasFlag(Found.InOrder) || field.SortKey is not { } key)
                continue;
            var word = (Nullable.GetUnderlyingType(key.ReturnType) ?? key.ReturnType).IsEnum;
            foreach (var order in (string[])["asc", "desc"])
                probes.Add(new($"sort {name} {order}", $"{(isOpen && !word ? "cursor=&" : "")}{form.Sort}={name}&{form.Order}={order}"));
            if (!isOpen || word)
                continue;
            foreach (var order in (string[])[name, $"-{name}"])
                probes.Add(new($"sort {order}, deep", $"sort={order}&cursor={Keyset<T>.Of(order, listing.All).Cursor(await Place(order))}"));
            if (key.ReturnType == typeof(bool) || key.ReturnType == typeof(Currency))
                continue;
            probes.Add(new($"{name} gte", Filter(name, "gte", Text(field, await At(key, last)))));
            probes.Add(new($"{name} lte", Filter(name, "lte", Text(field, await At(key, usual)))));
        }

        foreach (var (name, parameter) in listing.Parameters.Where(parameter => listing.All[parameter.Value.Field].Found != Found.ByReading))
            foreach (var value in parameter.Words ?? await Values(parameter.Field, listing.All[parameter.Field]))
                probes.Add(new(name, $"{(isOpen ? "cursor=&" : "")}{name}={Uri.EscapeDataString(value)}"));
        if (isOpen && listing.HasMetadata && listing.MetadataFound != Found.ByReading)
            foreach (var value in (string[])["common", "rare"])
                probes.Add(new("metadata", $"cursor=&metadata[kind]={value}"));
        return probes;

        async Task<object?[]> Place(string order)
        {
            var place = new List<object?>();
            foreach (var part in order.Split(',').Select(part => part.TrimStart('-')).Where(part => part != "id"))
                place.Add(await At(listing.All[part].SortKey!, middle)); // it is sorted by
            return [.. place, middle];
        }

        async Task<string[]> Values(string name, IField<T> field) => field.SortKey is { } key
            ? [Text(field, await At(key, usual)), Text(field, await At(key, rare))]
            : Words.TryGetValue(name.TrimStart('?'), out var words) ? [words.Usual, words.Rare]
            : throw new InvalidOperationException($"Say in {nameof(ListProbes)} what {name} may be filtered by.");
    }

    private static string Filter(string name, string op, string value) => $"cursor=&filter[{name}][{op}]={Uri.EscapeDataString(value)}";

    private static Expression<Func<T, object?>> Boxed<T>(LambdaExpression key) =>
        Expression.Lambda<Func<T, object?>>(Expression.Convert(key.Body, typeof(object)), key.Parameters);

    /// <summary>As a caller would write it.</summary>
    private static string Text<T>(IField<T> field, object? value) => value switch
    {
        null => field.SortKey!.ReturnType == typeof(string) ? "none" : field.SortKey.ReturnType == typeof(DateTime?) ? "2020-01-01" : "0", // it has one
        DateTime time => time.ToString("O", CultureInfo.InvariantCulture),
        Enum word => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName($"{word}"),
        bool yes => yes ? "true" : "false",
        long minor when field is Field<T, long> { IsMoney: true } => (minor / 100m).ToString(CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => $"{value}",
    };
}
