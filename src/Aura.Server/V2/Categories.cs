using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using Aura.Catalog;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.V2;

internal static class Categories
{
    private static readonly Listing<Category, CategoryResponse> Shape = new Listing<Category, CategoryResponse>(CategoryResponse.From)
        .Field("name", c => c.Name)
        .Field("slug", c => c.Slug)
        .Field("parent_id", c => c.ParentId)
        .Field("created_at", c => c.CreatedAt)
        .Field("updated_at", c => c.UpdatedAt)
        .Many("path", slugs => c => c.Path.Any(slug => slugs.Contains(slug)))
        .Parameter("parent_id", about: "Directly below this category")
        .SortedBy("name");

    public static void MapCategories(this RouteGroupBuilder api)
    {
        var categories = api.MapGroup("/categories").WithTags("Categories").Scope("products").Cached(TimeSpan.FromMinutes(5));
        categories.MapGet("/", List).Lists(Shape);
        categories.MapGet("/{id}", Show);
        categories.MapPost("/", Create);
        categories.MapPut("/{id}", Update);
        categories.MapDelete("/{id}", Delete);
    }

    private static Task<Listed<CategoryResponse>> List(ListRequest list, AuraDb db, CancellationToken cancellation) =>
        Shape.List(db.Categories, list, cancellation);

    /// <param name="id">An id or a slug.</param>
    private static Task<CategoryResponse> Show(string id, AuraDb db, CancellationToken cancellation) => Shape.Show(
        Id<Category>.ToNumber(id) is { } number ? db.Categories.Where(c => c.Id == number) : db.Categories.Where(c => c.Slug == id), cancellation);

    internal static Task<Created<CategoryResponse>> Create(CreateCategory request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        await db.LockCategories(cancellation);
        var category = Category.Create(request.Name, request.Slug, await Parent(request.ParentId, db, cancellation));
        db.Categories.Add(category);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.Created($"/v2/categories/{new Id<Category>(category.Id)}", CategoryResponse.Of(category));
    }, cancellation);

    internal static Task<CategoryResponse> Update(Id<Category> id, UpdateCategory request, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        await db.LockCategories(cancellation);
        var category = await db.Load(id, cancellation);
        var below = await db.Below(category, cancellation);
        request.Name.Apply(category.Rename);
        request.Slug.Apply(slug => category.ChangeSlug(slug, below));
        if (request.ParentId.IsGiven)
            category.MoveUnder(await Parent(request.ParentId.Or(null), db, cancellation), below);
        await db.SaveChangesAsync(cancellation);
        return CategoryResponse.Of(category);
    }, cancellation);

    /// <summary>Its products stay and are no longer in it.</summary>
    internal static Task<NoContent> Delete(Id<Category> id, AuraDb db, CancellationToken cancellation) => db.InTransaction(async () =>
    {
        await db.LockCategories(cancellation);
        var category = await db.Load(id, cancellation);
        if (await db.Categories.AnyAsync(c => c.ParentId == id.Value, cancellation))
            throw Refused.Conflict("category_not_empty", "There are categories below it. Move or delete them first.");
        db.Categories.Remove(category);
        await db.SaveChangesAsync(cancellation);
        return TypedResults.NoContent();
    }, cancellation);

    private static async Task<Category?> Parent(Id<Category>? id, AuraDb db, CancellationToken cancellation) => id is { } parent
        ? await db.Categories.FirstOrDefaultAsync(c => c.Id == parent.Value, cancellation) ?? throw Refused.Invalid("ParentId", "No such category.")
        : null;
}

/// <param name="Slug">Without it, made from the name.</param>
public sealed record CreateCategory([StringLength(255, MinimumLength = 1)] string Name, string? Slug = null, Id<Category>? ParentId = null);

public sealed record UpdateCategory
{
    [StringLength(255, MinimumLength = 1)] public Change<string> Name { get; init; }
    public Change<string> Slug { get; init; }

    /// <summary>Null: to the root.</summary>
    public Change<Id<Category>?> ParentId { get; init; }
}

/// <param name="Path">The slugs from the root of the tree down to this one.</param>
public sealed record CategoryResponse(
    Id<Category> Id, string Slug, string Name, Id<Category>? ParentId, IReadOnlyList<string> Path, DateTime CreatedAt, DateTime UpdatedAt, int Version) : IVersioned
{
    public static readonly Expression<Func<Category, CategoryResponse>> From = c => new(
        c.Id, c.Slug, c.Name, c.ParentId, c.Path, c.CreatedAt, c.UpdatedAt, c.Version);

    public static readonly Func<Category, CategoryResponse> Of = From.Compile();
}
