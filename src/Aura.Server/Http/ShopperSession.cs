namespace Aura.Server.Http;

/// <summary>The shopper on whose behalf a server of the merchant asks (<c>X-Session-ID</c>): wrong codes are counted for each apart.</summary>
public sealed record ShopperSession(string? Id)
{
    private const int MaxLength = 200;

    public static ShopperSession From(HttpContext http) =>
        new(http.Request.Headers["X-Session-ID"].ToString() is { Length: > 0 } session ? session[..Math.Min(session.Length, MaxLength)] : null);
}
