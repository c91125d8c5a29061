import assert from 'node:assert';
import { DurableObject } from 'cloudflare:workers';

export class Cache extends DurableObject {
  count = 0;
  increment() {
    return ++this.count;
  }
  about() {
    const { id, storage } = this.ctx;
    return { id, storage: typeof storage };
  }
  fetch(request) {
    return new Response(`${this.ctx.id} ${new URL(request.url).pathname}`);
  }
  break() {
    this.ctx.abort('enough');
  }
}

export const oneObjectPerName = {
  async test(controller, env) {
    assert.strictEqual(await env.CACHES.get('a').increment(), 1);
    assert.strictEqual(await env.CACHES.get('a').increment(), 2);
    assert.strictEqual(await env.CACHES.get('b').increment(), 1);
    const response = await env.CACHES.get('a').fetch('http://x/path');
    assert.strictEqual(await response.text(), 'a /path');
  },
};

export const aNameAndNothingStored = {
  async test(controller, env, ctx) {
    const name = 'Ä'.repeat(1024);
    assert.deepStrictEqual(await env.CACHES.get(name).about(), { id: name, storage: 'undefined' });
    assert.deepStrictEqual(await ctx.exports.Cache.get('x').about(), { id: 'x', storage: 'undefined' });
  },
};

export const noIds = {
  test(controller, env) {
    for (const method of ['idFromName', 'idFromString', 'newUniqueId', 'getByName']) {
      assert.strictEqual(env.CACHES[method], undefined, method);
    }
  },
};

export const badNames = {
  test(controller, env) {
    const error = { name: 'TypeError', message: 'Actor ID length must be in the range [1, 2048].' };
    assert.throws(() => env.CACHES.get(''), error);
    assert.throws(() => env.CACHES.get('x'.repeat(2049)), error);
    assert.throws(() => env.CACHES.get('Ä'.repeat(1025)), error);
    assert.throws(() => env.CACHES.get(), { name: 'TypeError' });
  },
};

export const aBrokenOneIsFollowedByANewOne = {
  async test(controller, env) {
    await env.CACHES.get('broken').increment();
    await assert.rejects(env.CACHES.get('broken').break(), { message: 'enough' });
    assert.strictEqual(await env.CACHES.get('broken').increment(), 1);
  },
};
