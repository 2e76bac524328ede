using Aura.Jobs;

namespace Aura.Server.V2;

internal static class PlatformServices
{
    /// <summary>What this dialect needs besides the store.</summary>
    public static void AddPlatform(this IServiceCollection services)
    {
        services.AddSingleton<TestClock>();
        services.AddSingleton<Schedule>();
        services.AddSingleton(_ => ShownInEvents());
    }

    /// <summary>How each kind of thing that events are about is shown.</summary>
    private static EventObjects ShownInEvents()
    {
        var objects = new EventObjects();
        objects.Add(Aura.Catalog.Product.Noun, Products.Shown);
        return objects;
    }
}
