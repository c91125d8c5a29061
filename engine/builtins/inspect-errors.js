// Errors are shown by their stack, completed where it does not say the class or the name.
import { prefixOf } from './inspect-names.js';
import {
  arrayIncludes,
  arrayIndexOf,
  arrayPush,
  arrayRemove,
  errorToString,
  hasOwn,
  isArray,
  regExpExec,
  stringEndsWith,
  stringIncludes,
  stringIndexOf,
  stringRepeat,
  stringSlice,
  stringSplit,
  stringStartsWith,
  arrayJoin,
} from './primordials.js';

// The text of the error itself. `keys`, the properties printed after it, loses those that the stack
// already tells and gains `cause` and `errors`.
export function describeError(inspection, error, names, keys) {
  const name = error.name === undefined || error.name === null ? 'Error' : `${error.name}`;
  const stack =
    typeof error.stack === 'string' && error.stack !== '' ? error.stack : errorToString(error);
  if (!inspection.showHidden && keys.length > 0) dropRepeatedKeys(error, keys, stack);
  if (hasOwn(error, 'cause') && !arrayIncludes(keys, 'cause')) arrayPush(keys, 'cause');
  if (hasOwn(error, 'errors') && isArray(error.errors) && !arrayIncludes(keys, 'errors')) {
    arrayPush(keys, 'errors');
  }
  let text = withClassName(stack, name, names);
  const messageAt = error.message ? stringIndexOf(text, `${error.message}`) : -1;
  const framesFrom = messageAt === -1 ? 0 : messageAt + `${error.message}`.length;
  if (stringIndexOf(text, '\n    at', framesFrom) === -1) text = `[${text}]`;
  if (inspection.indentation > 0) {
    text = arrayJoin(stringSplit(text, '\n'), `\n${stringRepeat(' ', inspection.indentation)}`);
  }
  return text;
}

const kToldByStack = ['name', 'message', 'stack'];

function dropRepeatedKeys(error, keys, stack) {
  for (let i = 0; i < kToldByStack.length; ++i) {
    const index = arrayIndexOf(keys, kToldByStack[i]);
    if (index !== -1 && stringIncludes(stack, `${error[kToldByStack[i]]}`)) {
      arrayRemove(keys, index);
    }
  }
}

const kLeadingName = /^([A-Z][a-z_ A-Z0-9[\]()-]+)(?::|\n\s+at)|^([a-z_A-Z0-9-]*Error)$/;

// A stack begins with the error's name as it was when the error was made. Where that hides the class
// ("Error" for a `class NotFound extends Error`), the class is put in front.
function withClassName(stack, name, names) {
  const { className } = names;
  const next = stack[name.length];
  const tellsName =
    stringEndsWith(name, 'Error') &&
    stringStartsWith(stack, name) &&
    (next === undefined || next === ':' || next === '\n');
  if (className !== null && !tellsName) return stack;
  let fallback = 'Error';
  let replaced = name.length;
  if (className === null) {
    const leading = regExpExec(kLeadingName, stack);
    const found = leading === null ? '' : leading[1] ?? leading[2];
    replaced = found.length;
    fallback = found || 'Error';
  }
  const prefix = stringSlice(prefixOf(names, fallback), 0, -1);
  if (prefix === name) return stack;
  const rest = stringSlice(stack, replaced);
  if (!stringIncludes(prefix, name)) return `${prefix} [${name}]${rest}`;
  return replaced === 0 ? `${prefix}: ${stack}` : `${prefix}${rest}`;
}
