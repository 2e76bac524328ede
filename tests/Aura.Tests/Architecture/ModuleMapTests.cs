using Aura.Persistence;

namespace Aura.Tests.Architecture;

public sealed class ModuleMapTests
{
    /// <summary>Which modules a module may use, besides Shared. A new line deserves a decision record.</summary>
    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Pricing"] = [],
        ["Promotions"] = ["Accounts", "Carts", "Catalog", "Customers", "Events", "Jobs", "Orders", "Payments", "Persistence", "Pricing", "Wallets"],
        ["Winback"] = ["Accounts", "Carts", "Catalog", "Customers", "Events", "Integrations", "Inventory", "Jobs", "Messages", "Orders", "Payments", "Persistence", "Pricing", "Promotions"],
        ["Persistence"] = ["*"],
        ["Accounts"] = ["Persistence"],
        ["Events"] = ["Accounts", "Persistence", "Jobs"],
        ["Jobs"] = ["Accounts", "Persistence"],
        ["Brands"] = ["Persistence"],
        ["Scripts"] = ["Accounts", "Events", "Jobs", "Persistence"],
        ["Monitoring"] = ["Accounts", "Events", "Integrations", "Jobs", "Messages", "Persistence"],
        ["Integrations"] = ["Accounts", "Persistence"],
        ["Catalog"] = ["Persistence"],
        ["Customers"] = ["Accounts", "Persistence"],
        ["Collaboration"] = ["Accounts", "Persistence"],
        ["Payments"] = ["Accounts", "Customers", "Jobs", "Persistence"],
        ["Wallets"] = ["Accounts", "Customers", "Jobs", "Payments", "Persistence"],
        ["Shipping"] = ["Accounts", "Persistence", "Pricing"],
        ["Taxes"] = ["Accounts", "Persistence", "Pricing"],
        ["Carts"] = ["Accounts", "Catalog", "Customers", "Persistence", "Pricing", "Shipping", "Taxes"],
        ["Messages"] = ["Accounts", "Brands", "Carts", "Customers", "Events", "Integrations", "Jobs", "Orders", "Persistence", "Promotions"],
        ["Orders"] = ["Accounts", "Carts", "Catalog", "Customers", "Events", "Inventory", "Jobs", "Payments", "Persistence", "Pricing", "Wallets"],
        ["Inventory"] = ["Accounts", "Catalog", "Events", "Persistence"],
        ["ProductFiles"] = ["Accounts", "Catalog", "Inventory", "Jobs", "Persistence"],
    };

    [Fact]
    public void Modules_use_only_the_modules_that_they_may()
    {
        var broken =
            from type in typeof(AuraDb).Assembly.GetTypes()
            let module = Module(type)
            where module != ""
            from used in Uses.Of(type)
            let other = Module(used)
            where other != "" && other != module && !Allowed(module).Contains(other) && !Allowed(module).Contains("*")
            select $"{module}: {type.Name} uses {used.FullName}";

        Assert.Empty(broken.Distinct());
    }

    [Fact]
    public void Every_module_is_on_the_map() =>
        Assert.Equal(MayUse.Keys.Order(), typeof(AuraDb).Assembly.GetTypes().Select(Module).Where(module => module != "").Distinct().Order());

    [Fact]
    public void The_store_knows_nothing_of_HTTP() =>
        Assert.DoesNotContain(typeof(AuraDb).Assembly.GetReferencedAssemblies(), used => used.Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));

    [Fact]
    public void Connectors_and_statistics_know_nothing_of_the_store() =>
        Assert.All([typeof(Aura.Connectors.Payments.IPaymentGateway).Assembly, typeof(Aura.Statistics.Sample).Assembly], leaf =>
            Assert.DoesNotContain(leaf.GetReferencedAssemblies(), used => used.Name!.StartsWith("Aura", StringComparison.Ordinal))); // references have names

    [Fact]
    public void Statistics_are_mathematics_only()
    {
        Type[] outside = [typeof(Console), typeof(DateTime), typeof(DateTimeOffset), typeof(Environment), typeof(Guid), typeof(Random), typeof(TimeProvider)];
        var broken =
            from type in typeof(Aura.Statistics.Sample).Assembly.GetTypes()
            from used in Uses.Of(type)
            where outside.Contains(used) || (used.Namespace is { } name && (name.StartsWith("System.IO", StringComparison.Ordinal) || name.StartsWith("System.Net", StringComparison.Ordinal)))
            select $"{type.Name} uses {used.FullName}";

        Assert.Empty(broken.Distinct());
    }

    private static string[] Allowed(string module) => MayUse.GetValueOrDefault(module, []);

    /// <summary>Aura.Orders.Order is of the module Orders; what stands in Aura itself is shared.</summary>
    private static string Module(Type type) =>
        type.Assembly == typeof(AuraDb).Assembly && type.Namespace?.Split('.') is ["Aura", var module, ..] ? module : "";
}
