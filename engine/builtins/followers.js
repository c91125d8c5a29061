// The signals made by `AbortSignal.any` that must hear when one signal aborts.
//
// They are held weakly while nobody listens to them (what becomes of them then can not be observed once they
// are unreachable) and strongly otherwise, so that a long-lived source neither leaks nor loses them.
import {
  SafeSet,
  SafeWeakRef,
  arrayPush,
  setAdd,
  setDelete,
  setSize,
  setValues,
  weakRefDeref,
} from './primordials.js';

const kFirstPrune = 16;

export class Followers {
  #observed = new SafeSet();
  #all = new SafeSet();
  #pruneAt = kFirstPrune;

  add(signal) {
    setAdd(this.#all, new SafeWeakRef(signal));
    if (setSize(this.#all) >= this.#pruneAt) this.#prune();
  }

  setObserved(signal, observed) {
    if (observed) setAdd(this.#observed, signal);
    else setDelete(this.#observed, signal);
  }

  anyObserved() {
    return setSize(this.#observed) > 0;
  }

  // The living followers in the order in which they were made.
  all() {
    const signals = [];
    const references = setValues(this.#all);
    for (let i = 0; i < references.length; ++i) {
      const signal = weakRefDeref(references[i]);
      if (signal !== undefined) arrayPush(signals, signal);
    }
    return signals;
  }

  // Forgets the dead whenever the set has doubled since, so that adding stays constant on average.
  #prune() {
    const references = setValues(this.#all);
    for (let i = 0; i < references.length; ++i) {
      if (weakRefDeref(references[i]) === undefined) setDelete(this.#all, references[i]);
    }
    this.#pruneAt = setSize(this.#all) * 2 + kFirstPrune;
  }
}
