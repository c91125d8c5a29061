// The entries of the performance timeline. https://w3c.github.io/performance-timeline/#the-performanceentry-interface
import { native } from './native.js';
import {
  defineInterface,
  illegalConstructor,
  illegalInvocation,
  isObject,
  requireArguments,
  toDictionary,
  toDomString,
  toDouble,
} from './webidl.js';

const kCreate = Symbol('create');

export class PerformanceEntry {
  #entry;

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
    this.#entry = arguments[1];
  }

  static #of(value) {
    if (!isObject(value) || !(#entry in value)) throw illegalInvocation();
    return value.#entry;
  }

  get name() {
    return PerformanceEntry.#of(this).name;
  }
  get entryType() {
    return PerformanceEntry.#of(this).entryType;
  }
  get startTime() {
    return PerformanceEntry.#of(this).startTime;
  }
  get duration() {
    return PerformanceEntry.#of(this).duration;
  }

  toJSON() {
    const { name, entryType, startTime, duration } = PerformanceEntry.#of(this);
    if (isObject(this) && 'detail' in this) {
      return { name, entryType, startTime, duration, detail: this.detail };
    }
    return { name, entryType, startTime, duration };
  }
}
defineInterface(PerformanceEntry, 'PerformanceEntry');

// https://w3c.github.io/user-timing/#the-performancemark-constructor
export class PerformanceMark extends PerformanceEntry {
  #detail;

  constructor(markName, markOptions = undefined) {
    requireArguments(arguments.length, 1, "construct 'PerformanceMark'");
    const name = toDomString(markName);
    const { detail = null, startTime } = toDictionary(
      markOptions,
      "construct 'PerformanceMark'",
      2,
      'PerformanceMarkOptions',
    );
    const start =
      startTime === undefined ? native.now() : toDouble(startTime, 'The startTime of a mark');
    if (start < 0) throw new TypeError('The startTime of a mark is negative.');
    super(kCreate, { name, entryType: 'mark', startTime: start, duration: 0 });
    this.#detail = detail === null ? null : globalThis.structuredClone(detail);
  }

  get detail() {
    if (!isObject(this) || !(#detail in this)) throw illegalInvocation();
    return this.#detail;
  }
}
defineInterface(PerformanceMark, 'PerformanceMark');

export class PerformanceMeasure extends PerformanceEntry {
  #detail;

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
    super(kCreate, arguments[1]);
    this.#detail = arguments[2];
  }

  get detail() {
    if (!isObject(this) || !(#detail in this)) throw illegalInvocation();
    return this.#detail;
  }
}
defineInterface(PerformanceMeasure, 'PerformanceMeasure');

export function createMeasure(name, { start, end, detail }) {
  const entry = { name, entryType: 'measure', startTime: start, duration: end - start };
  return new PerformanceMeasure(kCreate, entry, detail);
}
