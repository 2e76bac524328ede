// Buyers that buy as fast as the shop lets them: each fills a cart with three things, says where to send it, chooses how, and pays.
//   node checkouts.mjs SHOP URL BUYERS SECONDS
// Prints one line of JSON: purchases per second, and how many milliseconds one takes.
import { sender } from "./http.mjs";

const [shop, base, buyers, seconds] = [process.argv[2], process.argv[3], Number(process.argv[4]), Number(process.argv[5])];
const { buy } = await import(`./${shop}/shop.mjs`);
const send = sender(base);
const once = `${process.pid}`; // buyers of different runs are different people

async function round(seconds) {
  const took = [];
  const began = performance.now();
  await Promise.all(Array.from({ length: buyers }, async (_, buyer) => {
    for (let turn = 0; performance.now() < began + seconds * 1000; turn++) {
      const started = performance.now();
      await buy(send, buyer * 7919 + turn, `jane-${once}-${buyer}-${turn}@example.com`);
      took.push(performance.now() - started);
    }
  }));
  return { took: took.sort((a, b) => a - b), lasted: (performance.now() - began) / 1000 };
}

await round(Math.min(5, seconds)); // the shop warms up
const { took, lasted } = await round(seconds);
const at = (share) => Number(took[Math.min(took.length - 1, Math.floor(took.length * share))].toFixed(1));
console.log(JSON.stringify({ shop, buyers, purchases: took.length, perSecond: Number((took.length / lasted).toFixed(2)), p50: at(0.5), p99: at(0.99) }));
process.exit(0);
