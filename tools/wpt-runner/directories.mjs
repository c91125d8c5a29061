// The directories of the suite that count, and how many subtests must pass in each.
//
// A floor is the better of what workerd with all its flags and Node 20 pass. `skip` names what
// belongs to a part of the platform that lathe has not got yet; `also` names the tests for windows,
// or the variants of them, that need no document and that the floors count; `sockets` that its tests talk
// to servers of WebSockets (socket-server.mjs).
export const directories = [
  {
    path: "url",
    floor: 5027,
    also: ["url/IdnaTestV2.window.js", "url/IdnaTestV2-removed.window.js", "url/toascii.window.js"],
  },
  {
    path: "encoding",
    floor: 11690,
    skip: ["encoding/streams/"],
    also: ["encoding/single-byte-decoder.window.js?TextDecoder"],
  },
  { path: "dom/abort", floor: 35 },
  { path: "dom/events", floor: 36 },
  { path: "html/webappapis/structured-clone", floor: 129 },
  { path: "html/webappapis/timers", floor: 9 },
  { path: "html/webappapis/atob", floor: 380 },
  { path: "html/webappapis/microtask-queuing", floor: 6 },
  { path: "console", floor: 41 },
  { path: "hr-time", floor: 33 },
  { path: "fetch/api/headers", floor: 110 },
  // The floor counts the variants for ws: alone. WebSocketStream is a proposal that
  // Workers have not taken up.
  { path: "websockets", floor: 195, skip: ["websockets/stream/"], sockets: true },
];
