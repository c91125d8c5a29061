// Functions and classes in one pair of brackets.
import {
  functionToString,
  getPrototypeOf,
  hasOwn,
  regExpTest,
  stringEndsWith,
} from './primordials.js';

const kTypes = {
  __proto__: null,
  function: 'Function',
  asyncfunction: 'AsyncFunction',
  generatorfunction: 'GeneratorFunction',
  asyncgeneratorfunction: 'AsyncGeneratorFunction',
};

export function describeFunction(value, kind, { className, tag }) {
  const source = functionToString(value);
  if (regExpTest(kClassStart, source) && stringEndsWith(source, '}')) {
    return describeClass(value, className, tag);
  }
  const type = kTypes[kind];
  const name = value.name === '' || typeof value.name !== 'string' ? ' (anonymous)' : `: ${value.name}`;
  let text = `[${type}${className === null ? ' (null prototype)' : ''}${name}]`;
  if (className !== type && className !== null) text += ` ${className}`;
  if (tag !== '' && tag !== className) text += ` [${tag}]`;
  return text;
}

// A class, and not the call of a function whose name begins so.
const kClassStart = /^class(?:[\s{]|\/[/*])/;

function describeClass(value, className, tag) {
  let text = `class ${(hasOwn(value, 'name') && value.name) || '(anonymous)'}`;
  if (className !== 'Function' && className !== null) text += ` [${className}]`;
  if (tag !== '' && tag !== className) text += ` [${tag}]`;
  if (className === null) return `[${text} extends [null prototype]]`;
  const { name } = getPrototypeOf(value);
  return name ? `[${text} extends ${name}]` : `[${text}]`;
}
