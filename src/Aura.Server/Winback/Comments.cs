using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Aura.Accounts;
using Aura.Collaboration;
using Aura.Persistence;
using Aura.Server.Http;
using Aura.Server.Http.Lists;
using Microsoft.EntityFrameworkCore;

namespace Aura.Server.Winback;

/// <summary>What users say about something, in threads: an answer to an answer stands in the same thread.</summary>
internal static class Comments
{
    private static readonly Listing<Comment, CommentResponse> Shape = new Listing<Comment, CommentResponse>(CommentResponse.From)
        .Field("entityType", c => c.EntityType)
        .Field("entityId", c => c.EntityId)
        .Field("parentId", c => c.ParentId)
        .Parameter("entityType")
        .Parameter("entityId")
        .Parameter("parentId");

    public static void MapComments(this RouteGroupBuilder api)
    {
        var comments = api.MapGroup("/collaboration/comments").WithTags("Comments").Scope("collaboration");
        comments.MapGet("/", List).Lists(Shape);
        comments.MapGet("/{id}", Show);
        comments.MapPost("/", Create);
        comments.MapPut("/{id}", Update);
        comments.MapDelete("/{id}", Delete);
        comments.MapPost("/{id}/reply", Reply);
    }

    private static Task<CommentList> List(ListRequest list, AuraDb db, CancellationToken cancellation) => Shape.List(db.Comments, list, rows => new CommentList(rows), cancellation);

    private static async Task<OneComment> Show(Id<Comment> id, AuraDb db, CancellationToken cancellation) => new(
        await Shape.Show(db.Comments, id, cancellation),
        await db.Comments.AsNoTracking().Where(c => c.ParentId == id.Value).OrderBy(c => c.Id).Select(CommentResponse.From).ToListAsync(cancellation));

    private static async Task<MadeComment> Create(CreateComment request, AuraDb db, CancellationToken cancellation)
    {
        var author = await db.Acting(request.Author, nameof(request.Author), cancellation);
        return await db.Make(Comment.Create(request.EntityType, request.EntityId, request.Text, author), MadeComment.Of, cancellation);
    }

    private static Task<MadeComment> Update(Id<Comment> id, UpdateComment request, AuraDb db, CancellationToken cancellation) =>
        db.Change(id, comment => comment.Edit(request.Text, db.Caller), MadeComment.Of, cancellation);

    private static async Task<DeletedComment> Delete(Id<Comment> id, AuraDb db, CancellationToken cancellation)
    {
        var comment = await db.Load(id, cancellation);
        comment.Entrust(db.Caller);
        db.Remove(comment);
        await db.SaveChangesAsync(cancellation);
        return new(true, id);
    }

    private static async Task<MadeReply> Reply(Id<Comment> id, ReplyToComment request, AuraDb db, CancellationToken cancellation)
    {
        var comment = await db.Load(id, cancellation);
        var author = await db.Acting(request.Author, nameof(request.Author), cancellation);
        return await db.Make(comment.Answer(request.Text, author), MadeReply.Of, cancellation);
    }
}

/// <param name="EntityType">What the comment is about: campaign, workflow, any word.</param>
/// <param name="Author">A user; with a user's key it is they.</param>
public sealed record CreateComment(
    [StringLength(100, MinimumLength = 1)] string EntityType,
    [StringLength(100, MinimumLength = 1)] string EntityId,
    [StringLength(10_000, MinimumLength = 1)] string Text,
    [StringLength(Member.MaxReference, MinimumLength = 1)] string? Author = null);

public sealed record UpdateComment([StringLength(10_000, MinimumLength = 1)] string Text);

/// <inheritdoc cref="CreateComment"/>
public sealed record ReplyToComment([StringLength(10_000, MinimumLength = 1)] string Text, [StringLength(Member.MaxReference, MinimumLength = 1)] string? Author = null);

public sealed record CommentList(IReadOnlyList<CommentResponse> Comments) : Listed;

/// <param name="Replies">The answers to it, the first one first.</param>
public sealed record OneComment(CommentResponse Comment, IReadOnlyList<CommentResponse> Replies);

public sealed record MadeComment(bool Success, Id<Comment> CommentId)
{
    public static MadeComment Of(Comment comment) => new(true, comment.Id);
}

/// <param name="ParentId">What began the thread.</param>
public sealed record MadeReply(bool Success, Id<Comment> CommentId, Id<Comment> ParentId)
{
    public static MadeReply Of(Comment answer) => new(true, answer.Id, answer.ParentId!.Value); // an answer has one
}

public sealed record DeletedComment(bool Deleted, Id<Comment> CommentId);

/// <param name="ParentId">What began the thread; null: this did.</param>
public sealed record CommentResponse(
    Id<Comment> Id, string EntityType, string EntityId, string Text, string Author, Id<Comment>? ParentId, DateTime CreatedAt, DateTime UpdatedAt,
    [property: JsonIgnore] int Version)
{
    public static readonly Expression<Func<Comment, CommentResponse>> From = c => new(
        c.Id, c.EntityType, c.EntityId, c.Text, c.Author, c.ParentId, c.CreatedAt, c.UpdatedAt, c.Version);
}
