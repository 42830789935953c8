import { afterAll, beforeAll, expect, test } from 'vitest';

import { schemaText } from '../../lambdas/api/openapi/schema-text.ts';
import { takesIdempotencyKey } from '../../lambdas/api/idempotency.ts';
import { OPERATIONS } from '../../lambdas/api/operations.ts';
import { PUBLIC_PATHS } from '../../lambdas/api/openapi/public-paths.ts';
import { callHandler } from '../support/api-client.ts';
import { startApi, type ApiService } from '../support/api-service.ts';
import { OFFICIAL_ROUTES } from '../support/official-schema.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

interface Described {
  operationId: string;
  requestBody?: object;
  responses: Record<string, unknown>;
  parameters: { name: string; in: string; schema: object }[];
}

async function readDocument(): Promise<Record<string, Record<string, Described>>> {
  const answer = await callHandler(api.handler, { method: 'GET', url: '/ext/1/openapi.json' });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
  return (JSON.parse(answer.text) as { paths: Record<string, Record<string, Described>> }).paths;
}

test("every operation of Algolia's document is served", () => {
  const routes = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
  expect(routes).toEqual(expect.arrayContaining([...OFFICIAL_ROUTES]));
});

test('the document describes every operation that there is, and needs no key', async () => {
  const paths = await readDocument();
  for (const { operationID, method, path, body } of OPERATIONS) {
    const described = paths[path]?.[method.toLowerCase()];
    expect(described?.operationId).toBe(operationID);
    expect(described?.requestBody !== undefined).toBe(body !== undefined);
    const inPath = described?.parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath?.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{\w+\}/g) ?? []);
  }
  expect(Object.keys(paths)).toEqual(expect.arrayContaining([...PUBLIC_PATHS]));
});

test('what takes an Idempotency-Key says so, and that another request under it is a 409', async () => {
  const paths = await readDocument();
  for (const operation of OPERATIONS) {
    const described = paths[operation.path]?.[operation.method.toLowerCase()];
    const names = described?.parameters.filter((parameter) => parameter.in === 'header');
    const takesKey = takesIdempotencyKey(operation);
    expect(names?.map(({ name }) => name)).toEqual(takesKey ? ['Idempotency-Key'] : []);
    expect('409' in (described?.responses ?? {})).toBe(takesKey);
  }
});

test('lists are described as arrays, and dates as text', async () => {
  const listRuns = (await readDocument())['/1/runs']?.['get'];
  const parameter = (name: string) => listRuns?.parameters.find((candidate) => candidate.name === name);
  expect(parameter('status')).toMatchObject({
    explode: false,
    schema: { type: 'array', items: { enum: ['created', 'started', 'finished', 'skipped'] } },
  });
  expect(parameter('startDate')).toMatchObject({ schema: { type: 'string' } });
});

test('the page names every operation, fetches nothing and runs nothing', async () => {
  const answer = await callHandler(api.handler, { method: 'GET', url: '/ext/1/docs' });
  expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  for (const { operationID, path } of OPERATIONS) {
    expect(answer.text).toContain(`id="${operationID}"`);
    expect(answer.text).toContain(`<code>${path}</code>`);
  }
  expect(answer.text).not.toMatch(/<script|<link|<img|src=|https?:\/\//);
});

test('the page shows schemas as types, long ones over several lines', () => {
  const name = { type: 'string' };
  const kind = { enum: ['a', 'b'] };
  const list = {
    type: 'array',
    items: { anyOf: [{ const: 'c' }, { type: ['integer', 'null'] }, {}] },
    maxItems: 9,
  };
  const short = { type: 'object', properties: { name, kind }, required: ['name'] };
  expect(schemaText(short)).toBe('{ name: string, kind?: "a" | "b" }');
  const long = {
    type: 'object',
    properties: { ...short.properties, list, short },
    additionalProperties: name,
  };
  expect(schemaText({ anyOf: [long, {}] }).split('\n')).toEqual([
    '',
    '  | {',
    '    name?: string',
    '    kind?: "a" | "b"',
    '    list?: ["c" | integer | null | any] (items, at most 9)',
    '    short?: { name: string, kind?: "a" | "b" }',
    '    [any name]: string',
    '  }',
    '  | any',
  ]);
});

test('the descriptions are read, and nothing else', async () => {
  const answer = await callHandler(api.handler, { method: 'POST', url: '/ext/1/docs' });
  expect(answer.status).toBe(405);
});
