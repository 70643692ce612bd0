-- For wrk: a request to a random case; `key` as an argument gives each an idempotency key.
local keyed, serial, thread = false, 0, 0
function setup(t)
    t:set("number", thread)
    thread = thread + 1
end
function init(args)
    keyed = args[1] == "key"
    math.randomseed(os.time() + number)
    salt = tostring(os.time()) .. "-" .. number .. "-"
end
function request()
    local headers = {["content-type"] = "application/json"}
    serial = serial + 1
    if keyed then headers["idempotency-key"] = salt .. serial end
    return wrk.format("POST", "/case/c" .. math.random(100000) .. "/" .. (keyed and "step" or "simple"), headers, "{}")
end
function done(summary, latency, requests)
    io.write(string.format("JSON {\"requests\": %d, \"us\": %d, \"errors\": %d, \"p50\": %d, \"p99\": %d, \"p999\": %d, \"max\": %d}\n",
        summary.requests, summary.duration, summary.errors.status + summary.errors.connect + summary.errors.read +
        summary.errors.write + summary.errors.timeout, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
        latency.max))
end
