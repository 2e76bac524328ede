// Fills Aura's shop over /v2 and prints the token of a test card: `node aura/fill.mjs URL`, with AURA_TEST_KEY set.
import { sender } from "../http.mjs";
import { headers } from "./shop.mjs";

const send = sender(process.argv[2]);
const post = async (path, body) => (await send("POST", path, headers, body)).body;
const products = Number(process.env.PRODUCTS ?? 2000);

const promotion = await post("/api/v1/promotions/", {
  name: "A tenth off", promotion_type: "percentage_discount", discount_type: "percentage", discount_value: 10,
  start_date: "2026-01-01T00:00:00Z", end_date: "2036-01-01T00:00:00Z",
});
await post(`/api/v1/promotions/${promotion.id}/activate`);

const text = "A sturdy thing that does what it says, made to last and easy to clean, with a warranty of two years. ".repeat(3).trim();
for (let from = 1; from <= products; from += 100)
  await post("/v2/batch/create", {
    resources: "products",
    items: Array.from({ length: Math.min(100, products - from + 1) }, (_, i) => from + i).map((p) => ({
      name: `Thing ${p}`, sku: `T-${p}`, price: 10 + (p % 90), description: text,
      variants: ["small", "medium", "large"].map((size, v) => ({ sku: `T-${p}-${v}`, price: 10 + (p % 90) + v, attributes: { size }, inventory: 10_000_000 })),
    })),
  });
const card = await post("/v2/payment-methods", { type: "card", card: { number: "4242424242424242", exp_month: 12, exp_year: 2035, cvc: "123" } });
console.log(card.id);
process.exit(0);
