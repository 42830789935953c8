import { afterAll, beforeAll, expect, test } from 'vitest';
import { startIndex, type StartedIndex } from './start-index.ts';

let index: StartedIndex;
let nextID = 0;
beforeAll(async () => {
  index = await startIndex();
});
afterAll(() => index.stop());

const indexName = 'partial';

async function update(
  record: string | undefined,
  patch: Record<string, unknown>,
  createIfNotExists = true,
): Promise<unknown> {
  const objectID = `r${nextID++}`;
  if (record !== undefined) await index.send('PUT', `/1/indexes/${indexName}/${objectID}`, record);
  await index.client.partialUpdateObject({
    indexName,
    objectID,
    attributesToUpdate: patch,
    createIfNotExists,
  });
  const response = await index.send('GET', `/1/indexes/${indexName}/${objectID}`);
  if (response.status === 404) return undefined;
  const { objectID: _, ...rest } = (await response.json()) as Record<string, unknown>;
  return rest;
}

const operation = (_operation: string, value: unknown) => ({ a: { _operation, value } });

test('first-level attributes are replaced whole and the others keep their bytes', async () => {
  await index.send(
    'PUT',
    `/1/indexes/${indexName}/kept`,
    '{"objectID":"kept","big":98765432109876543210,"one":1.0,"nested":{"x":1,"y":2}}',
  );
  await index.client.partialUpdateObjects({
    indexName,
    objects: [{ objectID: 'kept', nested: { x: 3 }, added: true }],
  });
  const text = await (await index.send('GET', `/1/indexes/${indexName}/kept`)).text();
  expect(text).toBe('{"objectID":"kept","big":98765432109876543210,"one":1.0,"nested":{"x":3},"added":true}');
});

test('a missing record is created or, if so asked, left missing', async () => {
  expect(await update(undefined, { a: 1 })).toEqual({ a: 1 });
  expect(await update(undefined, { a: 1 }, false)).toBeUndefined();
  await index.client.partialUpdateObjects({
    indexName,
    objects: [{ objectID: 'absent', a: 1 }],
    createIfNotExists: false,
  });
  await expect(index.client.getObject({ indexName, objectID: 'absent' })).rejects.toMatchObject({
    status: 404,
  });
});

test.each([
  ['Increment', '{"a":5}', 2, { a: 7 }],
  ['Increment', '{}', 2, { a: 2 }],
  ['Increment', undefined, 2, { a: 2 }],
  ['Increment', '{"a":1.5}', 1, { a: 2.5 }],
  ['Decrement', '{"a":5}', 2, { a: 3 }],
  ['Add', '{"a":[1]}', 1, { a: [1, 1] }],
  ['Add', '{}', 'x', { a: ['x'] }],
  ['AddUnique', '{"a":[1]}', 1, { a: [1] }],
  ['AddUnique', '{"a":[1]}', 2, { a: [1, 2] }],
  ['Remove', '{"a":["x","y","x"]}', 'x', { a: ['y'] }],
  ['IncrementFrom', '{"a":2}', 2, { a: 3 }],
  ['IncrementFrom', '{"a":1}', 2, { a: 1 }],
  ['IncrementFrom', undefined, 0, { a: 1 }],
  ['IncrementFrom', undefined, 1, undefined],
  ['IncrementSet', '{"a":1}', 2, { a: 2 }],
  ['IncrementSet', '{"a":3}', 2, { a: 3 }],
  ['IncrementSet', undefined, 2, { a: 2 }],
  ['IncrementSet', undefined, 0, undefined],
])('%s of %s by %s', async (name, record, value, expected) => {
  expect(await update(record, operation(name, value))).toEqual(expected);
});

test('an ignored increment ignores the whole update of the record', async () => {
  expect(await update('{"a":5,"b":1}', { b: 2, ...operation('IncrementFrom', 4) })).toEqual({ a: 5, b: 1 });
});

test('integers beyond 2^53 are incremented exactly', async () => {
  await index.send('PUT', `/1/indexes/${indexName}/huge`, '{"a":9007199254740993}');
  await index.client.partialUpdateObject({
    indexName,
    objectID: 'huge',
    attributesToUpdate: operation('Increment', 1),
  });
  expect(await (await index.send('GET', `/1/indexes/${indexName}/huge`)).text()).toContain(
    '"a":9007199254740994',
  );
});
