// Fills Medusa's shop, as its own seed script does it: `npx medusa exec ./fill.js`. Writes the publishable key to key.txt.
const flows = require("@medusajs/medusa/core-flows");
const { ContainerRegistrationKeys, Modules } = require("@medusajs/framework/utils");
const fs = require("node:fs");

const products = Number(process.env.PRODUCTS ?? 2000);

exports.default = async function fill({ container }) {
  const run = async (flow, input) => (await flow(container).run({ input })).result;
  const link = container.resolve(ContainerRegistrationKeys.LINK);
  const query = container.resolve(ContainerRegistrationKeys.QUERY);
  const fulfillment = container.resolve(Modules.FULFILLMENT);

  const [channel] = await run(flows.createSalesChannelsWorkflow, { salesChannelsData: [{ name: "Web" }] });
  const [key] = await run(flows.createApiKeysWorkflow, { api_keys: [{ title: "Web", type: "publishable", created_by: "" }] });
  await run(flows.linkSalesChannelsToApiKeyWorkflow, { id: key.id, add: [channel.id] });
  fs.writeFileSync("key.txt", key.token);

  const [region] = await run(flows.createRegionsWorkflow, { regions: [{ name: "US", currency_code: "usd", countries: ["us"], payment_providers: ["pp_system_default"] }] });
  await run(flows.createTaxRegionsWorkflow, [{ country_code: "us", provider_id: "tp_system", default_tax_rate: { name: "Sales tax", code: "us", rate: 8 } }]);
  const [location] = await run(flows.createStockLocationsWorkflow, { locations: [{ name: "Main", address: { city: "Springfield", country_code: "US", address_1: "" } }] });
  await link.create({ [Modules.STOCK_LOCATION]: { stock_location_id: location.id }, [Modules.FULFILLMENT]: { fulfillment_provider_id: "manual_manual" } });
  const { data: [known] } = await query.graph({ entity: "shipping_profile", fields: ["id"] });
  const profile = known ?? (await run(flows.createShippingProfilesWorkflow, { data: [{ name: "Default", type: "default" }] }))[0];
  const set = await fulfillment.createFulfillmentSets({ name: "Shipping", type: "shipping", service_zones: [{ name: "US", geo_zones: [{ country_code: "us", type: "country" }] }] });
  await link.create({ [Modules.STOCK_LOCATION]: { stock_location_id: location.id }, [Modules.FULFILLMENT]: { fulfillment_set_id: set.id } });
  const shipping = (name, amount) => ({
    name, price_type: "flat", provider_id: "manual_manual", service_zone_id: set.service_zones[0].id, shipping_profile_id: profile.id,
    type: { label: name, description: name, code: name.toLowerCase() }, prices: [{ currency_code: "usd", amount }, { region_id: region.id, amount }],
    rules: [{ attribute: "enabled_in_store", value: "true", operator: "eq" }, { attribute: "is_return", value: "false", operator: "eq" }],
  });
  await run(flows.createShippingOptionsWorkflow, [shipping("Standard", 5), shipping("Express", 15)]);
  await run(flows.linkSalesChannelsToStockLocationWorkflow, { id: location.id, add: [channel.id] });

  const text = "A sturdy thing that does what it says, made to last and easy to clean, with a warranty of two years. ".repeat(3).trim();
  const sizes = ["small", "medium", "large"];
  for (let from = 1; from <= products; from += 50)
    await run(flows.createProductsWorkflow, {
      products: Array.from({ length: Math.min(50, products - from + 1) }, (_, i) => from + i).map((p) => ({
        title: `Thing ${p}`, handle: `thing-${p}`, description: text, status: "published", shipping_profile_id: profile.id,
        options: [{ title: "Size", values: sizes }], sales_channels: [{ id: channel.id }],
        variants: sizes.map((size, v) => ({ title: size, sku: `T-${p}-${v}`, options: { Size: size }, prices: [{ amount: 10 + (p % 90) + v, currency_code: "usd" }] })),
      })),
    });
  const { data: items } = await query.graph({ entity: "inventory_item", fields: ["id"], pagination: { take: products * 3, skip: 0 } });
  for (let from = 0; from < items.length; from += 500)
    await run(flows.createInventoryLevelsWorkflow, {
      inventory_levels: items.slice(from, from + 500).map((item) => ({ location_id: location.id, stocked_quantity: 10_000_000, inventory_item_id: item.id })),
    });

  await run(flows.createPromotionsWorkflow, {
    promotionsData: [{
      code: "TENTH", type: "standard", status: "active", is_automatic: true,
      application_method: { type: "percentage", target_type: "order", allocation: "across", value: 10, currency_code: "usd" },
    }],
  });
};
