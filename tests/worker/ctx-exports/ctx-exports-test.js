import assert from 'node:assert';
import { DurableObject, WorkerEntrypoint, exports, waitUntil } from 'cloudflare:workers';

export class Greeter extends WorkerEntrypoint {
  greet(name) {
    return `${this.ctx.props.greeting ?? 'Hello'}, ${name}`;
  }
  fetch(request) {
    return new Response(`${this.ctx.props.greeting ?? 'Hello'} at ${new URL(request.url).pathname}`);
  }
  props() {
    return this.ctx.props;
  }
  viaExports(name) {
    return this.ctx.exports.Greeter({ props: { greeting: 'Again' } }).greet(name);
  }
}

export class Thenables extends WorkerEntrypoint {
  fetch() {
    return { then: (resolve) => resolve(new Response('in the end')) };
  }
  method() {
    return { then: (resolve) => scheduler.wait(1).then(() => resolve('a value')) };
  }
  failing() {
    return { then: (resolve, reject) => reject(new RangeError('no')) };
  }
  get throwing() {
    return { get then() { throw new TypeError('not even that'); } };
  }
}

export class Counter extends DurableObject {
  count = 0;
  increment() {
    return ++this.count;
  }
  greet(name) {
    return this.ctx.exports.Greeter.greet(name);
  }
}

export class Unbound extends DurableObject {}

export const plain = {
  fetch(request, env, ctx) {
    return Response.json({ plain: true, props: ctx.props, exports: Object.keys(ctx.exports).length });
  },
};

export default {
  fetch(request, env, ctx) {
    return new Response(`default: ${JSON.stringify(ctx.props)}`);
  },
};

export const everyEntryPointIsThere = {
  test(controller, env, ctx) {
    const names = Object.keys(ctx.exports).sort();
    for (const name of ['Counter', 'Greeter', 'Unbound', 'default', 'plain']) {
      assert.ok(names.includes(name), name);
    }
    assert.strictEqual(ctx.exports, ctx.exports);
    assert.deepStrictEqual(Object.keys(exports).sort(), names);
    for (const name of names) assert.strictEqual(exports[name], ctx.exports[name], name);
    assert.strictEqual(ctx.exports.Greeter, ctx.exports.Greeter);
    assert.strictEqual(ctx.exports.waitUntil, undefined);
  },
};

export const stubsWork = {
  async test(controller, env, ctx) {
    assert.strictEqual(await ctx.exports.Greeter.greet('Ada'), 'Hello, Ada');
    const response = await ctx.exports.Greeter.fetch('http://x/path');
    assert.strictEqual(await response.text(), 'Hello at /path');
    const other = await ctx.exports.default.fetch('http://x/');
    assert.strictEqual(await other.text(), 'default: {}');
    const { plain } = await (await ctx.exports.plain.fetch('http://x/')).json();
    assert.strictEqual(plain, true);
    await assert.rejects(ctx.exports.plain.greet('Ada'), { name: 'TypeError' });
  },
};

export const propsAreTheCallersChoice = {
  async test(controller, env, ctx) {
    assert.strictEqual(typeof ctx.exports.Greeter, 'function');
    const casual = ctx.exports.Greeter({ props: { greeting: 'Hi' } });
    assert.strictEqual(await casual.greet('Ada'), 'Hi, Ada');
    assert.strictEqual(await (await casual.fetch('http://x/p')).text(), 'Hi at /p');
    assert.strictEqual(await ctx.exports.Greeter.greet('Ada'), 'Hello, Ada');
    assert.strictEqual(await ctx.exports.Greeter({}).greet('Ada'), 'Hello, Ada');
    assert.strictEqual(await ctx.exports.Greeter().greet('Ada'), 'Hello, Ada');
    assert.strictEqual(await casual.viaExports('Ada'), 'Again, Ada');

    const props = { when: new Date(5), list: [1n, new Map([['a', new Uint8Array([1, 2])]])] };
    assert.deepStrictEqual(await ctx.exports.Greeter({ props }).props(), props);
    const response = await ctx.exports.default({ props: { a: 1 } }).fetch('http://x/');
    assert.strictEqual(await response.text(), 'default: {"a":1}');
  },
};

export const whatIsReturnedIsAwaited = {
  async test(controller, env, ctx) {
    const { Thenables } = ctx.exports;
    assert.strictEqual(await (await Thenables.fetch('http://x/')).text(), 'in the end');
    assert.strictEqual(await Thenables.method(), 'a value');
    await assert.rejects(Thenables.failing(), { name: 'RangeError', message: 'no' });
    await assert.rejects(async () => await Thenables.throwing, { message: 'not even that' });
  },
};

export const badPropsAreRefused = {
  test(controller, env, ctx) {
    assert.throws(() => ctx.exports.Greeter({ props: () => 1 }), { name: 'DataCloneError' });
    assert.throws(() => ctx.exports.Greeter(5), { name: 'TypeError' });
  },
};

export const propsOfTheConfiguration = {
  async test(controller, env) {
    assert.strictEqual(await env.KNOWN.greet('Ada'), 'Servus, Ada');
    assert.deepStrictEqual(await env.KNOWN.props(), { greeting: 'Servus' });
  },
};

export const actors = {
  async test(controller, env, ctx) {
    const id = ctx.exports.Counter.idFromName('one');
    assert.ok(id.equals(env.COUNTERS.idFromName('one')));
    assert.strictEqual(await ctx.exports.Counter.get(id).increment(), 1);
    assert.strictEqual(await env.COUNTERS.get(id).increment(), 2);
    assert.strictEqual(await env.COUNTERS.get(id).greet('Bob'), 'Hello, Bob');
    assert.throws(() => ctx.exports.Unbound.idFromName('one'), /not implemented in lathe: ctx\.exports\.Unbound/);
  },
};

export const ofTheModule = {
  async test() {
    assert.strictEqual(await exports.Greeter.greet('Ada'), 'Hello, Ada');
    waitUntil(exports.Greeter.greet('Bob'));
  },
};
