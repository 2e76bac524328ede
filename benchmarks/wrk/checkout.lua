-- Each thread is one storefront with one connection, and buys: a cart of three lines, address and delivery, checkout with a card.
-- Arguments: file with three variants a line, authorization, seed, requests in all (3, or 6: lines one by one), payment method, address.

local threads = {}
function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

completed = 0
local baskets, basket, cart, step, step_of_checkout = {}, {}, nil, 1, 3
local headers, keyed, method, address, seed = { ["Content-Type"] = "application/json" }, {}, nil, nil, nil

local function line(variant) return '{"variant_id":"var_' .. variant .. '","quantity":1}' end

local function begin()
  basket, cart, step = baskets[math.random(#baskets)], nil, 1
end

function init(args)
  for text in io.lines(args[1]) do
    local a, b, c = text:match("(%d+) (%d+) (%d+)")
    baskets[#baskets + 1] = { a, b, c }
  end
  headers["Authorization"], seed, step_of_checkout, method, address = args[2], tonumber(args[3]) * 1000 + number, tonumber(args[4]), args[5], args[6]
  for name, value in pairs(headers) do keyed[name] = value end
  math.randomseed(seed)
  begin()
end

-- wrk may ask for a request that it does not send: what comes next is decided by answers alone.
function request()
  if step == 1 then
    local lines = step_of_checkout == 3 and line(basket[1]) .. "," .. line(basket[2]) .. "," .. line(basket[3]) or ""
    return wrk.format("POST", "/v2/carts", headers, '{"email":"customer' .. math.random(1000) .. '@example.com","items":[' .. lines .. ']}')
  elseif step == step_of_checkout then
    keyed["Idempotency-Key"] = seed .. "-" .. completed
    return wrk.format("POST", "/v2/carts/" .. cart .. "/checkout", keyed, '{"payment_method":"' .. method .. '"}')
  elseif step == step_of_checkout - 1 then
    return wrk.format("PUT", "/v2/carts/" .. cart, headers, '{"shipping_method":"standard","shipping_address":' .. address .. '}')
  end
  return wrk.format("POST", "/v2/carts/" .. cart .. "/items", headers, line(basket[step - 1]))
end

function response(status, _, body)
  if status >= 300 then return begin() end
  if step == 1 then cart = body:match('"id":"(cart_%d+)"') end
  if step < step_of_checkout then
    step = step + 1
  else
    if status == 201 then completed = completed + 1 end
    begin()
  end
end

function done(summary, latency)
  local orders, e = 0, summary.errors
  for _, thread in ipairs(threads) do orders = orders + thread:get("completed") end
  print(string.format('RESULT {"requests": %d, "microseconds": %d, "bytes": %d, "refused": %d, "failed": %d, "p50": %d, "p90": %d, "p99": %d, "slowest": %d, "orders": %d}',
    summary.requests, summary.duration, summary.bytes, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max, orders))
end
