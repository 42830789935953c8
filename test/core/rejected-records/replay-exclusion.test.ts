import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttributeExclusion } from '../../../core/records/attribute-exclusion.ts';
import { EngineWorld } from '../../support/engine-world.ts';
import { rejectedOf, replay } from '../../support/replays.ts';
import { startTable, type TestTable } from '../../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

describe('what the destination excludes since', () => {
  const withSecret = {
    rejected: {
      position: 2,
      objectID: 'failed',
      code: 'transform.failed',
      message: 'No.',
      stage: 'transform',
      content: { sizeBytes: 34, record: '{"objectID":"failed","a":1,"b":2}' },
    },
  } as const;

  it('is left out of the records that are written', async () => {
    const world = new EngineWorld(table, { entries: [withSecret, { objectID: 'refused', a: 1, b: 2 }] });
    world.index.refused.add('refused');
    const run = await world.startAndWork('save', 100);
    world.index.refused.clear();
    world.exclusion = new AttributeExclusion(['a']);
    await replay(world, table, { run });
    expect([...(world.index.live?.values() ?? [])]).toEqual([
      { objectID: 'failed', b: 2 },
      { objectID: 'refused', b: 2 },
    ]);
    expect(await rejectedOf(world, run)).toMatchObject([
      { replayedBy: expect.any(String) },
      { replayedBy: expect.any(String) },
    ]);
  });

  it('is left out before a transformation, and not of what one has made', async () => {
    const world = new EngineWorld(table, { entries: [withSecret, { objectID: 'refused', a: 1 }] });
    world.index.refused.add('refused');
    const run = await world.startAndWork('save', 100);
    world.index.refused.clear();
    world.exclusion = new AttributeExclusion(['a']);
    world.stage = {
      transformationID: 't',
      transform: async (inputs) => ({
        outcomes: inputs.map(({ objectID, json }) => {
          const transformed = `{"objectID":"${objectID}","a":${json.length}}`;
          return { records: [{ objectIDJson: `"${objectID}"`, json: transformed }] };
        }),
        logs: [],
      }),
    };
    await replay(world, table, { run });
    expect([...(world.index.live?.values() ?? [])]).toEqual([
      { objectID: 'failed', a: '{"objectID":"failed","b":2}'.length },
      { objectID: 'refused', a: 1 },
    ]);
  });
});
