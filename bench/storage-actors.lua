-- Makes wrk go round 200 actors, from a request to the next.
local actors = 200
local turn = 0
request = function()
  turn = (turn + 1) % actors
  return wrk.format("GET", "/actor-" .. turn .. "/inc")
end
