import assert from 'node:assert/strict';
import test from 'node:test';
import { reported } from './native-shim.mjs';
import './connect.mjs';
import { CloseEvent, CustomEvent, ErrorEvent, Event, MessageEvent } from '../../../engine/builtins/event.js';
import { EventTarget, fireEvent } from '../../../engine/builtins/event-target.js';
import { AbortController } from '../../../engine/builtins/abort.js';

// The names of the listeners that one dispatch calls, in order.
function called(add, event = new Event('x')) {
  const target = new EventTarget();
  const order = [];
  add(target, (name) => () => order.push(name));
  target.dispatchEvent(event);
  return order;
}

test('listeners are called in order, capturing ones first, and each only once', () => {
  const order = called((target, listener) => {
    const twice = listener('twice');
    target.addEventListener('x', twice);
    target.addEventListener('x', twice);
    target.addEventListener('x', listener('capturing'), true);
    target.addEventListener('x', listener('last'), { capture: false });
    target.addEventListener('y', listener('other type'));
  });
  assert.deepEqual(order, ['capturing', 'twice', 'last']);
});

test('a listener is removed by type, callback and capture', () => {
  const order = called((target, listener) => {
    const callback = listener('kept');
    target.addEventListener('x', callback, true);
    target.removeEventListener('x', callback, false);
    const gone = listener('gone');
    target.addEventListener('x', gone);
    target.removeEventListener('x', gone, { passive: true });
  });
  assert.deepEqual(order, ['kept']);
});

test('listeners added or removed during dispatch', () => {
  const target = new EventTarget();
  const order = [];
  const second = () => order.push('second');
  target.addEventListener('x', () => {
    order.push('first');
    target.removeEventListener('x', second);
    target.addEventListener('x', () => order.push('added'));
  });
  target.addEventListener('x', second);
  target.dispatchEvent(new Event('x'));
  assert.deepEqual(order, ['first']);
});

test('once listeners run once, even when they dispatch again', () => {
  const target = new EventTarget();
  let runs = 0;
  target.addEventListener('x', () => (++runs, target.dispatchEvent(new Event('x'))), { once: true });
  target.dispatchEvent(new Event('x'));
  target.dispatchEvent(new Event('x'));
  assert.equal(runs, 1);
});

test('an aborted signal removes its listeners', () => {
  const controller = new AbortController();
  const target = new EventTarget();
  let runs = 0;
  target.addEventListener('x', () => ++runs, { signal: controller.signal });
  target.dispatchEvent(new Event('x'));
  controller.abort();
  target.dispatchEvent(new Event('x'));
  target.addEventListener('x', () => ++runs, { signal: controller.signal });
  target.dispatchEvent(new Event('x'));
  assert.equal(runs, 1);
  for (const signal of [null, {}, 1]) {
    assert.throws(() => target.addEventListener('x', () => {}, { signal }), TypeError);
  }
});

test('preventing the default needs a cancelable event and a listener that is not passive', () => {
  const rows = [
    [{ cancelable: true }, {}, true],
    [{ cancelable: false }, {}, false],
    [{ cancelable: true }, { passive: true }, false],
  ];
  for (const [init, options, prevented] of rows) {
    const target = new EventTarget();
    target.addEventListener('x', (event) => event.preventDefault(), options);
    const event = new Event('x', init);
    assert.equal(target.dispatchEvent(event), !prevented);
    assert.equal(event.defaultPrevented, prevented);
    assert.equal(event.returnValue, !prevented);
  }
});

test('objects with handleEvent listen, looked up anew for each event', () => {
  const target = new EventTarget();
  const listener = {};
  target.addEventListener('x', listener);
  let self;
  listener.handleEvent = function () {
    self = this;
  };
  target.dispatchEvent(new Event('x'));
  assert.equal(self, listener);
});

test("what a listener throws is the dispatcher's, and the next one does not run", () => {
  const error = new Error('listener');
  const target = new EventTarget();
  const order = [];
  target.addEventListener('x', () => {
    order.push('first');
    throw error;
  });
  target.addEventListener('x', () => order.push('next'));
  const event = new Event('x');
  for (let i = 0; i < 2; ++i) {
    assert.throws(
      () => target.dispatchEvent(event),
      (thrown) => thrown === error,
    );
  }
  assert.deepEqual([order, event.eventPhase, event.currentTarget], [['first', 'first'], 0, null]);

  const strange = new EventTarget();
  strange.addEventListener('x', {});
  assert.throws(() => strange.dispatchEvent(new Event('x')), TypeError);
});

test("what a listener of one of the platform's own events throws is reported, and the next one runs", () => {
  reported.length = 0;
  const error = new Error('listener');
  const target = new EventTarget();
  const order = [];
  target.addEventListener('x', () => {
    throw error;
  });
  target.addEventListener('x', () => order.push('next'));
  fireEvent(target, new Event('x'));
  assert.deepEqual([order, reported], [['next'], [error]]);
});

