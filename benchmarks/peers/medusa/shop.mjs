// Medusa's store API, as its storefronts use it.
import fs from "node:fs";

export const headers = { "x-publishable-api-key": fs.readFileSync(new URL("./key.txt", import.meta.url), "utf8") };
const shown = (region) => `region_id=${region}&fields=*variants.calculated_price,%2Bvariants.inventory_quantity`;
let region, variants;

export const reads = {
  async product(get) {
    const { regions } = await get("/store/regions");
    const { products } = await get("/store/products?limit=1000&fields=id");
    return products.map((product) => ({ method: "GET", path: `/store/products/${product.id}?${shown(regions[0].id)}` }));
  },
  async list(get) {
    const { regions } = await get("/store/regions");
    return Array.from({ length: 30 }, (_, i) => ({ method: "GET", path: `/store/products?limit=50&offset=${50 * i}&${shown(regions[0].id)}` }));
  },
};

export async function buy(send, number, email) {
  const post = async (path, body) => (await send("POST", path, headers, body ?? {})).body;
  const get = async (path) => (await send("GET", path, headers)).body;
  region ??= (await get("/store/regions")).regions[0].id;
  variants ??= (await get("/store/products?limit=100&fields=*variants")).products.flatMap((product) => product.variants.map((variant) => variant.id));
  const { cart } = await post("/store/carts", { region_id: region, email });
  for (let line = 0; line < 3; line++)
    await post(`/store/carts/${cart.id}/line-items`, { variant_id: variants[((number * 3 + line) * 31) % variants.length], quantity: 1 });
  await post(`/store/carts/${cart.id}`, { shipping_address: { first_name: "Jane", last_name: "Doe", address_1: "1 Main St", city: "Springfield", postal_code: "62701", country_code: "us" } });
  const { shipping_options } = await get(`/store/shipping-options?cart_id=${cart.id}`);
  await post(`/store/carts/${cart.id}/shipping-methods`, { option_id: shipping_options[0].id });
  const { payment_collection } = await post("/store/payment-collections", { cart_id: cart.id });
  await post(`/store/payment-collections/${payment_collection.id}/payment-sessions`, { provider_id: "pp_system_default" });
  const done = await post(`/store/carts/${cart.id}/complete`);
  if (done.type !== "order") throw new Error(JSON.stringify(done).slice(0, 500));
}
