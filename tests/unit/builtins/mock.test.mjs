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
  assert.equal(Mocked.mock.calls[0].target, Thing);
  assert.equal(Mocked.mock.calls[0].this, made);
  const Other = mock.fn(Thing, class { other = 1; });
  const other = new Other();
  assert.deepEqual([other instanceof Thing, other.other], [true, 1]);
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
  mock.method(own, 'greet');
  assert.equal(own.greet('y'), 'hi y');
  mock.reset();
  assert.equal(own.greet.mock, undefined);
});

test('getters and setters are mocked in their place, too', () => {
  const object = {
    inner: 1,
    get value() {
      return this.inner;
    },
    set value(value) {
      this.inner = value;
    },
  };
  const getter = mock.getter(object, 'value', function () {
    return -this.inner;
  });
  const setter = mock.method(object, 'value', { setter: true });
  object.value = 5;
  assert.equal(object.value, -5);
  assert.deepEqual([getter.mock.callCount(), setter.mock.calls[0].arguments], [1, [5]]);
  setter.mock.restore();
  getter.mock.restore();
  assert.equal(object.value, 5);
});

test('what is no function, no name or no count is refused as by Node', () => {
  const called = mock.fn();
  called();
  const noop = () => {};
  for (const [wrong, code, message] of [
    [() => mock.fn(1), 'ERR_INVALID_ARG_TYPE', /"original" argument must be of type function\. Received type number \(1\)/],
    [() => called.mock.mockImplementation(1), 'ERR_INVALID_ARG_TYPE', /"implementation"/],
    [() => mock.method(null, 'x'), 'ERR_INVALID_ARG_TYPE', /"object" argument must be of type object\. Received null/],
    [() => mock.method({}, {}), 'ERR_INVALID_ARG_TYPE', /"methodName" argument must be one of type string or symbol/],
    [() => mock.method({ x: 1 }, 'x'), 'ERR_INVALID_ARG_VALUE', /argument 'methodName' must be a method\. Received 1/],
    [() => mock.method({}, 'x', { getter: true, setter: true }), 'ERR_INVALID_ARG_VALUE',
      /The property 'options\.setter' cannot be used with 'options\.getter'\. Received true/],
    [() => mock.getter({}, 'x', { getter: false }), 'ERR_INVALID_ARG_VALUE', /'options\.getter' cannot be false/],
    [() => mock.setter({}, 'x', { setter: false }), 'ERR_INVALID_ARG_VALUE', /'options\.setter' cannot be false/],
    [() => mock.fn({ times: null }), 'ERR_INVALID_ARG_TYPE', /"options\.times" property must be of type number/],
    [() => mock.fn(noop, { times: 0 }), 'ERR_OUT_OF_RANGE', /"options\.times" is out of range\. It must be >= 1\. Received 0/],
    [() => mock.fn(noop, { times: 1.5 }), 'ERR_OUT_OF_RANGE', /It must be an integer\. Received 1\.5/],
    [() => called.mock.mockImplementationOnce(noop, 0), 'ERR_OUT_OF_RANGE', /"onCall".*>= 1/],
  ]) {
    assert.throws(wrong, { code, message }, String(wrong));
  }
  assert.throws(() => mock.timers.enable(), /not implemented in lathe: node:test \(mock\.timers\)/);
});
