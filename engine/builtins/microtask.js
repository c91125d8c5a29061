// queueMicrotask. https://html.spec.whatwg.org/multipage/timers-and-user-prompts.html#microtask-queuing
import { bindToFrame } from './async-frame.js';
import { native } from './native.js';
import { reflectApply } from './primordials.js';
import { reportException } from './report-error.js';
import { requireArguments, wrongParameter } from './webidl.js';

// A method, so that it has no prototype.
export const { queueMicrotask } = {
  queueMicrotask(callback) {
    const where = "execute 'queueMicrotask'";
    requireArguments(arguments.length, 1, where);
    if (typeof callback !== 'function') {
      throw wrongParameter(`${where} on 'ServiceWorkerGlobalScope'`, 1, 'function');
    }
    const run = () => {
      try {
        reflectApply(callback, undefined, []);
      } catch (error) {
        reportException(error);
      }
    };
    // Unlike a promise's, its frame is nobody's else to keep.
    native.enqueueMicrotask(native.asyncFrame() === undefined ? run : bindToFrame(run));
  },
};
