import { afterEach, describe, expect, it } from 'vitest';
import { findSourceConnector } from '../../../connectors/registry.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import {
  CONNECTED_SOURCE_TYPES,
  SOURCE_AUTHENTICATION_TYPES,
  type ConnectedSourceType,
} from '../../../core/sources/source-types.ts';
import { failureOf, FEW, liveBytes, MANY, open, read, readPatiently } from './read-subject.ts';
import type { RunningSubject, SourceSubject } from './source-subject.ts';
import { furtherSubjects, subjects } from './subjects/index.ts';

const RECORDS = 50;
/** From a quarter of the source to three quarters, between which lie at least 40 MB of records. */
const MEMORY_RISE_BYTES = 20 * 1024 * 1024;
const WAIT_SECONDS = 3;
const HOOK = { url: 'https://millrace.example.com/hooks/hook-1', secret: new Secret('whsec_contract-suite') };

const running: RunningSubject[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((subject) => subject.stop()));
});

async function start(subject: SourceSubject, records = RECORDS): Promise<RunningSubject> {
  const started = await subject.start(records);
  running.push(started);
  return started;
}

const never = new AbortController().signal;

const NAMED: readonly (readonly [string, ConnectedSourceType, SourceSubject])[] = [
  ...CONNECTED_SOURCE_TYPES.map((type) => [type, type, subjects[type]] as const),
  ...Object.entries(furtherSubjects).map(
    ([name, subject]) => [name, subject.type as ConnectedSourceType, subject] as const,
  ),
];

