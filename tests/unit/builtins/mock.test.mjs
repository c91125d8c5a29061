import assert from 'node:assert/strict';
import test from 'node:test';
import './connect.mjs';
import { mock } from '../../../engine/builtins/node/mock.js';

test('a mock remembers its calls', () => {
  const add = mock.fn((a, b) => a + b);
  const receiver = { add };
  assert.equal(receiver.add(1, 2), 3);
  assert.equal(add.mock.callCount(), 1);
  const [{ arguments: args, error, result, stack, target, this: self }] = add.mock.calls;
  assert.deepEqual([args, error, result, target], [[1, 2], undefined, 3, undefined]);
  assert.equal(self, receiver);
  assert.ok(stack instanceof Error);
  add.mock.calls.push('mine');
  assert.equal(add.mock.callCount(), 1);
  add.mock.resetCalls();
  assert.equal(add.mock.callCount(), 0);
  assert.deepEqual([add.length, mock.fn().call(1)], [2, undefined]);
});

test('what a mock throws is remembered, and thrown', () => {
  const failing = mock.fn(() => {
    throw new RangeError('no');
  });
  assert.throws(failing, RangeError);
  assert.equal(failing.mock.calls[0].error.message, 'no');
});

test('an implementation stands for the original: always, for so many calls, or for one', () => {
  const one = () => 1;
  const two = () => 2;
  const always = mock.fn(one, two);
  assert.deepEqual([always(), always()], [2, 2]);
  const first = mock.fn(one, two, { times: 1 });
  assert.deepEqual([first(), first()], [2, 1]);
  const once = mock.fn(one);
  once.mock.mockImplementationOnce(two);
  once.mock.mockImplementationOnce(() => 3, 2);
  assert.deepEqual([once(), once(), once(), once()], [2, 1, 3, 1]);
  once.mock.mockImplementation(two);
  assert.equal(once(), 2);
  once.mock.restore();
  assert.deepEqual([once(), once.mock.callCount()], [1, 6]);
});

test('a mock of a class makes its instances', () => {
  class Thing {
    constructor(name) {
      this.name = name;
    }
  }
  const Mocked = mock.fn(Thing);
  const made = new Mocked('x');
  assert.ok(made instanceof Thing);
  assert.equal(made.name, 'x');
  assert.equal(Mocked.mock.calls[0].target, Mocked);
  class Derived extends Mocked {}
  assert.ok(new Derived('y') instanceof Derived);
});

test('a method is mocked in its place, until it is restored', () => {
  const base = { greet: (name) => `hello ${name}` };
  const own = { greet: (name) => `hi ${name}` };
  const heir = Object.create(base);
  for (const object of [own, heir]) {
    const { greet } = object;
    const made = mock.method(object, 'greet', () => 'mocked');
    assert.equal(object.greet('x'), 'mocked');
    assert.equal(made.mock.calls[0].this, object);
    made.mock.restore();
    assert.equal(object.greet, greet);
  }
  assert.ok(!Object.hasOwn(heir, 'greet'));
  mock.method(own, 'greet');
  assert.equal(own.greet('y'), 'hi y');
  mock.reset();
  assert.equal(own.greet.mock, undefined);
});

test('what is no function, or no count, is refused as by Node', () => {
  assert.throws(() => mock.method({}, 'absent'), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => mock.fn().mock.mockImplementation(1), { code: 'ERR_INVALID_ARG_TYPE' });
  assert.throws(() => mock.fn(() => {}, { times: 0 }), { code: 'ERR_OUT_OF_RANGE' });
  const called = mock.fn();
  called();
  assert.throws(() => called.mock.mockImplementationOnce(() => {}, 0), { code: 'ERR_OUT_OF_RANGE' });
  assert.throws(() => mock.getter({}, 'x'), /not implemented in lathe: node:test \(mock\.getter\)/);
});
