// Vendure with its default settings for production: one process, PostgreSQL, search index on, no assets, no e-mail.
// `node server.cjs fill` makes the tables and the shop; `node server.cjs` serves it.
const { bootstrap, DefaultLogger, DefaultSearchPlugin, InMemoryJobQueueStrategy, LogLevel, PromotionService, RequestContextService,
  discountOnItemWithFacets, dummyPaymentHandler, minimumOrderAmount, orderPercentageDiscount, runMigrations } = require("@vendure/core");
const { populate } = require("@vendure/core/cli");
const fs = require("node:fs");

const filling = process.argv[2] === "fill";
const config = {
  apiOptions: { hostname: "127.0.0.1", port: Number(process.env.PORT), adminApiPath: "admin-api", shopApiPath: "shop-api", shopListQueryLimit: 100 },
  authOptions: { tokenMethod: "bearer", superadminCredentials: { identifier: "admin", password: "admin" }, cookieOptions: { secret: "peer" } },
  dbConnectionOptions: {
    type: "postgres", host: "127.0.0.1", port: Number(process.env.PGPORT), username: "peer", password: "peer", database: "vendure",
    synchronize: filling, logging: false, extra: { max: 20 },
  },
  paymentOptions: { paymentMethodHandlers: [dummyPaymentHandler] },
  logger: new DefaultLogger({ level: LogLevel.Warn }),
  plugins: [DefaultSearchPlugin.init({ bufferUpdates: false, indexStockStatus: false })],
};

const products = Number(process.env.PRODUCTS ?? 2000);

const shop = {
  defaultLanguage: "en",
  defaultZone: "Americas",
  countries: [{ name: "United States", code: "US", zone: "Americas" }],
  taxRates: [{ name: "Standard Tax", percentage: 8 }],
  shippingMethods: [{ name: "Standard Shipping", price: 500 }, { name: "Express Shipping", price: 1500 }],
  paymentMethods: [{ name: "dummy", handler: { code: "dummy-payment-handler", arguments: [{ name: "automaticSettle", value: "true" }] } }],
  collections: [],
};

function csv() {
  const text = "A sturdy thing that does what it says, made to last and easy to clean, with a warranty of two years. ".repeat(3).trim();
  const lines = ["name,slug,description,assets,facets,optionGroups,optionValues,sku,price,taxCategory,stockOnHand,trackInventory,variantAssets,variantFacets"];
  for (let p = 1; p <= products; p++)
    ["small", "medium", "large"].forEach((size, v) => lines.push(v === 0
      ? `Thing ${p},thing-${p},"${text}",,,size,${size},T-${p}-${v},${(10 + (p % 90) + v).toFixed(2)},standard,10000000,true,,`
      : `,,,,,,${size},T-${p}-${v},${(10 + (p % 90) + v).toFixed(2)},standard,10000000,true,,`));
  fs.writeFileSync("products.csv", lines.join("\n") + "\n");
  return "products.csv";
}

async function main() {
  if (!filling) {
    await bootstrap(config);
    return;
  }
  const app = await populate(() => bootstrap(config), shop, csv());
  const ctx = await app.get(RequestContextService).create({ apiType: "admin" });
  await app.get(PromotionService).createPromotion(ctx, {
    enabled: true, translations: [{ languageCode: "en", name: "A tenth off" }],
    conditions: [{ code: minimumOrderAmount.code, arguments: [{ name: "amount", value: "100" }, { name: "taxInclusive", value: "false" }] }],
    actions: [{ code: orderPercentageDiscount.code, arguments: [{ name: "discount", value: "10" }] }],
  });
  await new Promise((done) => setTimeout(done, 1000)); // the search index is written by jobs of this process
  await app.close();
  process.exit(0);
}

main().catch((failure) => { console.error(failure); process.exit(1); });
