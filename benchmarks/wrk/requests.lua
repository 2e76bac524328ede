-- Sends requests from a file, one a line: METHOD, path and, where there is one, the body, with tabs between. Each thread starts
-- somewhere else in the file and takes any line next. With `once`, each request gets an Idempotency-Key of its own, and a number that
-- no other has stands where its body says @@.
-- Arguments: file, authorization (or -), seed, once or many.

local threads = 0
function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local lines, formatted, once, sent, seed = {}, {}, false, 0, 0
local headers = { ["Content-Type"] = "application/json" }

function init(args)
  for line in io.lines(args[1]) do lines[#lines + 1] = line end
  if args[2] ~= "-" then headers["Authorization"] = args[2] end
  seed = tonumber(args[3]) * 1000 + number
  once = args[4] == "once"
  math.randomseed(seed)
end

local function format(line)
  local method, path, body = line:match("^(%S+)\t(%S+)\t?(.*)$")
  if body == "" then return wrk.format(method, path, headers) end
  if once then
    sent = sent + 1
    body = body:gsub("@@", string.format("%.0f", seed * 1e6 + sent))
    headers["Idempotency-Key"] = seed .. "-" .. sent
  end
  return wrk.format(method, path, headers, body)
end

function request()
  local i = math.random(#lines)
  if once then return format(lines[i]) end
  local text = formatted[i]
  if not text then
    text = format(lines[i])
    formatted[i] = text
  end
  return text
end

function done(summary, latency)
  local e = summary.errors
  print(string.format('RESULT {"requests": %d, "microseconds": %d, "bytes": %d, "refused": %d, "failed": %d, "p50": %d, "p90": %d, "p99": %d, "slowest": %d}',
    summary.requests, summary.duration, summary.bytes, e.status, e.connect + e.read + e.write + e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max))
end
