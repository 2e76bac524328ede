// One way of sending requests for everything here: kept-alive connections and nothing else.
import http from "node:http";

const agent = new http.Agent({ keepAlive: true });

/** Sends JSON, answers with JSON; anything but 2xx is an error. */
export function sender(base) {
  return (method, path, headers = {}, body) => new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const its = text === undefined ? headers : { ...headers, "Content-Type": "application/json", "Content-Length": Buffer.byteLength(text) };
    const request = http.request(base + path, { method, agent, headers: its }, (response) => {
      let answer = "";
      response.setEncoding("utf8").on("data", (part) => (answer += part)).on("end", () => response.statusCode < 300
        ? resolve({ body: answer && JSON.parse(answer), headers: response.headers })
        : reject(new Error(`${method} ${path}: ${response.statusCode} ${answer.slice(0, 500)}`)));
    });
    request.on("error", reject);
    request.end(text);
  });
}
