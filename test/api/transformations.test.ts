import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { startApi, type ApiService } from '../support/api-service.ts';
import { createSearchAuthentication, UNKNOWN_ID, WIRE_DATE } from '../support/resources.ts';

const CODE = 'async function transform(record, helper) { return { ...record, seen: true } }';

let api: ApiService;

beforeAll(async () => {
  api = await startApi();
});

afterAll(async () => {
  await api.stop();
});

async function createSecrets(): Promise<string> {
  const input = { token: 'a-secret-of-the-transformation' };
  return (await api.client.createAuthentication({ type: 'secrets', name: 'secrets', input }))
    .authenticationID;
}

async function create(extra: object = {}): Promise<string> {
  const body = { name: 'mine', type: 'code' as const, input: { code: CODE }, ...extra };
  return (await api.client.createTransformation(body)).transformationID;
}

async function send(method: string, url: string, body?: object): Promise<{ status: number; body: object }> {
  const { status, text } = await api.send({
    method,
    url,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status, body: JSON.parse(text) as object };
}

describe('a transformation', () => {
  test('is answered as it was given, with its code in the older place too', async () => {
    const authenticationIDs = [await createSecrets()];
    const transformationID = await create({ description: 'marks records', authenticationIDs });
    expect(await api.client.getTransformation({ transformationID })).toEqual({
      transformationID,
      type: 'code',
      name: 'mine',
      description: 'marks records',
      input: { code: CODE },
      code: CODE,
      authenticationIDs,
      owner: null,
      createdAt: expect.stringMatching(WIRE_DATE),
      updatedAt: expect.stringMatching(WIRE_DATE),
    });
  });

  test('of the older shape, with its code alone, is one of type code', async () => {
    const { transformationID } = await api.client.createTransformation({ name: 'old', code: CODE });
    expect(await api.client.getTransformation({ transformationID })).toMatchObject({
      type: 'code',
      input: { code: CODE },
    });
  });

  test('without code keeps its steps, and its code is empty', async () => {
    const steps = [
      { type: 'removeAttribute', attribute: 'a.b', condition: { attribute: 'c', operator: 'exists' } },
    ];
    const transformationID = await create({ type: 'noCode', input: { steps } });
    expect(await api.client.getTransformation({ transformationID })).toMatchObject({
      type: 'noCode',
      input: { steps },
      code: '',
    });
  });

  test('is replaced whole: what is not given is reset', async () => {
    const transformationID = await create({
      description: 'goes away',
      authenticationIDs: [await createSecrets()],
    });
    const updated = await api.client.updateTransformation({
      transformationID,
      transformationCreate: { name: 'new', type: 'noCode', input: { steps: [] } },
    });
    expect(updated).toEqual({ transformationID, updatedAt: expect.stringMatching(WIRE_DATE) });
    const after = await api.client.getTransformation({ transformationID });
    expect(after).toMatchObject({ name: 'new', type: 'noCode' });
    expect(after).not.toHaveProperty('description');
    expect(after).not.toHaveProperty('authenticationIDs');
  });

  test('is listed by type and name, and found by ID', async () => {
    const name = `only-${Math.random()}`;
    const transformationID = await create({ name, type: 'noCode', input: { steps: [] } });
    const { transformations, pagination } = await api.client.listTransformations({
      type: 'noCode',
      sort: 'name',
      order: 'desc',
      itemsPerPage: 100,
    });
    expect(transformations.every(({ type }) => type === 'noCode')).toBe(true);
    expect(transformations.map((found) => found.transformationID)).toContain(transformationID);
    expect(pagination).toMatchObject({ page: 1, itemsPerPage: 100 });
    const found = await api.client.searchTransformations({
      transformationIDs: [transformationID, UNKNOWN_ID],
    });
    expect(found).toMatchObject([{ transformationID, name }]);
  });

  test('is gone after it was deleted', async () => {
    const transformationID = await create();
    expect(await api.client.deleteTransformation({ transformationID })).toEqual({
      deletedAt: expect.stringMatching(WIRE_DATE),
    });
    await expect(api.client.getTransformation({ transformationID })).rejects.toMatchObject({ status: 404 });
  });
});

describe('references', () => {
  test('a destination names one transformation, which then cannot be deleted until it is let go', async () => {
    const transformationID = await create();
    const { destinationID } = await api.client.createDestination({
      type: 'search',
      name: 'movies',
      authenticationID: await createSearchAuthentication(api.client),
      input: { indexName: 'movies' },
      transformationIDs: [transformationID],
    });
    const { destinations } = await api.client.listDestinations({ transformationID });
    expect(destinations).toMatchObject([{ destinationID, transformationIDs: [transformationID] }]);
    const refused = await send('DELETE', `/1/transformations/${transformationID}`);
    expect(refused).toMatchObject({ status: 400, body: { error: { details: [{ id: destinationID }] } } });
    await api.client.updateDestination({ destinationID, destinationUpdate: { transformationIDs: [] } });
    await api.client.deleteTransformation({ transformationID });
  });

  test('an authentication that a transformation names cannot be deleted', async () => {
    const authenticationID = await createSecrets();
    await create({ authenticationIDs: [authenticationID] });
    await expect(api.client.deleteAuthentication({ authenticationID })).rejects.toMatchObject({
      status: 400,
    });
  });

  test.for([
    [
      'two transformations of a destination',
      { transformationIDs: [UNKNOWN_ID, UNKNOWN_ID] },
      /transformationIDs: must have at most one entry/,
    ],
    [
      'an unknown transformation',
      { transformationIDs: [UNKNOWN_ID] },
      /transformationIDs: no such transformation/,
    ],
  ] as const)('%s is refused with the field named', async ([, extra, message]) => {
    const body = { type: 'search', name: 'x', input: { indexName: 'x' }, ...extra };
    const refused = await send('POST', '/1/destinations', body);
    expect(refused).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
  });
});

test.for([
  ['nothing to do', {}, /^input: is required/],
  ['code and steps mixed up', { type: 'noCode', input: { code: CODE } }, /^input\.steps: is required/],
  [
    'an unknown step',
    { input: { steps: [{ type: 'explode' }] } },
    /^input\.steps\[0\]\.type: must be one of/,
  ],
  [
    'a step that takes the objectID away',
    { input: { steps: [{ type: 'removeAttribute', attribute: 'objectID' }] } },
    /^input\.steps\[0\]\.attribute/,
  ],
  [
    'an unknown authentication',
    { code: CODE, authenticationIDs: [UNKNOWN_ID] },
    /^authenticationIDs: no such authentication/,
  ],
] as const)('%s is refused with the field named', async ([, extra, message]) => {
  const refused = await send('POST', '/1/transformations', { name: 'x', ...extra });
  expect(refused).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
});

test('an authentication of another type than secrets is refused', async () => {
  const authenticationIDs = [await createSearchAuthentication(api.client)];
  await expect(create({ authenticationIDs })).rejects.toMatchObject({
    message: expect.stringMatching(/of type secrets/),
  });
});

describe('trying', () => {
  test('answers the records that came out as JSON texts', async () => {
    const sampleRecord = { objectID: 'a', n: 1 };
    const tried = await api.client.tryTransformation({ type: 'code', input: { code: CODE }, sampleRecord });
    expect(tried.payloads.map((text) => JSON.parse(text))).toEqual([{ ...sampleRecord, seen: true }]);
    expect(tried).not.toHaveProperty('error');
  });

  test('gives the code the secrets that came with the request, and shows none in an error', async () => {
    const code =
      'async function transform(r, helper) { throw new Error("with " + helper.secrets.get("token")) }';
    const tried = await api.client.tryTransformation({
      code,
      sampleRecord: {},
      authentications: [{ type: 'secrets', name: 'x', input: { token: 'canary-0815' } }],
    });
    expect(tried).toEqual({
      payloads: [],
      error: { code: 422, message: expect.stringContaining('with [secret]') },
    });
  });

  test.for([
    ['code that cannot be loaded', 'async function transform(', 400],
    ['code that never ends', 'async function transform() { for (;;); }', 408],
    ['code that returns too much', 'async function transform() { return { x: "x".repeat(2e6) } }', 413],
  ] as const)('%s is an error in an answer of 200', async ([, code, status]) => {
    const tried = await api.client.tryTransformation({ code, sampleRecord: {} });
    expect(tried).toEqual({ payloads: [], error: { code: status, message: expect.any(String) } });
  });

  test('a stored transformation runs as it is stored, or as the request has it', async () => {
    const transformationID = await create();
    const sampleRecord = { objectID: 'a' };
    const stored = await api.client.tryTransformationBeforeUpdate({
      transformationID,
      transformationTry: { sampleRecord },
    });
    expect(stored.payloads).toEqual(['{"objectID":"a","seen":true}']);
    const steps = [{ type: 'addAttribute', attribute: 'b.c', value: [1] }];
    const changed = await api.client.tryTransformationBeforeUpdate({
      transformationID,
      transformationTry: { type: 'noCode', input: { steps }, sampleRecord },
    });
    expect(changed.payloads).toEqual(['{"objectID":"a","b":{"c":[1]}}']);
  });
});
