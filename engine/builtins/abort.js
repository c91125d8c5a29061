// AbortController and AbortSignal. https://dom.spec.whatwg.org/#aborting-ongoing-activities
import { runInFrame } from './async-frame.js';
import { Event } from './event.js';
import { EventTarget, defineEventHandler, fireEvent, watchListeners } from './event-target.js';
import { Followers } from './followers.js';
import { native } from './native.js';
import {
  SafeSet,
  SafeWeakRef,
  arrayPush,
  isArray,
  setAdd,
  setDelete,
  setSize,
  setValues,
  weakRefDeref,
} from './primordials.js';
import {
  defineInterface,
  illegalConstructor,
  illegalInvocation,
  isObject,
  requireArguments,
  toEnforcedUnsignedLongLong,
  wrongParameter,
} from './webidl.js';

// Only the platform makes signals: it passes this to their constructor.
const kCreate = Symbol('create');

export let isSignal;
let stateOf;

export class AbortSignal extends EventTarget {
  #state;

  static {
    isSignal = (value) => isObject(value) && #state in value;
    stateOf = (value) => {
      if (!isSignal(value)) throw illegalInvocation();
      return value.#state;
    };
  }

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
    super();
    const state = {
      aborted: false,
      reason: undefined,
      // What the platform does at an abort; undefined while there is nothing.
      algorithms: undefined,
      hasListeners: false,
      // For a signal made by `any`: the independent signals that it follows.
      sources: undefined,
      followers: undefined,
      timeout: undefined,
    };
    this.#state = state;
    watchListeners(this, (type, any) => {
      if (type !== 'abort') return;
      state.hasListeners = any;
      observersChanged(this);
    });
  }

  static abort(reason = undefined) {
    const signal = createSignal();
    const state = stateOf(signal);
    state.aborted = true;
    state.reason = reason === undefined ? abortError() : reason;
    return signal;
  }

  static any(signals) {
    requireArguments(arguments.length, 1, "execute 'any' on 'AbortSignal'");
    return createDependentSignal(toSignals(signals));
  }

  static timeout(milliseconds) {
    requireArguments(arguments.length, 1, "execute 'timeout' on 'AbortSignal'");
    const delay = toEnforcedUnsignedLongLong(milliseconds, 'The delay of AbortSignal.timeout()');
    const signal = createSignal();
    startTimeout(signal, delay);
    return signal;
  }

  get aborted() {
    return stateOf(this).aborted;
  }
  get reason() {
    return stateOf(this).reason;
  }
  throwIfAborted() {
    const { aborted, reason } = stateOf(this);
    if (aborted) throw reason;
  }
}
defineInterface(AbortSignal, 'AbortSignal');
defineEventHandler(AbortSignal, 'abort');

export class AbortController {
  #signal = createSignal();

