import assert from 'node:assert/strict';
import test from 'node:test';
import { expire, native, reported, timers } from './native-shim.mjs';
import { install } from '../../../engine/builtins/main.js';

class Records {
  get() {}
  put() {}
  delete() {}
}
const hidden = { DurableObjectStorage: Records, DurableObjectTransaction: class extends Records {} };

const scope = {};
const hooks = install(scope, native, hidden);
const lastTimer = () => [...timers.keys()].at(-1);

test('interfaces are not enumerable, functions and attributes of the global are', () => {
  const enumerable = Object.keys(scope).sort();
  assert.deepEqual(enumerable, [
    'Buffer',
    'addEventListener',
    'caches',
    'crypto',
    'dispatchEvent',
    'fetch',
    'global',
    'navigator',
    'origin',
    'performance',
    'process',
    'queueMicrotask',
    'removeEventListener',
    'reportError',
    'scheduler',
    'self',
  ]);
  for (const name of Object.getOwnPropertyNames(scope)) {
    const { configurable, value, writable } = Object.getOwnPropertyDescriptor(scope, name);
    assert.equal(configurable, true, name);
    if (value !== undefined) assert.equal(writable, name !== 'origin', name);
    if (typeof value === 'function') assert.equal(value.name, name);
  }
});

test('attributes of the global can be replaced', () => {
  const fresh = {};
  install(fresh, native, hidden);
  fresh.navigator = 'mine';
  assert.equal(fresh.navigator, 'mine');
  install(scope, native, hidden);
});

test('the global object is an event target, also without a receiver', () => {
  const { addEventListener, dispatchEvent, removeEventListener } = scope;
  const seen = [];
  const listener = (event) => seen.push(event.target === scope);
  addEventListener('x', listener);
  assert.deepEqual(hooks.globalListeners('x'), [listener]);
  scope.dispatchEvent(new scope.Event('x'));
  dispatchEvent(new scope.Event('x'));
  removeEventListener('x', listener);
  assert.deepEqual(hooks.globalListeners('x'), []);
  assert.deepEqual(seen, [true, true]);
});

test('reportError asks the "error" listeners before it prints', () => {
  reported.length = 0;
  const error = new RangeError('reported');
  const seen = [];
  const listener = (event) => {
    seen.push(event);
    if (seen.length > 1) event.preventDefault();
  };
  scope.addEventListener('error', listener);
  scope.reportError(error);
  scope.reportError(error);
  scope.removeEventListener('error', listener);
  assert.deepEqual(reported, [error]);
  const [{ error: given, filename, isTrusted, lineno, message }] = seen;
  assert.deepEqual([given, message, isTrusted], [error, 'Uncaught RangeError: reported', true]);
  assert.match(filename, /globals\.test\.mjs$/);
  assert.ok(lineno > 0);
  assert.throws(() => scope.reportError(), TypeError);
});

test('values of every kind can be reported', () => {
  const hostile = {
    get stack() {
      throw new Error('stack');
    },
    toString() {
      throw new Error('toString');
    },
  };
  for (const value of [undefined, null, 1, Symbol('s'), Object.create(null), hostile]) {
    reported.length = 0;
    scope.reportError(value);
    assert.deepEqual(reported, [value]);
  }
});

test('an "error" listener that throws does not report itself to itself', () => {
  reported.length = 0;
  const listener = () => {
    throw new Error('second');
  };
  scope.addEventListener('error', listener);
  scope.reportError(new Error('first'));
  scope.removeEventListener('error', listener);
  assert.deepEqual(
    reported.map(({ message }) => message),
    ['second', 'first'],
  );
});

test('queueMicrotask runs its callback later and reports what it throws', async () => {
  reported.length = 0;
  const order = [];
  scope.queueMicrotask(() => order.push('microtask'));
  scope.queueMicrotask(() => {
    throw new Error('in a microtask');
  });
  order.push('now');
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(order, ['now', 'microtask']);
  assert.equal(reported[0].message, 'in a microtask');
  for (const bad of [undefined, null, 'code', {}]) {
    assert.throws(() => scope.queueMicrotask(bad), TypeError);
  }
  assert.throws(() => scope.queueMicrotask(), TypeError);
});

test('scheduler.wait resolves after its delay, or rejects when aborted', async () => {
  const waiting = scope.scheduler.wait(10);
  assert.equal(timers.get(lastTimer()).ms, 10);
  expire(lastTimer());
  assert.equal(await waiting, undefined);

  const controller = new scope.AbortController();
  const aborted = scope.scheduler.wait(10, { signal: controller.signal });
  const id = lastTimer();
  controller.abort('enough');
  await assert.rejects(aborted, (reason) => reason === 'enough');
  assert.equal(timers.has(id), false);

  const late = scope.scheduler.wait(10, { signal: controller.signal });
  await assert.rejects(late, (reason) => reason === 'enough');
  await assert.rejects(scope.scheduler.wait(), TypeError);
  await assert.rejects(scope.scheduler.wait(1, { signal: {} }), TypeError);
  await assert.rejects(scope.scheduler.wait(1, 5), TypeError);
});

