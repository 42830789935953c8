import { afterAll, beforeAll, expect, test } from 'vitest';

import { createAnswerOnce, type KeyedRequest } from '../../../core/applications/answer-once.ts';
import { createIdempotencyStore } from '../../../core/applications/idempotency-store.ts';
import { systemClock } from '../../../core/foundation/clock.ts';
import { InvalidInputError } from '../../../core/foundation/errors.ts';
import { newID } from '../../../core/foundation/ids.ts';
import { createSourceStore } from '../../../core/sources/source-store.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

function createWorld() {
  let now = new Date('2026-01-01T00:00:00Z');
  const clock = { ...systemClock, now: () => now };
  const request: KeyedRequest = {
    appID: 'APP',
    operationID: 'createSource',
    idempotencyKey: newID(),
    content: ['POST', '/1/sources', '[]', '{}'],
    sealUnder: undefined,
  };
  return {
    request,
    sources: createSourceStore({ ...table, clock }),
    answerOnce: createAnswerOnce({ store: createIdempotencyStore({ ...table, clock }), clock }),
    passSeconds: (seconds: number) => {
      now = new Date(now.getTime() + seconds * 1000);
    },
  };
}

const SOURCE = { type: 'json', name: 's', input: { url: 'https://example.com' } } as const;

/** The process died: nothing is ever heard of it again. */
const never = (): Promise<never> => new Promise(() => undefined);

test('when a process dies between making something and keeping its answer, a repeat finds what was made', async () => {
  const { answerOnce, request, sources, passSeconds } = createWorld();
  const madeByDead = await new Promise<string>((resolve) => {
    void answerOnce(request, async (id) => {
      await sources.create('APP', id, SOURCE);
      resolve(id);
      return never();
    });
  });
  await expect(answerOnce(request, never)).rejects.toMatchObject({ code: 'idempotency.in_flight' });
  passSeconds(36);
  const { text, isReplay } = await answerOnce(request, async (id) => {
    const { id: found } = await sources.create('APP', id, SOURCE);
    return found;
  });
  expect([text, isReplay]).toEqual([madeByDead, false]);
  expect(await answerOnce(request, never)).toEqual({ text: madeByDead, isReplay: true });
});

test('of many that would go on in the place of a dead one, one does', async () => {
  const { answerOnce, request, passSeconds } = createWorld();
  await new Promise<void>((resolve) => {
    void answerOnce(request, () => {
      resolve();
      return never();
    });
  });
  passSeconds(36);
  let answered = 0;
  const repeats = await Promise.allSettled(
    Array.from({ length: 8 }, () =>
      answerOnce(request, async () => {
        answered += 1;
        return 'done';
      }),
    ),
  );
  expect(answered).toBe(1);
  expect(repeats.some(({ status }) => status === 'fulfilled')).toBe(true);
});

test('what failed for an unknown reason is repeated at once, under the same ID', async () => {
  const { answerOnce, request } = createWorld();
  const ids: string[] = [];
  const failing = answerOnce(request, async (id) => {
    ids.push(id);
    throw new Error('the network');
  });
  await expect(failing).rejects.toThrow('the network');
  await answerOnce(request, async (id) => {
    ids.push(id);
    return 'done';
  });
  expect(ids[1]).toBe(ids[0]);
});

test('what was refused leaves the key free, for another request too', async () => {
  const { answerOnce, request } = createWorld();
  const refused = answerOnce(request, async () => {
    throw new InvalidInputError('a.b', 'No.');
  });
  await expect(refused).rejects.toThrow('No.');
  const other = { ...request, content: ['POST', '/1/sources', '[]', '{"corrected":true}'] };
  expect(await answerOnce(other, async () => 'done')).toEqual({ text: 'done', isReplay: false });
});

test('after 24 hours the key is new, and so is the ID of what is made under it', async () => {
  const { answerOnce, request, passSeconds } = createWorld();
  const first = await answerOnce(request, async (id) => id);
  passSeconds(24 * 60 * 60 - 1);
  expect(await answerOnce(request, never)).toEqual({ text: first.text, isReplay: true });
  passSeconds(2);
  const later = await answerOnce(request, async (id) => id);
  expect(later.isReplay).toBe(false);
  expect(later.text).not.toBe(first.text);
});

test('content that is cut elsewhere is another request', async () => {
  const { answerOnce, request } = createWorld();
  await answerOnce({ ...request, content: ['ab', 'c'] }, async () => 'done');
  const shifted = answerOnce({ ...request, content: ['a', 'bc'] }, never);
  await expect(shifted).rejects.toMatchObject({ code: 'idempotency.other_request' });
});

test('an answer too long to be kept is not made twice', async () => {
  const { answerOnce, request } = createWorld();
  expect((await answerOnce(request, async () => 'x'.repeat(400_000))).text).toHaveLength(400_000);
  await expect(answerOnce(request, never)).rejects.toMatchObject({ code: 'idempotency.answer_not_kept' });
});
