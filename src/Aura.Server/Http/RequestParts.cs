namespace Aura.Server.Http;

/// <summary>What handlers take of a request as a parameter, besides what ASP.NET Core binds by itself.</summary>
/// <remarks>They are services rather than types with a BindAsync: the binding of each such parameter would be compiled while the server starts, and there are a hundred.</remarks>
internal static class RequestParts
{
    public static void AddRequestPart<T>(this IServiceCollection services, Func<HttpContext, T> read) where T : class =>
        services.AddTransient(provider => read(provider.GetRequiredService<IHttpContextAccessor>().HttpContext!)); // handlers alone ask for one
}
