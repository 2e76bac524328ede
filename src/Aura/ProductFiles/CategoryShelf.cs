using Aura.Catalog;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Aura.ProductFiles;

/// <summary>The categories that some products name by their paths, with those that the store does not have yet.</summary>
internal sealed class CategoryShelf
{
    private readonly AuraDb db;
    private readonly Dictionary<(long? Parent, string Name), Category> byPlace = [];
    private readonly HashSet<string> slugs = [];

    private CategoryShelf(AuraDb db) => this.db = db;

    public static async Task<CategoryShelf> Load(AuraDb db, IReadOnlyList<IReadOnlyList<string>> paths, CancellationToken cancellation)
    {
        var shelf = new CategoryShelf(db);
        if (paths.Count == 0)
            return shelf;
        string[] names = [.. paths.SelectMany(path => path).Distinct()];
        string[] wished = [.. paths.SelectMany(path => path.Select((_, depth) => Wished(path, depth))).SelectMany(both => both).Distinct()];
        foreach (var category in await db.Categories.Where(c => names.Contains(c.Name)).OrderBy(c => c.Id).ToListAsync(cancellation))
            shelf.byPlace.TryAdd((category.ParentId, category.Name), category);
        foreach (var slug in await db.Categories.Where(c => wished.Contains(c.Slug)).Select(c => c.Slug).ToListAsync(cancellation))
            shelf.slugs.Add(slug);
        return shelf;
    }

    /// <summary>The last category of a path; what is missing of the path is made.</summary>
    /// <exception cref="Refused">422 for a name without letters or digits, and for a path too deep.</exception>
    public Category At(IReadOnlyList<string> path)
    {
        if (path.Count > Category.MaxDepth)
            throw Refused.Invalid("Categories", $"Categories are at most {Category.MaxDepth} levels deep.");
        var names = path.Select(name => Slug.Checked(name, "Categories")).ToList(); // before anything is made
        Category? at = null;
        for (var depth = 0; depth < names.Count; depth++)
            at = byPlace.GetValueOrDefault((at?.Id, path[depth])) ?? Make(path, depth, at);
        return at ?? throw Refused.Invalid("Categories", "The path is empty.");
    }

    private Category Make(IReadOnlyList<string> path, int depth, Category? parent)
    {
        var slug = Wished(path, depth).FirstOrDefault(wish => wish.Length <= Slug.MaxLength && !slugs.Contains(wish))
            ?? throw Refused.Invalid("Categories", "Other categories have all the slugs that this one could have.");
        var category = Category.Create(path[depth], slug, parent);
        db.Categories.Add(category);
        slugs.Add(slug);
        byPlace[(parent?.Id, path[depth])] = category;
        return category;
    }

    /// <summary>Shirts, or where the store has other shirts: men-shirts.</summary>
    private static string[] Wished(IReadOnlyList<string> path, int depth) =>
        [Slug.Of(path[depth]), Slug.Of(string.Join(' ', path.Take(depth + 1).TakeLast(2))), Slug.Of(string.Join(' ', path.Take(depth + 1)))];
}
