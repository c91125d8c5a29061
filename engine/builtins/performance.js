// High resolution time and user timing.
// https://w3c.github.io/hr-time/, https://w3c.github.io/performance-timeline/, https://w3c.github.io/user-timing/
import { EventTarget } from './event-target.js';
import { native } from './native.js';
import { PerformanceMark, createMeasure } from './performance-entry.js';
import { arrayPush, arrayShift, arraySort } from './primordials.js';
import {
  defineInterface,
  illegalConstructor,
  illegalInvocation,
  isObject,
  requireArguments,
  toDomString,
  toDouble,
} from './webidl.js';

const kCreate = Symbol('create');

// A worker lives long and nobody may ever clear: the oldest entries make room.
const kEntriesMax = 10_000;

export class Performance extends EventTarget {
  #entries = [];

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
    super();
  }

  static #entriesOf(value) {
    if (!isObject(value) || !(#entries in value)) throw illegalInvocation();
    return value.#entries;
  }

  get timeOrigin() {
    Performance.#entriesOf(this);
    return native.timeOrigin();
  }

  now() {
    Performance.#entriesOf(this);
    return native.now();
  }

  toJSON() {
    Performance.#entriesOf(this);
    return { timeOrigin: native.timeOrigin() };
  }

  mark(markName, markOptions = undefined) {
    Performance.#entriesOf(this);
    requireArguments(arguments.length, 1, "execute 'mark' on 'Performance'");
    const mark = new PerformanceMark(markName, markOptions);
    this.#append(mark);
    return mark;
  }

  measure(measureName, startOrMeasureOptions = undefined, endMark = undefined) {
    Performance.#entriesOf(this);
    requireArguments(arguments.length, 1, "execute 'measure' on 'Performance'");
    const name = toDomString(measureName);
    const measure = createMeasure(name, this.#span(startOrMeasureOptions, endMark));
    this.#append(measure);
    return measure;
  }

  clearMarks(markName = undefined) {
    Performance.#entriesOf(this);
    this.#clear('mark', markName);
  }

  clearMeasures(measureName = undefined) {
    Performance.#entriesOf(this);
    this.#clear('measure', measureName);
  }

  getEntries() {
    Performance.#entriesOf(this);
    return this.#select(undefined, undefined);
  }

  getEntriesByType(type) {
    Performance.#entriesOf(this);
    requireArguments(arguments.length, 1, "execute 'getEntriesByType' on 'Performance'");
    return this.#select(undefined, toDomString(type));
  }

  getEntriesByName(name, type = undefined) {
    Performance.#entriesOf(this);
    requireArguments(arguments.length, 1, "execute 'getEntriesByName' on 'Performance'");
    return this.#select(toDomString(name), type === undefined ? undefined : toDomString(type));
  }

  #append(entry) {
    arrayPush(this.#entries, entry);
    if (this.#entries.length > kEntriesMax) arrayShift(this.#entries);
  }

  #clear(type, name) {
    const text = name === undefined ? undefined : toDomString(name);
    const kept = [];
    for (let i = 0; i < this.#entries.length; ++i) {
      const entry = this.#entries[i];
      if (entry.entryType !== type || (text !== undefined && entry.name !== text)) {
        arrayPush(kept, entry);
      }
    }
    this.#entries = kept;
  }

  // In the order of their start times; entries of the same time in the order of their making.
  #select(name, type) {
    const selected = [];
    for (let i = 0; i < this.#entries.length; ++i) {
      const entry = this.#entries[i];
      if (name !== undefined && entry.name !== name) continue;
      if (type !== undefined && entry.entryType !== type) continue;
      arrayPush(selected, entry);
    }
    return arraySort(selected, (a, b) => a.startTime - b.startTime);
  }

  // The start, end and detail of a measure. https://w3c.github.io/user-timing/#measure-method
  #span(startOrOptions, endMark) {
    const end = endMark === undefined ? undefined : toDomString(endMark);
    if (!isObject(startOrOptions)) {
      const start =
        startOrOptions === undefined || startOrOptions === null
          ? 0
          : this.#time(toDomString(startOrOptions), 'start');
      return { start, end: end === undefined ? native.now() : this.#time(end, 'end'), detail: null };
    }
    const { detail, duration, end: optionEnd, start } = startOrOptions;
    const isEmpty =
      detail === undefined &&
      duration === undefined &&
      optionEnd === undefined &&
      start === undefined;
    if (!isEmpty && end !== undefined) {
      throw new TypeError('performance.measure() takes either options or an end mark, not both.');
    }
    if (!isEmpty && start === undefined && optionEnd === undefined) {
      throw new TypeError("The options of performance.measure() need 'start' or 'end'.");
    }
    if (start !== undefined && optionEnd !== undefined && duration !== undefined) {
      throw new TypeError(
        "The options of performance.measure() take two of 'start', 'end' and 'duration'.",
      );
    }
    const length = duration === undefined ? undefined : this.#time(duration, 'duration');
    const startTime = start === undefined ? undefined : this.#time(start, 'start');
    let endTime;
    if (end !== undefined) endTime = this.#time(end, 'end');
    else if (optionEnd !== undefined) endTime = this.#time(optionEnd, 'end');
    else if (startTime !== undefined && length !== undefined) endTime = startTime + length;
    else endTime = native.now();
    return {
      start: startTime ?? (length === undefined ? 0 : endTime - length),
      end: endTime,
      detail: detail === undefined ? null : globalThis.structuredClone(detail),
    };
  }

  // A mark's name or a timestamp. https://w3c.github.io/user-timing/#convert-a-mark-to-a-timestamp
  #time(mark, what) {
    if (typeof mark === 'number') {
      const time = toDouble(mark, `The ${what} of performance.measure()`);
      if (time < 0) throw new TypeError(`The ${what} of performance.measure() is negative.`);
      return time;
    }
    const name = toDomString(mark);
    for (let i = this.#entries.length - 1; i >= 0; --i) {
      const entry = this.#entries[i];
      if (entry.entryType === 'mark' && entry.name === name) return entry.startTime;
    }
    throw new globalThis.DOMException(`The mark '${name}' does not exist.`, 'SyntaxError');
  }
}
defineInterface(Performance, 'Performance');

export function createPerformance() {
  return new Performance(kCreate);
}
