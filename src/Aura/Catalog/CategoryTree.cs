using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.Catalog;

/// <summary>The categories of a store as a whole.</summary>
public static class CategoryTree
{
    /// <summary>The categories that each of some products names, in its order; those that the store does not have yet are made, at the root.</summary>
    /// <param name="names">Slugs, or names that slugs are made of.</param>
    /// <exception cref="Refused">422 for a name without letters and digits.</exception>
    public static async Task<IReadOnlyList<List<Category>>> CategoriesCalled(this AuraDb db, IReadOnlyList<IReadOnlyList<string>> names, CancellationToken cancellation)
    {
        var asked = names.Select(its => its.Select(name => (Slug: Slug.Checked(name, "Categories"), Name: name.Trim())).DistinctBy(c => c.Slug).ToList()).ToList();
        var wanted = asked.SelectMany(its => its).DistinctBy(c => c.Slug).ToList();
        string[] slugs = [.. wanted.Select(c => c.Slug)];
        var found = slugs.Length == 0 ? [] : await db.Categories.Where(c => slugs.Contains(c.Slug)).ToDictionaryAsync(c => c.Slug, cancellation);
        if (found.Count < slugs.Length)
        {
            await db.Make([.. wanted.Where(c => !found.ContainsKey(c.Slug)).OrderBy(c => c.Slug, StringComparer.Ordinal)], cancellation);
            found = await db.Categories.Where(c => slugs.Contains(c.Slug)).ToDictionaryAsync(c => c.Slug, cancellation);
        }

        return [.. asked.Select(its => its.ConvertAll(c => found[c.Slug]))];
    }

    /// <summary>Everything below a category, at any depth.</summary>
    public static Task<List<Category>> Below(this AuraDb db, Category category, CancellationToken cancellation) =>
        db.Categories.Where(c => c.Path.Contains(category.Slug) && c.Id != category.Id).ToListAsync(cancellation);

    /// <summary>Until the transaction ends nobody else moves categories of this store: two moves at once could close a circle.</summary>
    public static Task LockCategories(this AuraDb db, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended('categories', {db.Tenant}))", cancellation);

    /// <summary>By hand: of two products that name a new category at once neither is refused. In order of slugs, so that neither waits in a circle.</summary>
    private static Task Make(this AuraDb db, (string Slug, string Name)[] missing, CancellationToken cancellation)
    {
        string[] slugs = [.. missing.Select(c => c.Slug)];
        string[] names = [.. missing.Select(c => c.Name == c.Slug ? Titled(c.Slug) : c.Name)];
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO categories (tenant_id, id, name, slug, path, created_at, updated_at, version)
            SELECT {db.Tenant}, nextval('ids'), c.name, c.slug, ARRAY[c.slug], {db.Now}, {db.Now}, 1
            FROM unnest({names}, {slugs}) AS c (name, slug)
            ON CONFLICT (tenant_id, slug) DO NOTHING
            """, cancellation);
    }

    /// <summary>"home-garden" is called "Home Garden".</summary>
    private static string Titled(string slug) =>
        string.Join(' ', slug.Split('-').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
}
