import assert from 'node:assert/strict';
import test from 'node:test';
import './connect.mjs';
import { expire, reported, timers } from './native-shim.mjs';
import {
  AbortController,
  AbortSignal,
  addAbortAlgorithm,
  createSignal,
  removeAbortAlgorithm,
  signalAbort,
} from '../../../engine/builtins/abort.js';

const lastTimer = () => [...timers.keys()].at(-1);

test('a controller aborts its signal once, with its reason', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const events = [];
  signal.addEventListener('abort', (event) => events.push(event));
  assert.deepEqual([signal.aborted, signal.reason], [false, undefined]);
  signal.throwIfAborted();
  controller.abort('why');
  controller.abort('again');
  assert.deepEqual([signal.aborted, signal.reason, events.length], [true, 'why', 1]);
  assert.deepEqual([events[0].isTrusted, events[0].bubbles, events[0].target], [true, false, signal]);
  assert.throws(() => signal.throwIfAborted(), (thrown) => thrown === 'why');
});

test('without a reason it is an AbortError', () => {
  const controller = new AbortController();
  controller.abort();
  assert.equal(controller.signal.reason.name, 'AbortError');
  assert.ok(controller.signal.reason instanceof DOMException);
  assert.equal(AbortSignal.abort().reason.name, 'AbortError');
  assert.equal(AbortSignal.abort(0).reason, 0);
});

test('onabort is a listener that can be replaced and removed', () => {
  const controller = new AbortController();
  const { signal } = controller;
  const order = [];
  assert.equal(signal.onabort, null);
  signal.onabort = () => order.push('replaced');
  signal.addEventListener('abort', () => order.push('listener'));
  signal.onabort = () => order.push('handler');
  controller.abort();
  assert.deepEqual(order, ['handler', 'listener']);
  for (const value of [null, undefined, 5, 'text']) {
    signal.onabort = value;
    assert.equal(signal.onabort, null);
  }
});

test('algorithms run before listeners, unless removed', () => {
  const signal = createSignal();
  const order = [];
  const removed = () => order.push('removed');
  signal.addEventListener('abort', () => order.push('listener'));
  addAbortAlgorithm(signal, (reason) => order.push(`algorithm ${reason}`));
  addAbortAlgorithm(signal, removed);
  removeAbortAlgorithm(signal, removed);
  signalAbort(signal, 1);
  assert.deepEqual(order, ['algorithm 1', 'listener']);
});

test('a listener that throws is reported and the others run', () => {
  reported.length = 0;
  const controller = new AbortController();
  let ran = false;
  controller.signal.addEventListener('abort', () => {
    throw new Error('listener');
  });
  controller.signal.addEventListener('abort', () => (ran = true));
  controller.abort();
  assert.equal(ran, true);
  assert.equal(reported.length, 1);
});

test('any follows the first of its sources', () => {
  const [a, b] = [new AbortController(), new AbortController()];
  const either = AbortSignal.any([a.signal, b.signal]);
  const nested = AbortSignal.any([either]);
  assert.equal(nested.aborted, false);
  b.abort('b');
  a.abort('a');
  assert.deepEqual([either.aborted, either.reason, nested.reason], [true, 'b', 'b']);
  assert.equal(AbortSignal.any([a.signal, b.signal]).reason, 'a');
  assert.equal(AbortSignal.any([]).aborted, false);
});

test('all followers have aborted before the first listener runs', () => {
  const controller = new AbortController();
  const follower = AbortSignal.any([controller.signal]);
  let seen;
  controller.signal.addEventListener('abort', () => (seen = follower.aborted));
  controller.abort();
  assert.equal(seen, true);
});

test('a timeout aborts with a TimeoutError', () => {
  const signal = AbortSignal.timeout(25);
  assert.equal(timers.get(lastTimer()).ms, 25);
  expire(lastTimer());
  assert.equal(signal.aborted, true);
  assert.equal(signal.reason.name, 'TimeoutError');
});

test('a timeout is pending work only while somebody listens', () => {
  const signal = AbortSignal.timeout(25);
  const timer = timers.get(lastTimer());
  assert.equal(timer.keepsAlive, false);
  const listener = () => {};
  signal.addEventListener('abort', listener);
  assert.equal(timer.keepsAlive, true);
  signal.removeEventListener('abort', listener);
  assert.equal(timer.keepsAlive, false);
  const follower = AbortSignal.any([signal]);
  assert.equal(timer.keepsAlive, false);
  follower.onabort = listener;
  assert.equal(timer.keepsAlive, true);
  follower.onabort = null;
  assert.equal(timer.keepsAlive, false);
});

test('wrong arguments are TypeErrors', () => {
  const bad = [
    () => new AbortSignal(),
    () => AbortController(),
    () => AbortSignal.timeout(),
    () => AbortSignal.timeout(-1),
    () => AbortSignal.timeout(NaN),
    () => AbortSignal.timeout(2 ** 53),
    () => AbortSignal.any(),
    () => AbortSignal.any(1),
    () => AbortSignal.any({}),
    () => AbortSignal.any([{}]),
    () => AbortSignal.prototype.aborted,
    () => AbortController.prototype.abort.call({}),
    () => AbortController.prototype.signal,
  ];
  for (const call of bad) assert.throws(call, TypeError, call.toString());
});

test('many short-lived followers do not pile up at a long-lived source', { skip: !globalThis.gc }, async () => {
  const source = new AbortController();
  const references = [];
  for (let i = 0; i < 100; ++i) references.push(new WeakRef(AbortSignal.any([source.signal])));
  await new Promise((resolve) => setTimeout(resolve));
  globalThis.gc();
  assert.equal(references.filter((reference) => reference.deref()).length, 0);
});
