// Writes the requests that wrk is to send: `node requests.mjs SHOP URL product|list FILE`, one a line, with tabs between method, path and body.
// Sends the first of them and prints what came back, so that one can see that it is the real thing.
import fs from "node:fs";
import { sender } from "./http.mjs";

const [shop, base, kind, file] = process.argv.slice(2);
const { reads, headers = {} } = await import(`./${shop}/shop.mjs`);
const send = sender(base);
const requests = await reads[kind](async (path) => (await send("GET", path, headers)).body);
fs.writeFileSync(file, requests.map(({ method, path, body }) => `${method}\t${path}\t${body ?? ""}\n`).join(""));
const [first] = requests;
const { body } = await send(first.method, first.path, headers, first.body && JSON.parse(first.body));
const text = JSON.stringify(body);
if (body.errors || text.length < 500) throw new Error(`${shop} ${kind}: ${text}`);
console.log(JSON.stringify({ shop, kind, requests: requests.length, bytes: text.length }));
process.exit(0);
