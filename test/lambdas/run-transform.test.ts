import { describe, expect, test } from 'vitest';

import type { TransformResult } from '../../core/transformations/transform-message.ts';
import { createTransformHandler } from '../support/run-transform.ts';

const handler = createTransformHandler();

interface Attempt {
  readonly records?: object[];
  readonly secrets?: Record<string, string>;
  readonly seed?: number;
}

async function run(
  code: string,
  { records = [{ objectID: 'a', n: 1 }], secrets = {}, seed = 1 }: Attempt = {},
) {
  return handler({
    key: code,
    code,
    secrets,
    nowMilliseconds: Date.parse('2025-01-02T03:04:05Z'),
    seed,
    records: records.map((record) => JSON.stringify(record)),
  });
}

async function resultOf(body: string, attempt?: Attempt): Promise<TransformResult> {
  const answer = await run(`async function transform(record, helper) { ${body} }`, attempt);
  if (!('results' in answer) || answer.results[0] === undefined) throw new Error(JSON.stringify(answer));
  return answer.results[0];
}

async function outputOf(body: string, attempt?: Attempt): Promise<Record<string, unknown>> {
  const result = await resultOf(body, attempt);
  if (!('outputs' in result)) throw new Error(JSON.stringify(result));
  return JSON.parse(result.outputs[0] ?? '') as Record<string, unknown>;
}

/** One code for all attacks, so that those that leave the sandbox whole share it. */
const ATTACKED = `
  const AsyncFunction = (async () => {}).constructor;
  async function transform(record) {
    return record.good ? record : new AsyncFunction(record.attack)();
  }`;

/** Results of all records, asking again as often as it takes. */
async function runAll(code: string, records: object[]): Promise<readonly TransformResult[]> {
  const results: TransformResult[] = [];
  while (results.length < records.length) {
    const answer = await run(code, { records: records.slice(results.length) });
    if (!('results' in answer)) throw new Error(answer.loadError);
    results.push(...answer.results);
  }
  return results;
}

/** What becomes of a hostile record and of the good one that follows it. */
const attack = (body: string) => runAll(ATTACKED, [{ attack: body }, { good: true }]);

/** After an attack the function serves the next batch as if nothing had been. */
async function expectAlive(): Promise<void> {
  expect(await outputOf('return { ...record, alive: true }')).toEqual({ objectID: 'a', n: 1, alive: true });
}