test('stopping immediately keeps later listeners from running', () => {
  const order = called((target, listener) => {
    target.addEventListener('x', (event) => event.stopImmediatePropagation());
    target.addEventListener('x', listener('never'));
  });
  assert.deepEqual(order, []);
});

test('during dispatch an event knows its target, afterwards its path is empty', () => {
  const target = new EventTarget();
  target.addEventListener('x', (event) => {
    assert.equal(event.target, target);
    assert.equal(event.currentTarget, target);
    assert.equal(event.eventPhase, Event.AT_TARGET);
    assert.deepEqual(event.composedPath(), [target]);
    assert.throws(() => target.dispatchEvent(event), { name: 'InvalidStateError' });
  });
  const event = new Event('x');
  target.dispatchEvent(event);
  assert.equal(event.target, target);
  assert.equal(event.currentTarget, null);
  assert.equal(event.eventPhase, Event.NONE);
  assert.deepEqual(event.composedPath(), []);
});

test('wrong arguments are TypeErrors', () => {
  const target = new EventTarget();
  const bad = [
    () => new Event(),
    () => new Event(Symbol()),
    () => new Event('x', 1),
    () => Event('x'),
    () => target.addEventListener('x'),
    () => target.addEventListener('x', 1),
    () => target.removeEventListener('x'),
    () => target.dispatchEvent(),
    () => target.dispatchEvent({}),
    () => target.dispatchEvent(null),
    () => Event.prototype.type,
    () => EventTarget.prototype.addEventListener.call({}, 'x', () => {}),
    () => new CustomEvent(),
    () => new CustomEvent('x').initCustomEvent(),
    () => Object.getOwnPropertyDescriptor(CloseEvent.prototype, 'code').get.call(new Event('x')),
  ];
  for (const call of bad) assert.throws(call, TypeError, call.toString());
});

test('null is no listener, and no error', () => {
  assert.deepEqual(
    called((target) => target.addEventListener('x', null)),
    [],
  );
});

test('an event has nothing of its own, as in Workers, so that it can be copied through a proxy', () => {
  const event = new Event('x');
  assert.deepEqual(Reflect.ownKeys(event), []);
  assert.deepEqual({ ...new Proxy(event, {}) }, {});
  assert.equal(event.isTrusted, false);
});

test('interfaces have the shape that Web IDL gives them', () => {
  for (const Interface of [Event, EventTarget, CustomEvent, ErrorEvent, MessageEvent, CloseEvent]) {
    const { prototype, name } = Interface;
    assert.equal(prototype[Symbol.toStringTag], name);
    for (const key of Object.getOwnPropertyNames(prototype)) {
      if (key === 'constructor') continue;
      assert.ok(Object.getOwnPropertyDescriptor(prototype, key).enumerable, `${name}.${key}`);
    }
  }
  assert.deepEqual(Object.getOwnPropertyDescriptor(Event, 'AT_TARGET'), {
    value: 2,
    writable: false,
    enumerable: true,
    configurable: false,
  });
  assert.deepEqual([Event.length, EventTarget.length, CustomEvent.length], [1, 0, 1]);
});

test('dictionaries become attributes, converted', () => {
  const error = new ErrorEvent('error', { message: 1, lineno: '7', colno: -1, error: 'e' });
  assert.deepEqual(
    [error.message, error.filename, error.lineno, error.colno, error.error],
    ['1', '', 7, 4294967295, 'e'],
  );
  const message = new MessageEvent('message', { data: [1], origin: 'o' });
  assert.deepEqual(
    [message.data, message.origin, message.lastEventId, message.source, message.ports],
    [[1], 'o', '', null, []],
  );
  const close = new CloseEvent('close', { code: 65_536 + 1000, reason: 'r', wasClean: 1 });
  assert.deepEqual([close.code, close.reason, close.wasClean], [1000, 'r', true]);
  assert.equal(new CloseEvent('close', { reason: 'a\ud807😀' }).reason, 'a\ufffd😀');
  assert.equal(new CustomEvent('x').detail, null);
  assert.equal(new CustomEvent('x', { detail: 5 }).detail, 5);
});

test('initEvent starts an event over, except during dispatch', () => {
  const event = new Event('a', { cancelable: true });
  event.preventDefault();
  event.initEvent('b', true);
  assert.deepEqual(
    [event.type, event.bubbles, event.cancelable, event.defaultPrevented],
    ['b', true, false, false],
  );
});

test('subclasses work as targets', () => {
  class Emitter extends EventTarget {
    #count = 0;
    constructor() {
      super();
      this.addEventListener('tick', () => ++this.#count);
    }
    get count() {
      return this.#count;
    }
  }
  const emitter = new Emitter();
  emitter.dispatchEvent(new Event('tick'));
  assert.equal(emitter.count, 1);
});
