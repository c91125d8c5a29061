-- Makes wrk post 1 KB of JSON.
local item = '{"id":%d,"name":"item number %d","price":12.5,"tags":["a","b"]}'
local items = {}
for i = 1, 15 do items[i] = item:format(i, i) end
local body = '{"items":[' .. table.concat(items, ",") .. '],"note":"'
wrk.method = "POST"
wrk.body = body .. ("x"):rep(1024 - #body - 2) .. '"}'
wrk.headers["content-type"] = "application/json"
