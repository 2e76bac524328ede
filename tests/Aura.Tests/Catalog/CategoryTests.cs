using Aura.Catalog;

namespace Aura.Tests.Catalog;

public sealed class CategoryTests
{
    [Theory]
    [InlineData("Home & Garden", "home-garden")]
    [InlineData("  Café -- Thé ", "cafe-the")]
    [InlineData("audio", "audio")]
    [InlineData("日本語", "日本語")]
    [InlineData("!!!", "")]
    [InlineData("a\uFFFEb", "a-b")]
    public void A_slug_has_lower_case_words_and_hyphens(string text, string slug)
    {
        Assert.Equal(slug, Slug.Of(text));
        Assert.Equal(slug, Slug.Of(slug));
    }

    [Fact]
    public void A_path_leads_from_the_root()
    {
        var a = Category.Create("A", null, null);
        var b = Category.Create("B", "bee", a);
        Assert.Equal(["a", "bee"], b.Path);
    }

    [Fact]
    public void What_is_below_moves_along()
    {
        var a = Category.Create("A", null, null);
        var b = Category.Create("B", null, a);
        var c = Category.Create("C", null, b);
        var d = Category.Create("D", null, c);
        b.ChangeSlug("bee", [c, d]);
        Assert.Equal(["a", "bee", "c", "d"], d.Path);
        b.MoveUnder(null, [c, d]);
        Assert.Equal(["bee", "c", "d"], d.Path);
        Assert.Null(b.ParentId);
    }

    [Fact]
    public void A_category_is_not_below_itself()
    {
        var a = Category.Create("A", null, null);
        var b = Category.Create("B", null, a);
        Assert.Equal("category_cycle", Assert.Throws<Refused>(() => a.MoveUnder(a, [b])).Code);
        Assert.Equal("category_cycle", Assert.Throws<Refused>(() => a.MoveUnder(b, [b])).Code);
    }

    [Fact]
    public void The_21st_level_is_refused()
    {
        Category? deepest = null;
        for (var level = 0; level < Category.MaxDepth; level++)
            deepest = Category.Create($"L{level}", null, deepest);
        Assert.Throws<Refused>(() => Category.Create("Too deep", null, deepest));
    }
}
