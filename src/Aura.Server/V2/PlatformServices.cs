using Aura.Catalog;
using Aura.Customers;
using Aura.Events;
using Aura.Inventory;
using Aura.Jobs;
using Aura.Payments;
using Aura.ProductFiles;

namespace Aura.Server.V2;

internal static class PlatformServices
{
    /// <summary>What this dialect needs besides the store.</summary>
    public static void AddPlatform(this IServiceCollection services)
    {
        services.AddSingleton<TestClock>();
        services.AddSingleton<Schedule>();
        services.AddSingleton(_ => ShownInEvents());
        services.AddSingleton<IEventPayloads, EventPayloads>();
        services.AddSingleton(_ => InBatches());
    }

    /// <summary>How each kind of thing that events are about is shown.</summary>
    private static EventObjects ShownInEvents()
    {
        var objects = new EventObjects();
        objects.Add(Product.Noun, Products.Shown);
        objects.Add(Customer.Noun, Customers.Shown);
        objects.Add(Webhook.Noun, Webhooks.Shown);
        objects.Add(Payment.Noun, Payments.Shown);
        objects.Add(PaymentDispute.Noun, Disputes.Shown);
        objects.Add(StockNews.Noun, InventoryResponse.Shown);
        objects.Add(Aura.Orders.Order.Noun, Orders.Shown);
        objects.Add(Aura.Orders.Return.Noun, Returns.Shown);
        objects.Add(ProductImport.Noun, Imports.Shown);
        return objects;
    }

    /// <summary>What can be created, updated and deleted many at a time.</summary>
    private static BatchResources InBatches() => new BatchResources()
        .Add<Product, CreateProduct, UpdateProduct, ProductResponse>("products", "products", Products.Create, Products.Update, Products.Delete, Products.Complete)
        .Add<Category, CreateCategory, UpdateCategory, CategoryResponse>("categories", "products", Categories.Create, Categories.Update, Categories.Delete)
        .Add<Customer, CreateCustomer, UpdateCustomer, CustomerResponse>("customers", "customers", Customers.Create, Customers.Update);
}
