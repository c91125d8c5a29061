// `crypto`, as far as it is random numbers. https://w3c.github.io/webcrypto/#crypto-interface
import { missingObject } from './missing.js';
import { native } from './native.js';
import {
  defineInterface,
  illegalConstructor,
  illegalInvocation,
  isObject,
  requireArguments,
} from './webidl.js';

const kCreate = Symbol('create');
const subtle = missingObject('crypto.subtle');

export class Crypto {
  #brand;

  constructor() {
    if (arguments[0] !== kCreate) throw illegalConstructor();
  }

  static #check(value) {
    if (!isObject(value) || !(#brand in value)) throw illegalInvocation();
  }

  // Looking is allowed: libraries do so when they are loaded. Any use says that it is missing.
  get subtle() {
    Crypto.#check(this);
    return subtle;
  }

  getRandomValues(array) {
    Crypto.#check(this);
    requireArguments(arguments.length, 1, "execute 'getRandomValues' on 'Crypto'");
    native.fillRandom(array);
    return array;
  }

  randomUUID() {
    Crypto.#check(this);
    return native.randomUuid();
  }
}
defineInterface(Crypto, 'Crypto');

export function createCrypto() {
  return new Crypto(kCreate);
}
