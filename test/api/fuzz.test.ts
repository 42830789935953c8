import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';

import type { Operation } from '../../lambdas/api/define-operation.ts';
import { OPERATIONS } from '../../lambdas/api/operations.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { arbitraryOf, type Schema } from '../support/arbitrary-of-schema.ts';
import { createRunnableTask, UNKNOWN_ID } from '../support/resources.ts';

/** In all; `npm run test:fuzz` asks for more. */
const REQUESTS = Number(process.env['MILLRACE_FUZZ_REQUESTS'] ?? 2_000);

/** No request may take longer: the wait for a worker, of which there is none here, is one second. */
const MAX_MILLISECONDS = 5_000;

const CANARY = 'canary-secret-value';
const SECRET_FIELDS = ['privateKey', 'password', 'key', 'client_secret', 'code', 'apiKey', 'token'];

/** Waits for what never comes: asked for seldom. */
const SLOW_OPERATIONS = new Set(['validateSource', 'validateSourceBeforeUpdate']);
/** Their work is done by services that are not here. */
const ELSEWHERE = new Set(['tryTransformation', 'tryTransformationBeforeUpdate', 'push', 'pushTask']);

let api: ApiService;
let ids: readonly string[];
beforeAll(async () => {
  api = await startApi();
  ids = Object.values(await createRunnableTask(api.client));
});
afterAll(async () => {
  await api.stop();
});

const fuzzed = OPERATIONS.filter(({ operationID }) => !ELSEWHERE.has(operationID));

const requests = fc.oneof(
  ...fuzzed.map((operation) => ({
    weight: SLOW_OPERATIONS.has(operation.operationID) ? 1 : 20,
    arbitrary: requestOf(operation),
  })),
);

interface FuzzedRequest {
  readonly method: string;
  /** With `ID` where an ID goes. */
  readonly path: string;
  readonly pick: number;
  readonly query: string;
  readonly body: string | undefined;
}

function requestOf(operation: Operation): fc.Arbitrary<FuzzedRequest> {
  const { method, path } = operation;
  const isSecret = path.startsWith('/1/authentications');
  const body = operation.body
    ? arbitraryOf(toSchema(operation.body)).map((value) => JSON.stringify(isSecret ? plant(value) : value))
    : fc.constant(undefined);
  const query = operation.query ? arbitraryOf(toSchema(operation.query)).map(toQuery) : fc.constant('');
  return fc
    .record({
      pick: fc.nat(9),
      query,
      body,
      cut: fc.oneof({ weight: 30, arbitrary: fc.constant(0) }, fc.nat(50)),
    })
    .map(({ pick, query, body, cut }) => ({
      method,
      path,
      pick,
      query,
      body: cut === 0 ? body : body?.slice(0, -cut),
    }));
}

function toSchema(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema;
}

function toQuery(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const entries = Object.entries(value).map(
    ([name, part]) =>
      [wellFormed(name), wellFormed(typeof part === 'string' ? part : JSON.stringify(part))] as [
        string,
        string,
      ],
  );
  return new URLSearchParams(entries).toString();
}

const wellFormed = (text: string) => text.toWellFormed();

/** Puts the canary wherever an authentication has a secret. */
function plant(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { input, type, ...rest } = value as Record<string, unknown>;
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return value;
  const planted = Object.entries(input).map(([name, part]) => {
    const holds = type === 'secrets' || SECRET_FIELDS.includes(name);
    return [name, holds && typeof part === 'string' ? `${CANARY}${part}` : part] as const;
  });
  return { ...rest, ...(type === undefined ? {} : { type }), input: Object.fromEntries(planted) };
}

test(
  `${REQUESTS} requests made from the input schemas are answered, none by a 5xx, and tell no secret`,
  { timeout: 300_000 },
  async () => {
    const statuses = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(requests, async ({ method, path, pick, query, body }) => {
        const id = ids[pick] ?? UNKNOWN_ID;
        const url = `${path.replaceAll(/\{\w+\}/g, id)}${query === '' ? '' : `?${query}`}`;
        const startedAt = performance.now();
        const answer = await api.send({ method, url, body });
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
        expect(answer.status).toBeLessThan(500);
        expect(performance.now() - startedAt).toBeLessThan(MAX_MILLISECONDS);
        expect(answer.text).not.toContain(CANARY);
        expect(answer.text).not.toContain(KEYS.apiKey);
      }),
      { numRuns: REQUESTS },
    );
    // Both what is accepted and what is refused is tried often, or this shows little.
    expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 20);
    expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 10);
    const logged = api.logLines.join('');
    expect(logged).not.toContain(CANARY);
    expect(logged).not.toContain(KEYS.apiKey);
  },
);
