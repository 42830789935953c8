import { MAX_LOG_CHARACTERS, MAX_LOG_LINES, MAX_OUTPUT_CHARACTERS } from './sandbox-limits.ts';

/**
 * JavaScript that runs inside QuickJS before the user's code, as text since the bundler must not rewrite it. It gives
 * what a transformation may use (console, setTimeout, a clock that stands still, random numbers that repeat) and
 * answers the host's object: `install`, `start` and `poll`. What it needs of the language is taken before the user's
 * code can replace it; code that replaces the rest harms its own result only, which the host checks again.
 */
export const GUEST_PRELUDE = `(function (print, nowMilliseconds, secretsText) {
  'use strict';
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { apply, construct } = Reflect;
  const { freeze, create } = Object;
  const GuestPromise = Promise;
  const { resolve } = Promise;
  const { then } = Promise.prototype;
  const { imul } = Math;
  const { slice } = String.prototype;
  const GuestString = String;
  const GuestDate = Date;

  let now = nowMilliseconds;
  function FixedDate(...parts) {
    if (new.target === undefined) return new GuestDate(now).toString();
    return construct(GuestDate, parts.length === 0 ? [now] : parts, new.target);
  }
  FixedDate.prototype = GuestDate.prototype;
  FixedDate.prototype.constructor = FixedDate;
  FixedDate.now = () => now;
  FixedDate.parse = GuestDate.parse;
  FixedDate.UTC = GuestDate.UTC;
  globalThis.Date = FixedDate;

  let state = 0;
  Math.random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };

  let timers = create(null);
  let nextTimer = 1;
  globalThis.setTimeout = (callback, delay = 0, ...parts) => {
    const id = nextTimer++;
    timers[id] = { callback, at: now + (delay > 0 ? +delay : 0), parts };
    return id;
  };
  globalThis.clearTimeout = (id) => { delete timers[id]; };

  let lines = 0;
  const toText = (value) => {
    if (typeof value === 'string') return value;
    if (typeof value !== 'object' || value === null) return GuestString(value);
    const text = stringify(value);
    return text === undefined ? GuestString(value) : text;
  };
  const printAs = (level) => (...parts) => {
    if (lines++ >= ${MAX_LOG_LINES}) return;
    let text = '';
    for (let index = 0; index < parts.length && text.length <= ${MAX_LOG_CHARACTERS}; index += 1) {
      text += (index === 0 ? '' : ' ') + toText(parts[index]);
    }
    print(level, apply(slice, text, [0, ${MAX_LOG_CHARACTERS}]));
  };
  globalThis.console = freeze({
    log: printAs('info'), info: printAs('info'), debug: printAs('debug'),
    warn: printAs('warning'), error: printAs('error'),
  });

  const secrets = parse(secretsText);
  const hasOwn = Object.prototype.hasOwnProperty;
  const helper = freeze({
    secrets: freeze({ get: (name) => (apply(hasOwn, secrets, [name]) ? secrets[name] : undefined) }),
  });

  let transform;
  let outcome;
  const failure = (code, message, stack) => stringify({ code, message, stack });
  const fail = (error) => {
    try {
      const isError = typeof error === 'object' && error !== null && 'message' in error;
      const message = isError ? GuestString(error.name) + ': ' + GuestString(error.message) : 'threw ' + toText(error);
      const stack = isError ? apply(slice, GuestString(error.stack), [0, 2000]) : '';
      outcome = failure('transform.failed', apply(slice, message, [0, 400]), stack);
    } catch {
      outcome = failure('transform.failed', 'threw something that cannot be shown', '');
    }
  };
  const settle = (value) => {
    try {
      if (value === undefined) { outcome = '{"outputs":[]}'; return; }
      const values = isArray(value) ? value : [value];
      let text = '{"outputs":[';
      for (let index = 0; index < values.length; index += 1) {
        const record = values[index];
        const json = typeof record === 'object' && record !== null ? stringify(record) : undefined;
        if (typeof json !== 'string' || json[0] !== '{') {
          outcome = failure('transform.failed', 'must return a record, an array of records, or undefined', '');
          return;
        }
        text += (index === 0 ? '' : ',') + stringify(json);
        if (text.length > ${MAX_OUTPUT_CHARACTERS}) {
          outcome = failure('transform.too_big', 'returned more than ${MAX_OUTPUT_CHARACTERS} characters of JSON', '');
          return;
        }
      }
      outcome = text + ']}';
    } catch (error) { fail(error); }
  };

  return freeze({
    install(found) { transform = found; },
    start(text, seed) {
      state = seed | 0;
      now = nowMilliseconds;
      timers = create(null);
      outcome = undefined;
      try {
        const returned = transform(parse(text), helper);
        apply(then, apply(resolve, GuestPromise, [returned]), [settle, fail]);
      } catch (error) { fail(error); }
    },
    poll() {
      if (outcome !== undefined) return outcome;
      let first;
      for (const id in timers) {
        if (first === undefined || timers[id].at < timers[first].at) first = id;
      }
      if (first === undefined) return 'idle';
      const timer = timers[first];
      delete timers[first];
      if (timer.at > now) now = timer.at;
      try { apply(timer.callback, undefined, timer.parts); } catch (error) { fail(error); }
      return 'pending';
    },
  });
})`;
