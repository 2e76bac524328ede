using Aura.Accounts;
using Aura.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Aura.Collaboration;

/// <summary>What a member says about something, or answers to what another said.</summary>
public sealed class Comment : StoreEntity, IAudited
{
    public static string Prefix => "comment";
    public static string Noun => "comment";

    public string EntityType { get; private init; } = "";
    public string EntityId { get; private init; } = "";

    /// <summary>What began the thread; null: this did.</summary>
    public long? ParentId { get; private init; }

    public string Author { get; private init; } = "";
    public string Text { get; private set; } = "";

    public static Comment Create(string entityType, string entityId, string text, string author)
    {
        var comment = new Comment { EntityType = Named(entityType, nameof(EntityType)), EntityId = Named(entityId, nameof(EntityId)), Author = author };
        comment.Write(text);
        return comment;
    }

    /// <summary>An answer; one to an answer stands in the same thread.</summary>
    public Comment Answer(string text, string author)
    {
        var answer = new Comment { EntityType = EntityType, EntityId = EntityId, ParentId = ParentId ?? Id, Author = author };
        answer.Write(text);
        return answer;
    }

    /// <exception cref="Refused">403 with the key of another member than the author.</exception>
    public void Edit(string text, Caller caller)
    {
        Entrust(caller);
        Write(text);
    }

    /// <summary>Before it is changed or taken away.</summary>
    /// <inheritdoc cref="Edit" path="/exception"/>
    public void Entrust(Caller caller)
    {
        if (caller.Member is { } member && member != Author)
            throw Refused.Forbidden($"Only {Author} changes what {Author} said.");
    }

    private void Write(string text) => Text = text.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(nameof(Text), "Must not be blank.");

    private static string Named(string text, string field) => text.Trim() is { Length: > 0 } some ? some : throw Refused.Invalid(field, "Must not be blank.");
}

internal sealed class CommentMapping : IEntityTypeConfiguration<Comment>
{
    public void Configure(EntityTypeBuilder<Comment> comment) => comment.HasIndex(c => new { c.TenantId, c.ParentId, c.Id });
}