  get signal() {
    if (!isObject(this) || !(#signal in this)) throw illegalInvocation();
    return this.#signal;
  }

  abort(reason = undefined) {
    if (!isObject(this) || !(#signal in this)) throw illegalInvocation();
    signalAbort(this.#signal, reason);
  }
}
defineInterface(AbortController, 'AbortController');

function abortError() {
  return new globalThis.DOMException('The operation was aborted', 'AbortError');
}

// The conversion of a `sequence<AbortSignal>`.
function toSignals(value) {
  const wrong = () =>
    wrongParameter("execute 'any' on 'AbortSignal'", 1, 'sequence<AbortSignal>');
  if (!isObject(value) || (!isArray(value) && typeof value[Symbol.iterator] !== 'function')) {
    throw wrong();
  }
  const signals = [];
  for (const signal of value) {
    if (!isSignal(signal)) throw wrong();
    arrayPush(signals, signal);
  }
  return signals;
}

export function createSignal() {
  return new AbortSignal(kCreate);
}

// https://dom.spec.whatwg.org/#create-a-dependent-abort-signal
export function createDependentSignal(signals) {
  const result = createSignal();
  const state = stateOf(result);
  const sources = new SafeSet();
  for (let i = 0; i < signals.length; ++i) {
    const given = stateOf(signals[i]);
    if (given.aborted) {
      state.aborted = true;
      state.reason = given.reason;
      return result;
    }
    const origins = given.sources ?? [signals[i]];
    for (let j = 0; j < origins.length; ++j) setAdd(sources, origins[j]);
  }
  state.sources = setValues(sources);
  for (let i = 0; i < state.sources.length; ++i) {
    const source = stateOf(state.sources[i]);
    source.followers ??= new Followers();
    source.followers.add(result);
  }
  return result;
}

// https://dom.spec.whatwg.org/#abortsignal-signal-abort
export function signalAbort(signal, reason) {
  const state = stateOf(signal);
  if (state.aborted) return;
  markAborted(state, reason === undefined ? abortError() : reason);
  const toRun = [signal];
  const followers = state.followers?.all() ?? [];
  for (let i = 0; i < followers.length; ++i) {
    const follower = stateOf(followers[i]);
    if (follower.aborted) continue;
    markAborted(follower, state.reason);
    arrayPush(toRun, followers[i]);
  }
  for (let i = 0; i < toRun.length; ++i) runAbortSteps(toRun[i]);
}

function markAborted(state, reason) {
  state.aborted = true;
  state.reason = reason;
}

// https://dom.spec.whatwg.org/#run-the-abort-steps
function runAbortSteps(signal) {
  const state = stateOf(signal);
  const algorithms = state.algorithms === undefined ? [] : setValues(state.algorithms);
  state.algorithms = undefined;
  for (let i = 0; i < algorithms.length; ++i) algorithms[i](state.reason);
  fireEvent(signal, new Event('abort'));
}

// Calls `algorithm(reason)` once when the signal aborts, before its listeners. Nothing happens for a
// signal that has aborted already: ask `abortState` first.
export function addAbortAlgorithm(signal, algorithm) {
  const state = stateOf(signal);
  if (state.aborted) return;
  state.algorithms ??= new SafeSet();
  setAdd(state.algorithms, algorithm);
  observersChanged(signal);
}

export function removeAbortAlgorithm(signal, algorithm) {
  const { algorithms } = stateOf(signal);
  if (algorithms === undefined) return;
  setDelete(algorithms, algorithm);
  observersChanged(signal);
}

// Whether the signal has aborted, and why, whatever a script made of the getters.
export function abortState(signal) {
  const { aborted, reason } = stateOf(signal);
  return { aborted, reason };
}

function isObserved(state) {
  return (
    state.hasListeners ||
    (state.algorithms !== undefined && setSize(state.algorithms) > 0) ||
    (state.followers !== undefined && state.followers.anyObserved())
  );
}

// Tells whatever may abort this signal whether anybody would notice.
function observersChanged(signal) {
  const state = stateOf(signal);
  const observed = isObserved(state);
  const { sources, timeout } = state;
  if (timeout !== undefined) timeout.setObserved(signal, observed);
  if (sources === undefined) return;
  for (let i = 0; i < sources.length; ++i) {
    stateOf(sources[i]).followers.setObserved(signal, observed);
    observersChanged(sources[i]);
  }
}

// The timer of `AbortSignal.timeout`. While nobody listens it neither keeps its signal from being collected
// nor counts as pending work of the request.
class Timeout {
  #signal = undefined;
  #weakSignal;
  #timer;

  constructor(signal, delayMs) {
    this.#weakSignal = new SafeWeakRef(signal);
    // Nobody's code has it fire: its listeners run in no asynchronous context.
    const start = () => native.setTimer(() => this.#expire(), delayMs, false);
    this.#timer = runInFrame(undefined, start, undefined, []);
    native.setTimerKeepsAlive(this.#timer, false);
  }

  setObserved(signal, observed) {
    if (this.#timer === undefined || observed === (this.#signal !== undefined)) return;
    this.#signal = observed ? signal : undefined;
    native.setTimerKeepsAlive(this.#timer, observed);
  }

  #expire() {
    const signal = this.#signal ?? weakRefDeref(this.#weakSignal);
    this.#timer = undefined;
    this.#signal = undefined;
    if (signal === undefined) return;
    const reason = new globalThis.DOMException(
      'The operation was aborted due to timeout',
      'TimeoutError',
    );
    signalAbort(signal, reason);
  }
}

function startTimeout(signal, delayMs) {
  stateOf(signal).timeout = new Timeout(signal, delayMs);
}