describe.each(NAMED)('%s', (_name, type, subject) => {
  it('spec: is registered under its type, with the authentications that the API lets it have', async () => {
    const connector = await findSourceConnector(type);
    expect(connector.type).toBe(type);
    expect(connector.authenticationTypes).toEqual(SOURCE_AUTHENTICATION_TYPES[type]);
  });

  it('spec: refuses an input that lacks what it needs, and names the field', async () => {
    const { context } = await start(subject);
    const error = await failureOf(() => read(type, { ...context, input: {} }));
    expect(error).toMatchObject({ code: 'source.invalid_input', disposition: 'fatal' });
    expect(error.details[0]).toMatchObject({ label: expect.stringMatching(/^input\./) });
  });

  it('check: shows a few records', async () => {
    const { context } = await start(subject);
    const connector = await findSourceConnector(type);
    const { sample } = await connector.check({ ...context, limits: MANY }, never);
    expect(sample.length).toBeGreaterThan(0);
    expect(sample.length).toBeLessThanOrEqual(10);
    for (const record of sample) expect(record).toMatchObject({ objectID: expect.any(String) });
  });

  it.skipIf(SOURCE_AUTHENTICATION_TYPES[type].length === 0)(
    'check: says what to look at when the credentials are wrong, and never shows them',
    async ({ skip }) => {
      const { wrongCredentials, secrets } = await start(subject);
      if (wrongCredentials === undefined) return skip('the source decides by itself what to do with them');
      const connector = await findSourceConnector(type);
      for (const act of [
        () => connector.check({ ...wrongCredentials, limits: FEW }, never),
        () => read(type, wrongCredentials),
      ]) {
        const error = await failureOf(act);
        expect(error).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
        expect(error.message).toMatch(/authentication|[Cc]heck/);
        for (const secret of secrets)
          expect(JSON.stringify([error.message, error.details])).not.toContain(secret);
      }
    },
  );

  it('discover: lists its streams, each with a schema and a way to be read', async ({ skip }) => {
    const { context } = await start(subject);
    const connector = await findSourceConnector(type);
    if (connector.discover === undefined) return skip('a source of this type has no streams');
    const streams = await connector.discover({ ...context, limits: FEW }, never);
    expect(streams.length).toBeGreaterThan(0);
    for (const { name, jsonSchema, syncModes } of streams) {
      expect(name).not.toBe('');
      expect(jsonSchema).toBeTypeOf('object');
      expect(syncModes.length).toBeGreaterThan(0);
    }
  });

  it('read: gives every record once, each under an id of its own', async () => {
    const { context, secrets } = await start(subject);
    const { texts, rejected, cursors } = await read(type, context);
    expect(rejected).toEqual([]);
    expect(texts).toHaveLength(RECORDS);
    const ids = texts.map((text) => (JSON.parse(text) as { objectID: string }).objectID);
    expect(new Set(ids).size).toBe(RECORDS);
    for (const text of texts) expect(text).toMatch(/^\{"objectID":"/);
    for (const cursor of cursors) {
      const stored = JSON.stringify(cursor);
      expect(Buffer.byteLength(stored)).toBeLessThanOrEqual(4096);
      for (const secret of secrets) expect(stored).not.toContain(secret);
    }
  });

  it('read: gives the same ids every time', async () => {
    const { context } = await start(subject);
    const [first, second] = [await read(type, context), await read(type, context, { limits: MANY })];
    expect(second.texts).toEqual(first.texts);
  });

  it('resume: goes on from every cursor with what would have followed', async () => {
    const { context } = await start(subject);
    const whole = await read(type, context);
    expect(whole.cursors.length).toBeGreaterThan(1);
    let done = 0;
    const pieces: number[] = [];
    for await (const batch of open(type, context)) pieces.push((done += batch.count));
    for (const [index, cursor] of whole.cursors.entries()) {
      const rest = await read(type, context, { cursor });
      expect(rest.texts).toEqual(whole.texts.slice(pieces[index]));
    }
  });

  it('read: stops its requests within a page when it is told to', async () => {
    const { context, requests } = await start(subject);
    const stop = new AbortController();
    let atAbort = 0;
    const reading = async () => {
      for await (const batch of open(type, context, { signal: stop.signal })) {
        // Without records where the source only tells that it is at work.
        if (batch.count === 0) continue;
        atAbort = requests();
        stop.abort(new Error('The run was cancelled'));
      }
    };
    await expect(reading()).rejects.toThrow('The run was cancelled');
    // What is still on its way would arrive within a moment.
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(requests() - atAbort).toBeLessThanOrEqual(1);
  });

  it.each([429, 503])(
    'read: has %d waited for as long as the vendor asks, and loses nothing',
    async (status) => {
      const { context, refuse, waitHeaders } = await start(subject);
      if (refuse === undefined) return;
      const whole = await read(type, context);
      const headers = (status === 429 ? waitHeaders?.(WAIT_SECONDS) : undefined) ?? {
        'retry-after': String(WAIT_SECONDS),
      };
      refuse([{ status, headers }]);
      const { texts, waitedSeconds } = await readPatiently(type, context);
      expect(texts).toEqual(whole.texts);
      expect(waitedSeconds).toBeGreaterThanOrEqual(WAIT_SECONDS - 0.5);
    },
  );

  it('read: leaves a failure of the vendor to the run, which tries again', async () => {
    const { context, refuse } = await start(subject);
    if (refuse === undefined) return;
    const whole = await read(type, context);
    refuse([{ status: 500 }]);
    expect((await readPatiently(type, context)).texts).toEqual(whole.texts);
  });

  it.skipIf(subject.manyRecords === 0)('read: keeps nothing of what was read', async () => {
    const { context } = await start(subject, subject.manyRecords);
    // What is on its way comes and goes, so the least of several looks counts.
    const early: number[] = [];
    const late: number[] = [];
    let count = 0;
    for await (const batch of open(type, context, { limits: MANY })) {
      count += batch.count;
      batch.release?.();
      const looks =
        count > subject.manyRecords * 0.75 ? late : count > subject.manyRecords / 4 ? early : undefined;
      if (looks !== undefined && looks.length < 8) looks.push(liveBytes());
    }
    expect(count).toBe(subject.manyRecords);
    expect(Math.min(...late) - Math.min(...early)).toBeLessThan(MEMORY_RISE_BYTES);
  });

  it('update: gives the entities that are asked for and no others', async ({ skip }) => {
    const { context, someEntityIDs } = await start(subject);
    if (someEntityIDs === undefined)
      return skip('all records of such a source are read, and the named ones picked');
    const { texts, rejected } = await read(type, context, { entityIDs: [...someEntityIDs, '999999999'] });
    expect(rejected).toEqual([]);
    const ids = texts.map((text) => (JSON.parse(text) as { objectID: string }).objectID);
    expect(ids.toSorted()).toEqual([...someEntityIDs].toSorted());
    const whole = await read(type, context);
    for (const text of texts) expect(whole.texts).toContain(text);
  });

  it('webhook: registers once, switches on again what was switched off, and removes it', async ({ skip }) => {
    const { context, activeHooks, switchOffHooks } = await start(subject);
    const { webhooks } = await findSourceConnector(type);
    if (webhooks === undefined || activeHooks === undefined) {
      return skip('this vendor cannot be told where to deliver');
    }
    const opened = { ...context, limits: FEW };
    const { topics } = await webhooks.register(opened, HOOK, never);
    expect(topics.length).toBeGreaterThan(0);
    const registered = activeHooks();
    expect(new Set(registered)).toEqual(new Set([HOOK.url]));
    await webhooks.register(opened, HOOK, never);
    expect(activeHooks()).toEqual(registered);
    switchOffHooks?.();
    await webhooks.register(opened, HOOK, never);
    expect(activeHooks()).toEqual(registered);
    await webhooks.remove(opened, HOOK, never);
    expect(activeHooks()).toEqual([]);
  });
});
