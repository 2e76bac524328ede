using Aura.Accounts;

namespace Aura.Tests.Accounts;

public sealed class ScopesTests
{
    [Theory]
    [InlineData("*", "*:read", "*:read")]
    [InlineData("*:read", "brands:*", "brands:read")]
    [InlineData("brands:write", "*:write", "brands:write")]
    [InlineData("brands:write", "*:read", "")]
    [InlineData("brands:read", "orders:read", "")]
    [InlineData("*:*", "*", "*")]
    [InlineData("*:read *:write", "brands:* security:decrypt", "brands:read brands:write")]
    public void What_a_key_may_is_what_both_allow(string key, string role, string both)
    {
        Assert.Equal(both, string.Join(' ', Scopes.Both(key.Split(' '), role.Split(' ')).Order()));
        Assert.Equal(both, string.Join(' ', Scopes.Both(role.Split(' '), key.Split(' ')).Order()));
    }

    [Theory]
    [InlineData("*", "security:decrypt", true)]
    [InlineData("*:write", "security:decrypt", false)]
    [InlineData("security:*", "security:decrypt", true)]
    [InlineData("*:read", "*:read", true)]
    [InlineData("brands:read", "*:read", false)]
    [InlineData("*:read", "*", false)]
    public void A_wildcard_has_what_it_covers(string held, string scope, bool has) => Assert.Equal(has, new[] { held }.Have(scope));

    [Fact]
    public void Nobody_gives_more_than_they_have()
    {
        var editor = new Caller { AccountId = 1, TenantId = 1, Actor = "key_1", Scopes = ["*:read", "*:write"] };

        Role.Create("Brander", ["brands:write"], editor);

        Assert.Equal(Refusal.Forbidden, Assert.Throws<Refused>(() => Role.Create("Boss", ["*"], editor)).Kind);
        Assert.Equal(Refusal.Forbidden, Assert.Throws<Refused>(() => Role.Create("Reader", ["security:decrypt"], editor)).Kind);
    }

    [Theory]
    [InlineData("account:read")]
    [InlineData("tenants:write")]
    public void A_user_of_one_store_has_no_part_in_the_account(string scope)
    {
        var key = new Caller { AccountId = 1, TenantId = 1, Actor = "key_1", Scopes = ["*"] };

        Assert.True(key.May(scope));
        Assert.False((key with { Member = "user_1" }).May(scope));
        Assert.True((key with { Member = "user_1" }).May("orders:read"));
    }
}
