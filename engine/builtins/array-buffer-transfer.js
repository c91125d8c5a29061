// ArrayBuffer.prototype.transfer, transferToFixedLength and detached, where V8 lacks them.
// https://tc39.es/ecma262/#sec-arraybuffer.prototype.transfer
//
// core-js has them only where it finds a structuredClone while it loads; ours comes later, from C++.
const { defineProperty, getOwnPropertyDescriptor } = Object;
const uncurryThis = Function.prototype.bind.bind(Function.prototype.call);
const { prototype } = ArrayBuffer;
const byteLengthOf = uncurryThis(getOwnPropertyDescriptor(prototype, 'byteLength').get);
const sliceOf = uncurryThis(prototype.slice);
const setBytes = uncurryThis(Uint8Array.prototype.set);
const Bytes = Uint8Array;
const Buffer = ArrayBuffer;

const kLengthMax = 2 ** 53 - 1;

// https://tc39.es/ecma262/#sec-toindex
function toIndex(value) {
  const index = Math.trunc(+value) || 0;
  if (index < 0 || index > kLengthMax) throw new RangeError('Invalid array buffer length');
  return index;
}

function isDetached(buffer) {
  if (byteLengthOf(buffer) > 0) return false;
  try {
    new Bytes(buffer);
    return false;
  } catch {
    return true;
  }
}

function transferTo(buffer, newLength) {
  const length = byteLengthOf(buffer);
  const target = newLength === undefined ? length : toIndex(newLength);
  if (isDetached(buffer)) {
    throw new TypeError('Cannot perform ArrayBuffer.prototype.transfer on a detached ArrayBuffer');
  }
  const moved = globalThis.structuredClone(buffer, { transfer: [buffer] });
  if (target === length) return moved;
  if (target < length) return sliceOf(moved, 0, target);
  const grown = new Buffer(target);
  setBytes(new Bytes(grown), new Bytes(moved));
  return grown;
}

const methods = {
  transfer() {
    return transferTo(this, arguments[0]);
  },
  transferToFixedLength() {
    return transferTo(this, arguments[0]);
  },
  get detached() {
    return isDetached(this);
  },
};

for (const name of Object.keys(methods)) {
  if (name in prototype) continue;
  const descriptor = getOwnPropertyDescriptor(methods, name);
  defineProperty(prototype, name, { ...descriptor, enumerable: false });
}
