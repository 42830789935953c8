import { expect, test } from 'vitest';

import { addMapping } from '../../../core/mappings/mapping-stage.ts';
import type { TransformStage } from '../../../core/transformations/transform-stage.ts';

const { signal } = new AbortController();

type Action = { enabled?: boolean; trigger?: string; fields: Record<string, Record<string, unknown>> };

function stageOf(actions: readonly Action[], next?: TransformStage): TransformStage {
  const stage = addMapping(
    {
      mapping: {
        format: 'mappingkit/v1',
        actions: actions.map(({ enabled = true, trigger = 'true', fields }) => ({
          enabled,
          trigger,
          fieldDirectives: Object.entries(fields).map(([fieldKey, value]) => ({ fieldKey, value })),
        })),
      },
    },
    next,
  );
  if (stage === undefined) throw new Error('no stage');
  return stage;
}

async function map(stage: TransformStage, ...rows: Record<string, unknown>[]) {
  const records = rows.map((row, index) => ({
    json: JSON.stringify({ objectID: `r${index}`, ...row }),
    objectID: `r${index}`,
  }));
  const { outcomes } = await stage.transform(records, signal);
  return outcomes.map((outcome) =>
    'records' in outcome ? outcome.records.map(({ json }) => JSON.parse(json) as unknown) : outcome.error,
  );
}

const PURCHASE = {
  event_name: 'purchase',
  event_timestamp: '1767225600123456',
  user_pseudo_id: '123.456',
  event_params: [
    { key: 'page_location', value: { string_value: 'https://shop.example/', int_value: null } },
    { key: 'engaged', value: { string_value: null, int_value: '1' } },
  ],
  items: [{ item_id: 'p1' }, { item_id: 'p2' }, { item_name: 'without an id' }],
  device: { category: 'mobile' },
};

test('a purchase of a GA4 export becomes a conversion', async () => {
  const stage = stageOf([
    {
      trigger: 'event_name == "purchase" && param(engaged) == 1',
      fields: {
        eventName: { constant: 'Bought' },
        eventType: { constant: 'conversion' },
        userToken: { path: 'user_pseudo_id' },
        timestamp: { path: 'event_timestamp', unit: 'microseconds' },
        objectIDs: { path: 'items.*.item_id' },
        page: { eventParam: 'page_location' },
        second: { path: 'items.1.item_id' },
        missing: { path: 'geo.country' },
      },
    },
  ]);
  expect(await map(stage, PURCHASE)).toEqual([
    [
      {
        objectID: 'r0',
        eventName: 'Bought',
        eventType: 'conversion',
        userToken: '123.456',
        timestamp: 1767225600123,
        objectIDs: ['p1', 'p2'],
        page: 'https://shop.example/',
        second: 'p2',
      },
    ],
  ]);
});

test('the first enabled action whose trigger holds makes the record, and a row that none is for is dropped', async () => {
  const stage = stageOf([
    { enabled: false, fields: { by: { constant: 'disabled' } } },
    { trigger: 'event_name == "view_item"', fields: { by: { constant: 'first' } } },
    { trigger: 'event_name != "scroll"', fields: { by: { constant: 'second' } } },
  ]);
  const rows = ['view_item', 'purchase', 'scroll'].map((event_name) => ({ event_name }));
  expect(await map(stage, ...rows)).toEqual([
    [{ objectID: 'r0', by: 'first' }],
    [{ objectID: 'r1', by: 'second' }],
    [],
  ]);
});

test('an && within a constant joins nothing', async () => {
  const stage = stageOf([{ trigger: 'a == "x && y" && b == true', fields: { k: { constant: 1 } } }]);
  expect(await map(stage, { a: 'x && y', b: true }, { a: 'x', b: true })).toEqual([
    [{ objectID: 'r0', k: 1 }],
    [],
  ]);
});

test('a path finds only what the row has itself', async () => {
  const stage = stageOf([{ fields: { a: { path: '__proto__' }, b: { path: 'items.length' } } }]);
  expect(await map(stage, { items: 'text' })).toEqual([[{ objectID: 'r0' }]]);
});

test('what the mapping made is then transformed, and what it dropped is not', async () => {
  const seen: string[] = [];
  const next: TransformStage = {
    transformationID: 't1',
    transform: async (records) => {
      seen.push(...records.map(({ objectID }) => objectID));
      return {
        outcomes: records.map(({ objectID }) => ({
          records: [
            { objectIDJson: JSON.stringify(objectID), json: `{"objectID":"${objectID}","done":true}` },
          ],
        })),
        logs: [],
      };
    },
  };
  const stage = stageOf([{ trigger: 'keep == true', fields: { k: { constant: 1 } } }], next);
  expect(stage.transformationID).toBe('t1');
  expect(await map(stage, { keep: false }, { keep: true })).toEqual([[], [{ objectID: 'r1', done: true }]]);
  expect(seen).toEqual(['r1']);
});

test('a task without a mapping keeps its transformation', () => {
  expect(addMapping(undefined, undefined)).toBeUndefined();
});

test.each([
  ['a directive of another kind', { fields: { k: { expression: '1 + 1' } } }, 'the value of the field k'],
  ['two directives at once', { fields: { k: { constant: 1, path: 'a' } } }, 'the value of the field k'],
  ['a path that is none', { fields: { k: { path: 'a[0].b' } } }, 'the path'],
  ['a name with a dot', { fields: { 'a.b': { constant: 1 } } }, 'the fieldKey'],
  ['a name of the language', { fields: { ['__proto__']: { constant: 1 } } }, 'the fieldKey'],
  ['an unknown operator', { trigger: 'a > 1', fields: {} }, 'the trigger'],
  ['an or', { trigger: 'a == 1 || b == 2', fields: {} }, 'the trigger'],
  ['a call', { trigger: 'process.exit() == 1', fields: {} }, 'the trigger'],
  ['no trigger', { trigger: '', fields: {} }, 'the trigger'],
  ['a fault of a disabled action', { enabled: false, trigger: '?', fields: {} }, 'the trigger'],
])('%s is refused, with a sentence that says so', (_, action, said) => {
  expect(() => stageOf([action as Action])).toThrow(
    expect.objectContaining({ code: 'task.unsupported_mapping', message: expect.stringContaining(said) }),
  );
});
