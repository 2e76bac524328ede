namespace Aura.Tests.Shared;

public sealed class WholeTextTests
{
    [Theory]
    [InlineData("", 3, "")]
    [InlineData("abc", 3, "abc")]
    [InlineData("abcd", 3, "abc")]
    [InlineData("ab😀", 4, "ab😀")]
    [InlineData("ab😀c", 4, "ab😀")]
    [InlineData("ab😀c", 3, "ab")]
    [InlineData("😀", 1, "")]
    public void The_beginning_of_a_text_ends_behind_a_whole_character(string text, int most, string beginning) => Assert.Equal(beginning, text.Beginning(most));
}
