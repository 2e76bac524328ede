using System.Text.RegularExpressions;
using Aura.Events;

namespace Aura.Tests.Events;

public sealed partial class EventTypesTests
{
    [Fact]
    public void Every_event_that_the_source_publishes_is_on_the_list()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Aura.slnx")))
            root = root.Parent!; // the tests run inside the repository
        var published = Directory.EnumerateFiles(Path.Combine(root.FullName, "src"), "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Published.Matches(File.ReadAllText(file))).SelectMany(call => Named.Matches(call.Value)).Select(name => name.Groups[1].Value)
            .Distinct().ToList();
        Assert.Contains("customer.created", published);
        Assert.All(published, type => Assert.True(EventTypes.Has(type), type));
    }

    [Fact]
    public void No_type_is_listed_twice() => Assert.Equal(EventTypes.All.Count, EventTypes.All.Select(type => type.Type).Distinct().Count());

    /// <summary>By name, or as what a plain handler says at its end.</summary>
    [GeneratedRegex(@"\bPublish\([^,]*,|\bcancellation, ""[a-z_.]+""\)")]
    private static partial Regex Published { get; }

    [GeneratedRegex(@"""([a-z_.]+)""")]
    private static partial Regex Named { get; }
}