test('the navigator is the Workers one', () => {
  const { navigator } = scope;
  assert.equal(navigator.userAgent, 'Cloudflare-Workers');
  assert.equal(navigator.hardwareConcurrency, 1);
  assert.equal(Object.prototype.toString.call(navigator), '[object Navigator]');
  assert.throws(() => new scope.Navigator(), TypeError);
  assert.throws(() => navigator.sendBeacon(), TypeError);
  assert.throws(() => navigator.sendBeacon('/x'), /not implemented in lathe/);
});

test('outside a request a beacon is refused', (t) => {
  t.mock.method(native, 'isContextActive', () => false);
  assert.equal(scope.navigator.sendBeacon('/x'), false);
});

test('marks and measures make a timeline', () => {
  const { performance } = scope;
  performance.mark('a', { startTime: 10, detail: { n: 1 } });
  performance.mark('b', { startTime: 5 });
  const measure = performance.measure('m', 'b', 'a');
  assert.deepEqual([measure.startTime, measure.duration, measure.detail], [5, 5, null]);
  assert.deepEqual(
    performance.getEntries().map(({ name }) => name),
    ['b', 'm', 'a'],
  );
  assert.equal(performance.getEntriesByType('mark').length, 2);
  assert.equal(performance.getEntriesByName('m', 'mark').length, 0);
  assert.deepEqual(performance.getEntriesByName('a')[0].detail, { n: 1 });
  performance.clearMarks('a');
  performance.clearMarks();
  performance.clearMeasures();
  assert.deepEqual(performance.getEntries(), []);
});

test('measures refuse what does not fit together', () => {
  const { performance } = scope;
  assert.throws(() => performance.measure('m', 'unknown'), { name: 'SyntaxError' });
  const bad = [
    () => performance.mark(),
    () => performance.mark('x', { startTime: -1 }),
    () => performance.mark('x', { startTime: NaN }),
    () => performance.measure(),
    () => performance.measure('m', { start: 1 }, 'end'),
    () => performance.measure('m', { detail: 1 }),
    () => performance.measure('m', { start: 1, end: 2, duration: 1 }),
    () => performance.measure('m', { start: -1 }),
    () => new scope.PerformanceEntry(),
    () => new scope.PerformanceMeasure(),
    () => new scope.Performance(),
    () => scope.Performance.prototype.now.call({}),
  ];
  for (const call of bad) assert.throws(call, TypeError, call.toString());
});

test('the timeline forgets its oldest entries rather than grow forever', () => {
  const { performance } = scope;
  for (let i = 0; i < 10_001; ++i) performance.mark('m', { startTime: i });
  assert.equal(performance.getEntries().length, 10_000);
  assert.equal(performance.getEntries()[0].startTime, 1);
  performance.clearMarks();
});

// Runs `listener` for one "fetch" event and tells what the platform got.
function fetchEvent(listener) {
  const calls = [];
  const controls = {
    waitUntil: (promise) => calls.push(['waitUntil', promise]),
    passThroughOnException: () => calls.push(['passThroughOnException']),
  };
  scope.addEventListener('fetch', listener);
  try {
    return { ...hooks.dispatchFetchEvent('request', controls), calls };
  } finally {
    scope.removeEventListener('fetch', listener);
  }
}

test('a "fetch" event answers once and in time', () => {
  assert.deepEqual(
    fetchEvent((event) => {
      assert.equal(event.request, 'request');
      assert.ok(event instanceof scope.ExtendableEvent);
      event.waitUntil(1);
      event.passThroughOnException();
      event.respondWith('response');
      assert.throws(() => event.respondWith('second'), {
        name: 'InvalidStateError',
        message: 'FetchEvent.respondWith() has already been called; it can only be called once.',
      });
    }),
    {
      responded: true,
      response: 'response',
      prevented: false,
      calls: [['waitUntil', 1], ['passThroughOnException']],
    },
  );
  let kept;
  assert.equal(fetchEvent((event) => (kept = event)).responded, false);
  assert.throws(() => kept.respondWith('late'), { name: 'InvalidStateError', message: /^Too late/ });
  assert.equal(fetchEvent((event) => event.preventDefault()).prevented, true);
  assert.throws(
    () =>
      fetchEvent(() => {
        throw new RangeError('handler');
      }),
    RangeError,
  );
  assert.throws(() => new scope.FetchEvent('fetch'), TypeError);
});

test('a "scheduled" event tells its time and cron', () => {
  let seen;
  scope.addEventListener('scheduled', ({ scheduledTime, cron }) => (seen = { scheduledTime, cron }), {
    once: true,
  });
  hooks.dispatchScheduledEvent({ scheduledTime: 5, cron: '* * * * *' }, { waitUntil() {} });
  assert.deepEqual(seen, { scheduledTime: 5, cron: '* * * * *' });
});
