import { expect, test } from 'vitest';

import type { RecordBatch } from '../../../core/records/record-batch.ts';
import { objectIDOf } from '../../../core/records/record-text.ts';
import { transformBatch } from '../../../core/transformations/transform-batch.ts';
import { createTransformStage } from '../../../core/transformations/transform-stage.ts';
import type { TransformResult } from '../../../core/transformations/transform-message.ts';
import { BatchBuilder } from '../../../core/records/batch-builder.ts';

const { signal } = new AbortController();

function batchOf(ids: readonly string[]): RecordBatch {
  const builder = new BatchBuilder({ maxRecords: 10_000, maxBytes: 10_000_000 });
  for (const [index, id] of ids.entries()) {
    const text = `{"objectID":${JSON.stringify(id)},"n":${index}}`;
    builder.reserve(text.length * 2);
    const end = builder.length + builder.bytes.write(text, builder.length);
    builder.commit(end, builder.length + 12 + Buffer.byteLength(JSON.stringify(id)), index + 2);
  }
  return builder.seal({ offset: 7 }, 99);
}

/** A stage whose function answers at most two records at a time. */
function stageOf(transform: (record: { objectID: string; n: number }) => TransformResult) {
  return createTransformStage({
    appID: 'APP',
    transformationID: 'T',
    procedure: { type: 'code', input: { code: 'anything' } },
    secrets: {},
    at: new Date(0),
    runID: 'run',
    runTransform: async ({ records }) => ({
      results: records.slice(0, 2).map((record) => transform(JSON.parse(record))),
      logs: [],
    }),
  });
}

function textsOf({ bytes, ends, count }: RecordBatch): string[] {
  return Array.from({ length: count }, (_, index) =>
    Buffer.from(bytes.subarray(index === 0 ? 0 : ends[index - 1], ends[index])).toString(),
  );
}

test('partial answers are asked on until every record has its outcome, in order', async () => {
  const stage = stageOf(({ n }) => ({ outputs: [JSON.stringify({ n })] }));
  const [batch, ...others] = await transformBatch(stage, batchOf(['a', 'b', 'c', 'd', 'é']), signal);
  expect(others).toEqual([]);
  expect(batch && textsOf(batch)).toEqual(
    ['a', 'b', 'c', 'd', 'é'].map((id, n) => `{"objectID":"${id}","n":${n}}`),
  );
  expect(batch && objectIDOf(batch, 4)).toBe('é');
  expect(batch).toMatchObject({
    cursor: { offset: 7 },
    transformed: { in: 5, out: 5, dropped: 0, failed: 0 },
  });
});

test('the objectID comes first whatever the names are, is the input’s when there is none, and must be there for several', async () => {
  const outputs: Record<string, string[]> = {
    a: ['{"1":true}'],
    b: ['{"objectID":5}'],
    c: ['{"x":1}', '{"objectID":"c2"}'],
    d: ['[]'],
    e: ['{"objectID":{}}'],
    f: [],
  };
  const stage = stageOf(({ objectID }) => ({ outputs: outputs[objectID] ?? [] }));
  const [batch] = await transformBatch(stage, batchOf(Object.keys(outputs)), signal);
  expect(batch && textsOf(batch)).toEqual(['{"objectID":"a","1":true}', '{"objectID":"5"}']);
  expect(batch?.rejected).toMatchObject([
    { objectID: 'c', position: 4, code: 'transform.bad_id', field: 'objectID' },
    { objectID: 'd', position: 5, code: 'transform.bad_output' },
    { objectID: 'e', position: 6, code: 'transform.bad_id' },
  ]);
  expect(batch?.transformed).toMatchObject({ in: 6, out: 2, dropped: 1, failed: 3 });
});

test('what becomes larger than a batch goes on as several, of which the last alone may be a checkpoint', async () => {
  const stage = stageOf(({ objectID }) => ({
    outputs: [JSON.stringify({ objectID, text: 'x'.repeat(700_000) })],
  }));
  const batches = await transformBatch(stage, batchOf(['a', 'b', 'c', 'd', 'e']), signal);
  expect(batches.map(({ count, continues }) => [count, continues])).toEqual([
    [2, true],
    [2, true],
    [1, undefined],
  ]);
  expect(batches.map(({ transformed }) => transformed?.out)).toEqual([undefined, undefined, 5]);
});

test.each([[[]], [['a', 'b']]])(
  'a transformed batch of %j does not say how many can follow: one record may become several',
  async (ids) => {
    const stage = stageOf((record) => ({ outputs: [JSON.stringify(record)] }));
    const batches = await transformBatch(stage, { ...batchOf(ids), maxRecordsLeft: 3 }, signal);
    expect(batches.map(({ maxRecordsLeft }) => maxRecordsLeft)).toEqual([undefined]);
  },
);
