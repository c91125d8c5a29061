// `navigator`, as far as Workers have it.
import { native } from './native.js';
import {
  defineInterface,
  defineOwn,
  illegalConstructor,
  illegalInvocation,
  isObject,
  requireArguments,
  toDomString,
} from './webidl.js';

const kCreate = Symbol('create');
const kLanguages = Object.freeze(['en']);

export class Navigator {
  #brand;

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
    // As in Workers, these are its own.
    defineOwn(this, 'languages', kLanguages);
    defineOwn(this, 'language', 'en');
    defineOwn(this, 'platform', '');
    defineOwn(this, 'hardwareConcurrency', 1);
    defineOwn(this, 'userAgent', 'Cloudflare-Workers');
  }

  static #check(value) {
    if (!isObject(value) || !(#brand in value)) throw illegalInvocation();
  }

  // Outside a request there is nobody to send on behalf of: false, as when a queue is full.
  sendBeacon(url, body = undefined) {
    Navigator.#check(this);
    requireArguments(arguments.length, 1, "execute 'sendBeacon' on 'Navigator'");
    toDomString(url);
    if (!native.isContextActive()) return false;
    throw new Error('not implemented in lathe: navigator.sendBeacon');
  }
}
defineInterface(Navigator, 'Navigator');

export function createNavigator() {
  return new Navigator(kCreate);
}
