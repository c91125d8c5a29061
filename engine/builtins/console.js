// The console namespace. https://console.spec.whatwg.org/
//
// Everything ends in `native.print(level, text)`, one call per message however many lines it has.
import { tableOf } from './console-table.js';
import { format } from './format.js';
import { inspect } from './inspect.js';
import { native } from './native.js';
import {
  SafeMap,
  SafeWeakMap,
  arrayJoin,
  arrayPush,
  arraySlice,
  captureStackTrace,
  defineProperty,
  floor,
  mapDelete,
  mapGet,
  mapSet,
  numberToFixed,
  objectCreate,
  objectKeys,
  stringIncludes,
  stringIndexOf,
  stringPadStart,
  stringRepeat,
  stringSlice,
  stringSplit,
  weakMapGet,
  weakMapSet,
} from './primordials.js';
import { isObject, toDomString } from './webidl.js';

const kGroupIndent = 2;

// Groups, counters and timers belong to the I/O context that made them, so that one request's open group
// does not indent another's messages.
let shared;
let byContext;

function currentState() {
  const token = native.currentContextToken();
  if (!isObject(token)) return (shared ??= newState());
  byContext ??= new SafeWeakMap();
  let state = weakMapGet(byContext, token);
  if (state === undefined) weakMapSet(byContext, token, (state = newState()));
  return state;
}

function newState() {
  return { groups: 0, counts: new SafeMap(), timers: new SafeMap() };
}

// The console's printer: indents every line by the open groups.
function print(level, text, state = currentState()) {
  if (state.groups > 0) {
    const indent = stringRepeat(' ', state.groups * kGroupIndent);
    text = indent + (stringIncludes(text, '\n') ? reindent(text, indent) : text);
  }
  native.print(level, text);
}

function reindent(text, indent) {
  return arrayJoin(stringSplit(text, '\n'), `\n${indent}`);
}

function options() {
  return { colors: native.colors() };
}

// https://console.spec.whatwg.org/#logger
function log(level, values) {
  if (values.length > 0) print(level, format(values, options()));
}

function toLabel(label) {
  return label === undefined ? 'default' : toDomString(label);
}

const kSecondMs = 1000;
const kMinuteMs = 60 * kSecondMs;
const kHourMs = 60 * kMinuteMs;

// "12.345ms", "1.234s", "1:02.345 (m:ss.mmm)", "1:02:03 (h:mm:ss)".
function durationText(ms) {
  if (ms < kSecondMs) return `${+numberToFixed(ms, 3)}ms`;
  if (ms < kMinuteMs) return `${numberToFixed(ms / kSecondMs, 3)}s`;
  const two = (number) => stringPadStart(`${floor(number)}`, 2, '0');
  const seconds = (ms % kMinuteMs) / kSecondMs;
  if (ms < kHourMs) {
    const padded = stringPadStart(numberToFixed(floor(seconds * 1000) / 1000, 3), 6, '0');
    return `${floor(ms / kMinuteMs)}:${padded} (m:ss.mmm)`;
  }
  const minutes = (ms % kHourMs) / kMinuteMs;
  return `${floor(ms / kHourMs)}:${two(minutes)}:${two(seconds)} (h:mm:ss)`;
}

// The time since `console.time(label)` as text, or undefined after a warning when there was none.
function elapsed(state, label, method) {
  const startMs = mapGet(state.timers, label);
  if (startMs !== undefined) return `${label}: ${durationText(native.now() - startMs)}`;
  print('warn', `No such label '${label}' for console.${method}()`, state);
  return undefined;
}

function openGroup(data) {
  log('log', data);
  ++currentState().groups;
}

// Methods in the order of the standard. Rest and default parameters give them the length 0 that it asks for.
const methods = {
  assert(condition = false, ...data) {
    if (condition) return;
    const title = 'Assertion failed';
    if (typeof data[0] === 'string') data[0] = `${title}: ${data[0]}`;
    else data = concat([title], data);
    log('error', data);
  },

  // There is no terminal of ours to clear: the output may be a log file.
  clear() {},

  debug(...data) {
    log('debug', data);
  },
  error(...data) {
    log('error', data);
  },
  info(...data) {
    log('info', data);
  },
  log(...data) {
    log('log', data);
  },

  table(tabularData = undefined, properties = undefined) {
    const columns = properties === undefined ? undefined : toColumns(properties);
    const table = isObject(tabularData) ? tableOf(tabularData, columns, options()) : undefined;
    if (table === undefined) log('log', [tabularData]);
    else print('log', table);
  },

  trace(...data) {
    const trace = { name: 'Trace', message: data.length > 0 ? format(data, options()) : '' };
    captureStackTrace(trace, methods.trace);
    // V8 heads the stack with the object's own text; only the frames are wanted.
    const frames = stringIndexOf(trace.stack, '\n    at ');
    const title = trace.message === '' ? 'Trace' : `Trace: ${trace.message}`;
    print('log', frames === -1 ? title : title + stringSlice(trace.stack, frames));
  },

  warn(...data) {
    log('warn', data);
  },

  dir(item = undefined, given = undefined) {
    print('log', inspect(item, { customInspect: false, ...options(), ...given }));
  },
  dirxml(...data) {
    log('log', data);
  },

  count(label = 'default') {
    label = toLabel(label);
    const state = currentState();
    const count = (mapGet(state.counts, label) ?? 0) + 1;
    mapSet(state.counts, label, count);
    print('info', `${label}: ${count}`, state);
  },
  countReset(label = 'default') {
    label = toLabel(label);
    const state = currentState();
    if (!mapDelete(state.counts, label)) print('warn', `Count for '${label}' does not exist`, state);
  },

  group(...data) {
    openGroup(data);
  },
  groupCollapsed(...data) {
    openGroup(data);
  },
  groupEnd() {
    const state = currentState();
    if (state.groups > 0) --state.groups;
  },

  time(label = 'default') {
    label = toLabel(label);
    const state = currentState();
    if (mapGet(state.timers, label) === undefined) mapSet(state.timers, label, native.now());
    else print('warn', `Label '${label}' already exists for console.time()`, state);
  },
  timeLog(label = 'default', ...data) {
    label = toLabel(label);
    const text = elapsed(currentState(), label, 'timeLog');
    if (text !== undefined) log('info', concat(['%s', text], data));
  },
  timeEnd(label = 'default') {
    label = toLabel(label);
    const state = currentState();
    const text = elapsed(state, label, 'timeEnd');
    if (text === undefined) return;
    mapDelete(state.timers, label);
    print('info', text, state);
  },

  // For profilers, of which none listens here.
  timeStamp() {},
  profile() {},
  profileEnd() {},
};

function concat(first, second) {
  const all = arraySlice(first);
  for (let i = 0; i < second.length; ++i) arrayPush(all, second[i]);
  return all;
}

function toColumns(properties) {
  const columns = [];
  for (const name of properties) arrayPush(columns, toDomString(name));
  return columns;
}

// The namespace object: its methods, over an empty prototype.
// https://console.spec.whatwg.org/#console-namespace
export function createConsole() {
  const console = objectCreate({});
  const names = objectKeys(methods);
  for (let i = 0; i < names.length; ++i) console[names[i]] = methods[names[i]];
  return defineProperty(console, Symbol.toStringTag, {
    __proto__: null,
    value: 'console',
    writable: false,
    enumerable: false,
    configurable: true,
  });
}