describe('what a transformation may do', () => {
  test('it returns a record, several, or undefined to drop it', async () => {
    expect(await resultOf('return { objectID: record.objectID }')).toEqual({ outputs: ['{"objectID":"a"}'] });
    expect(await resultOf('return [{ x: 1 }, { x: 2 }]')).toEqual({ outputs: ['{"x":1}', '{"x":2}'] });
    expect(await resultOf('return undefined')).toEqual({ outputs: [] });
    expect(await resultOf('return []')).toEqual({ outputs: [] });
  });

  test('it reads secrets by name, and finds nothing under names that are the language’s own', async () => {
    const body = 'return { a: helper.secrets.get("token"), b: typeof helper.secrets.get("constructor") }';
    expect(await outputOf(body, { secrets: { token: 'xyz' } })).toEqual({ a: 'xyz', b: 'undefined' });
  });

  test('it waits for promises and timers without the time passing outside', async () => {
    const startedAt = Date.now();
    const body = 'await new Promise((done) => setTimeout(done, 60_000)); return { waited: Date.now() }';
    expect(await outputOf(body)).toEqual({ waited: Date.parse('2025-01-02T03:05:05Z') });
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  test('the same record of the same run gets the same clock and random numbers whatever batch it is in', async () => {
    const code = 'async function transform(r) { return { r: Math.random(), d: new Date(), t: Date.now() } }';
    const [first, second, other] = await Promise.all([
      createTransformHandler()({
        key: 'k',
        code,
        secrets: {},
        nowMilliseconds: 0,
        seed: 5,
        records: ['{"n":1}', '{"n":2}'],
      }),
      createTransformHandler()({
        key: 'k',
        code,
        secrets: {},
        nowMilliseconds: 0,
        seed: 5,
        records: ['{"n":2}'],
      }),
      createTransformHandler()({
        key: 'k',
        code,
        secrets: {},
        nowMilliseconds: 0,
        seed: 6,
        records: ['{"n":2}'],
      }),
    ]);
    if (!('results' in first) || !('results' in second) || !('results' in other))
      throw new Error('not loaded');
    expect(second.results[0]).toEqual(first.results[1]);
    expect(other.results[0]).not.toEqual(first.results[1]);
    expect(first.results[0]).not.toEqual(first.results[1]);
  });

  test('what it prints comes back with its level, cut and bounded', async () => {
    const answer = await run(
      'async function transform(r) { console.error("bad", { a: 1 }); console.log("x".repeat(5000)); for (let i = 0; i < 1e5; i++) console.log(i); return r }',
    );
    if (!('logs' in answer)) throw new Error('not loaded');
    expect(answer.logs[0]).toEqual({ level: 'error', message: 'bad {"a":1}' });
    expect(answer.logs[1]?.message).toHaveLength(1_000);
    expect(answer.logs.length).toBeLessThanOrEqual(50);
  });

  test('an exception is its own record’s failure and says where it happened', async () => {
    const answer = await run('async function transform(r) {\n  if (r.n === 2) r.a.b;\n  return r\n}', {
      records: [{ n: 1 }, { n: 2 }, { n: 3 }],
    });
    expect(answer).toMatchObject({
      results: [
        { outputs: ['{"n":1}'] },
        {
          error: {
            code: 'transform.failed',
            message: "TypeError: cannot read property 'b' of undefined (line 2)",
          },
        },
        { outputs: ['{"n":3}'] },
      ],
    });
  });

  test.for([
    ['no function', 'const x = 1', /no function transform/],
    ['a syntax error', 'async function transform(r) {', /SyntaxError/],
    ['an exception at the top', 'throw new Error("top")', /Error: top/],
    ['a loop at the top', 'for (;;);', /interrupted/],
  ] as const)('code with %s is not loaded, which is said once', async ([, code, message]) => {
    expect(await run(code, { records: [{}, {}] })).toEqual({ loadError: expect.stringMatching(message) });
    await expectAlive();
  });
});

describe('what a transformation may not do', () => {
  test('it finds nothing of the machine: no process, require, fetch, files or environment', async () => {
    const body = `
      const global = Function('return this')();
      return {
        names: ['process', 'require', 'fetch', 'module', 'Buffer', 'XMLHttpRequest', 'std', 'os', 'WebAssembly', 'Worker']
          .filter((name) => name in global),
        viaConstructor: helper.constructor.constructor('return typeof process')(),
        viaError: (() => { try { null.x } catch (e) { return e.constructor.constructor('return typeof require')() } })(),
        imported: await import('node:fs').then(() => 'loaded', () => 'refused'),
      }`;
    expect(await outputOf(body)).toEqual({
      names: [],
      viaConstructor: 'undefined',
      viaError: 'undefined',
      imported: 'refused',
    });
  });

  test.for([
    ['a loop', 'for (;;);', 'transform.timeout'],
    ['a loop that catches everything', 'for (;;) { try { for (;;); } catch {} }', 'transform.timeout'],
    ['a loop of promises', 'for (;;) await 0', 'transform.timeout'],
    [
      'a loop of timers',
      'const f = () => setTimeout(f, 1); f(); await new Promise(() => {})',
      'transform.timeout',
    ],
    ['a thenable that resolves to itself', 'const t = { then(f) { f(t) } }; return t', 'transform.timeout'],
    [
      'a bomb of a regular expression',
      'return { m: /^(a+)+$/.test("a".repeat(60) + "b") }',
      'transform.timeout',
    ],
    ['a sort that never ends', '[3, 1, 2].sort(() => { for (;;); })', 'transform.timeout'],
    ['a getter that never ends', 'return { get x() { for (;;); } }', 'transform.timeout'],
    ['a toJSON that never ends', 'return { toJSON() { for (;;); } }', 'transform.timeout'],
    ['endless lists', 'const a = []; for (;;) a.push(new Array(1000).fill(a.length))', 'transform.memory'],
    ['endless buffers', 'const a = []; for (;;) a.push(new Uint8Array(1e6))', 'transform.memory'],
    ['endless strings', 'const a = []; for (;;) a.push("x".repeat(1e5) + a.length)', 'transform.memory'],
  ] as const)('%s ends within the limits, and the next record is transformed', async ([, body, code]) => {
    const startedAt = Date.now();
    expect(await attack(body)).toMatchObject([{ error: { code } }, { outputs: ['{"good":true}'] }]);
    expect(Date.now() - startedAt).toBeLessThan(15_000);
  });

  test.for([
    ['endless recursion', 'const f = () => f() + 1; return f()'],
    ['a record nested without end', 'let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; return o'],
    ['a parse nested without end', 'return JSON.parse("[".repeat(1e5) + "]".repeat(1e5))'],
    ['source nested without end', 'return eval("[".repeat(1e5))'],
    ['a proxy of proxies', 'const p = new Proxy({}, { get: () => p, ownKeys: () => p }); return [p]'],
    [
      '200,000 objects in promises',
      'const a = []; for (let i = 0; i < 4e5; i++) a.push(Promise.resolve({ i }).then((x) => x)); await Promise.all(a); return 1',
    ],
    ['a promise that never settles', 'await new Promise(() => {})'],
    ['a text as record', 'return "text"'],
    ['an exception without words', 'throw { get message() { throw 1 } }'],
  ] as const)('%s is a failure of its record, and the next record is transformed', async ([, body]) => {
    expect(await resultOf(body)).toMatchObject({
      error: { code: expect.stringMatching(/^transform\.\w+$/) },
    });
    await expectAlive();
  });

  test('a huge output is refused, and large ones are answered in parts', async () => {
    expect(await resultOf('return { x: "x".repeat(5e6) }')).toMatchObject({
      error: { code: 'transform.too_big' },
    });
    const records = Array.from({ length: 20 }, (_, n) => ({ n }));
    const answer = await run('async function transform(r) { return { x: "x".repeat(4e5) } }', { records });
    expect('results' in answer && answer.results.length).toBeLessThanOrEqual(4);
  });

  test('what it does to the language’s own objects harms nothing but its own result', async () => {
    const code = `
      const real = JSON.stringify;
      JSON.stringify = () => '{"results":[]}';
      JSON.parse = () => { throw new Error('parse') };
      Promise.prototype.then = () => { throw new Error('then') };
      Array.isArray = () => true;
      Object.prototype.error = { code: 'x', message: 'y' };
      String.prototype.slice = () => 'sliced';
      Object.freeze = (o) => o;
      async function transform(r, helper) { r.seen = real(Object.keys(r)); return r }`;
    expect(await run(code)).toMatchObject({ results: [{ outputs: [expect.stringContaining('"n":1')] }] });
    await expectAlive();
  });

  test('a record that ends the sandbox fails alone; those before and after it are transformed', async () => {
    const code = 'async function transform(r) { if (r.n === 1) for (;;); return r }';
    expect(await runAll(code, [{ n: 0 }, { n: 1 }, { n: 2 }])).toMatchObject([
      { outputs: ['{"n":0}'] },
      { error: { code: 'transform.timeout' } },
      { outputs: ['{"n":2}'] },
    ]);
  });

  test('a batch that takes too long is answered with what is done, to be asked again for the rest', async () => {
    const startedAt = Date.now();
    const answer = await run('async function transform(r) { for (;;); }', {
      records: Array.from({ length: 50 }, (_, n) => ({ n })),
    });
    expect(Date.now() - startedAt).toBeLessThan(15_000);
    expect('results' in answer && answer.results.length).toBeLessThan(10);
  });

  test('nothing that one transformation leaves behind is seen by another, nor by its own next batch', async () => {
    const leave = 'globalThis.left = "data"; Object.prototype.leak = "data"; return record';
    await resultOf(leave);
    const look = 'return { left: typeof left, leak: typeof ({}).leak }';
    expect(await outputOf(look)).toEqual({ left: 'undefined', leak: 'undefined' });
    const code =
      'var seen = 0; async function transform(r) { seen += 1; globalThis.total = (globalThis.total ?? 0) + 1; return { seen, total } }';
    expect(await run(code)).toMatchObject({ results: [{ outputs: ['{"seen":1,"total":1}'] }] });
    expect(await run(code)).toMatchObject({ results: [{ outputs: ['{"seen":1,"total":1}'] }] });
  });
});
