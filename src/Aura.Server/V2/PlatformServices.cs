using Aura.Catalog;
using Aura.Customers;
using Aura.Events;
using Aura.Inventory;
using Aura.Jobs;
using Aura.Payments;
using Aura.ProductFiles;
using Aura.Promotions;
using Aura.Server.Http;

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
        services.AddSingleton<ShownProducts>();
        services.AddRequestPart(PriceForm.From);
    }

    /// <summary>How each kind of thing that events are about is shown.</summary>
    private static EventObjects ShownInEvents()
    {
        var objects = new EventObjects();
        objects.Add(Product.Noun, Products.Shown);
        objects.Add(db => db.Customers, CustomerResponse.From, customer => customer.Id.Value);
        objects.Add(db => db.Webhooks, WebhookResponse.From, webhook => webhook.Id.Value);
        objects.Add(db => db.PaymentIntents, PaymentResponse.From, payment => payment.Id.Value);
        objects.Add(db => db.PaymentDisputes, DisputeResponse.From, dispute => dispute.Id.Value);
        objects.Add(StockNews.Noun, InventoryResponse.Shown);
        objects.Add(db => db.Orders, OrderResponse.From, order => order.Id.Value);
        objects.Add(db => db.Fulfillments, FulfillmentResponse.From, parcel => parcel.Id.Value);
        objects.Add(db => db.Returns, ReturnResponse.From, made => made.Id.Value);
        objects.Add(db => db.Promotions, PromotionObject.From, promotion => promotion.Id.Value);
        objects.Add(Coupon.Noun, Coupons.Shown);
        objects.Add(db => db.Referrals, ReferralObject.From, referral => referral.Id.Value);
        objects.Add(db => db.Imports, ImportResponse.From, import => import.Id.Value);
        return objects;
    }

    /// <summary>What can be created, updated and deleted many at a time.</summary>
    private static BatchResources InBatches() => new BatchResources()
        .AddSets<Product, CreateProduct, UpdateProduct, ProductResponse>("products", "products", Products.CreateAll, Products.UpdateAll, Products.Delete, Products.Complete)
        .Add<Category, CreateCategory, UpdateCategory, CategoryResponse>("categories", "products", Categories.Create, Categories.Update, Categories.Delete)
        .Add<Customer, CreateCustomer, UpdateCustomer, CustomerResponse>("customers", "customers", Customers.Create, Customers.Update, Customers.Delete);
}
