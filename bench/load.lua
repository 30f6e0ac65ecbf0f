-- What wrk sends. Arguments: kind, a word that makes this burst's people differ, and a file: for `confirm` and `update`
-- one path a line, each taken once; for `sign` the digest of the text that is signed.

local threads = 0
local THREADS = 2 -- as load.py starts

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local kind, word, sent, paths, edition = "", "", 0, {}, ""
local headers = {["Content-Type"] = "application/x-www-form-urlencoded", ["Sec-Fetch-Site"] = "same-origin"}

function init(args)
  kind, word = args[1], args[2]
  if kind == "confirm" or kind == "update" then
    local line_number = 0
    for line in io.lines(args[3]) do
      if line_number % THREADS == number then paths[#paths + 1] = line end
      line_number = line_number + 1
    end
  elseif kind == "sign" then
    edition = args[3]
  end
  headers["Origin"] = string.format("http://%s:%s", wrk.host, wrk.port)
end

local function person()
  return string.format("name=Bench+Signatory&email=bench-%s-%d-%d%%40example.org", word, number, sent)
end

function request()
  sent = sent + 1
  if kind == "page" then return wrk.format() end
  if kind == "sign" then
    local form = "&country=KR&visibility=delivered&consent=on&website=&proof=&edition=" .. edition
    return wrk.format("POST", nil, headers, person() .. form)
  end
  if kind == "insert" then return wrk.format("POST", nil, headers, person()) end
  if sent > #paths then
    wrk.thread:stop()
    return wrk.format("GET", "/healthz")
  end
  return wrk.format("POST", paths[sent], headers, "action=confirm&country=DE")
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "microseconds": %d, "errors": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
