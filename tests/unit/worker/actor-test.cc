#include <doctest/doctest.h>

#include "tests/unit/worker/test-engine.h"

namespace lathe::worker {
namespace {

constexpr const char* kRooms = R"(
import { DurableObject } from 'cloudflare:workers';
let made = 0;
export class Room extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.number = ++made;
    this.log = [];
    if (ctx.id.name === 'late') {
      ctx.blockConcurrencyWhile(async () => { await scheduler.wait(5); this.ready = true; });
    }
    if (ctx.id.name === 'broken') throw new RangeError('cannot be made');
  }
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/count') return new Response(String(this.count = (this.count ?? 0) + 1));
    if (pathname === '/ready') return new Response(String(this.ready));
    if (pathname === '/throw') throw new TypeError('from the room');
    if (pathname === '/abort') this.ctx.abort('enough');
    return new Response(this.ctx.id.name + ' ' + this.number);
  }
  async add(a, b) { await scheduler.wait(1); return { sum: a + b, room: this.ctx.id.name }; }
  async block(order) {
    order.push(1);
    const value = await this.ctx.blockConcurrencyWhile(async () => {
      order.push(3); await scheduler.wait(2); order.push(4); return 'done'; });
    return [...order, value];
  }
  async fail() { await this.ctx.blockConcurrencyWhile(async () => { throw new Error('in the section'); }); }
  enter() { this.log.push('in'); return this.leave(); }
  async leave() { await scheduler.wait(1); this.log.push('out'); return this.log; }
}
const said = (error) => `${error.name}: ${error.message} ${error.durableObjectReset ?? false}`;
const ways = {
  '/count': async ({ ROOM }) => {
    const a = ROOM.getByName('a'), b = ROOM.getByName('b'), again = ROOM.get(ROOM.idFromName('a'));
    const ask = async (stub) => (await stub.fetch('http://x/count')).text();
    return [await ask(a), await ask(b), await ask(again), await ask(a)];
  },
  '/rpc': async ({ ROOM }) => {
    const { sum, room } = await ROOM.getByName('a').add(1, 2);
    return [sum, room, await ROOM.getByName('a').add(2, 3).sum];
  },
  '/late': async ({ ROOM }) => [await (await ROOM.getByName('late').fetch('http://x/ready')).text()],
  '/block': async ({ ROOM }) => ROOM.getByName('a').block([]),
  '/throw': async ({ ROOM }) => {
    const a = ROOM.getByName('t');
    const first = await (await a.fetch('http://x/')).text();
    const error = await a.fetch('http://x/throw').catch(said);
    return [error, first === await (await a.fetch('http://x/')).text()];
  },
  '/reset': async ({ ROOM }) => {
    const old = ROOM.getByName('r');
    const before = await (await old.fetch('http://x/')).text();
    const errors = [await old.fail().catch(said), await old.fetch('http://x/').catch(said)];
    const fresh = await (await ROOM.getByName('r').fetch('http://x/')).text();
    return [...errors, before === fresh];
  },
  '/abort': async ({ ROOM }) => {
    const old = ROOM.getByName('x');
    const errors = [await old.fetch('http://x/abort').catch(said), await old.add(1, 1).catch(said)];
    return [...errors, (await ROOM.getByName('x').add(1, 1)).sum];
  },
  '/broken': async ({ ROOM }) => [await ROOM.getByName('broken').fetch('http://x/').catch(said)],
  '/ids': async ({ ROOM }) => {
    const id = ROOM.idFromName('a');
    return [id.toString() === String(id), ROOM.idFromString(String(id)).equals(id), id.name,
      ROOM.newUniqueId().equals(id), ROOM.get(id).id.equals(id), typeof ROOM.get(id).name];
  },
};
export default { async fetch(request, env) {
  return Response.json(await ways[new URL(request.url).pathname](env));
} };
)";

std::vector<WorkerSource> rooms() {
  return {source("rooms", {{"worker.js", kRooms}}, {{"ROOM", Binding::Actors{"rooms", "Room"}}})};
}

}  // namespace

TEST_CASE("an actor is one instance for each id") {
  TestEngine engine;
  engine.engine.replace(rooms());
  CHECK(engine.get("/count") == R"(200 ["1","1","2","3"])");
  CHECK(engine.get("/ids") == R"(200 [true,true,"a",false,true,"string"])");
}

TEST_CASE("methods of an actor can be called") {
  TestEngine engine;
  engine.engine.replace(rooms());
  CHECK(engine.get("/rpc") == R"(200 [3,"a",5])");
}

TEST_CASE("blockConcurrencyWhile shuts events out until it is done") {
  TestEngine engine;
  engine.engine.replace(rooms());
  CHECK(engine.get("/late") == R"(200 ["true"])");
  CHECK(engine.get("/block") == R"(200 [1,3,4,"done"])");
}

TEST_CASE("what a handler throws reaches the caller, and the actor lives on") {
  TestEngine engine;
  engine.engine.replace(rooms());
  CHECK(engine.get("/throw") == R"(200 ["TypeError: from the room false",true])");
}

TEST_CASE("a broken actor stays dead for its stubs, and a new stub reaches a fresh one") {
  TestEngine engine;
  engine.engine.replace(rooms());
  CHECK(engine.get("/reset") ==
        R"(200 ["Error: in the section true","Error: in the section true",false])");
  CHECK(engine.get("/abort") == R"(200 ["Error: enough true","Error: enough true",2])");
  CHECK(engine.get("/broken") == R"(200 ["RangeError: cannot be made true"])");
}

TEST_CASE("an actor is handed to the new code when its worker is replaced") {
  TestEngine engine;
  engine.engine.replace(rooms());
  CHECK(engine.get("/count") == R"(200 ["1","1","2","3"])");
  engine.engine.replace(rooms());
  CHECK(engine.get("/count") == R"(200 ["1","1","2","3"])");
}

}  // namespace lathe::worker
