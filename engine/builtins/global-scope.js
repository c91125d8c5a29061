// The classes of the global object. https://w3c.github.io/ServiceWorker/#serviceworkerglobalscope-interface
import { EventTarget } from './event-target.js';
import { defineInterface, illegalConstructor } from './webidl.js';

export class WorkerGlobalScope extends EventTarget {
  constructor() {
    throw illegalConstructor();
  }
}
defineInterface(WorkerGlobalScope, 'WorkerGlobalScope');

// What a worker's global object is an instance of.
export class ServiceWorkerGlobalScope extends WorkerGlobalScope {
  constructor() {
    throw illegalConstructor();
  }
}
defineInterface(ServiceWorkerGlobalScope, 'ServiceWorkerGlobalScope');
