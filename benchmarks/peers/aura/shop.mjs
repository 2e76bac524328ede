// Aura's /v2, as a storefront uses it: the same steps as at the peers.
export const headers = { Authorization: `Bearer ${process.env.AURA_TEST_KEY}` };
const products = Number(process.env.PRODUCTS ?? 2000);

export const reads = {
  async product(get) {
    const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => get(`/v2/products?limit=200&page=${page}&fields=id`)));
    return pages.flatMap(({ data }) => data).map((product) => ({ method: "GET", path: `/v2/products/${product.id}` }));
  },
  list: () => Array.from({ length: 30 }, (_, i) => ({ method: "GET", path: `/v2/products?limit=50&page=${i + 1}` })),
};

export async function buy(send, number, email) {
  const ask = async (method, path, body) => (await send(method, `/v2${path}`, headers, body)).body;
  const cart = await ask("POST", "/carts", { email });
  for (let line = 0; line < 3; line++) {
    const at = ((number * 3 + line) * 31) % (products * 3);
    await ask("POST", `/carts/${cart.id}/items`, { sku: `T-${1 + Math.floor(at / 3)}-${at % 3}`, quantity: 1 });
  }
  await ask("PUT", `/carts/${cart.id}`, { shipping_address: { name: "Jane Doe", line1: "1 Main St", city: "Springfield", zip: "62701", state: "IL", country: "US" } });
  const { data: methods } = await ask("GET", `/carts/${cart.id}/shipping-options`);
  await ask("PUT", `/carts/${cart.id}`, { shipping_method: methods[0].code });
  const order = await ask("POST", `/carts/${cart.id}/checkout`, { payment_method: process.env.AURA_CARD });
  if (order.payment_status !== "paid") throw new Error(JSON.stringify(order).slice(0, 500));
}
