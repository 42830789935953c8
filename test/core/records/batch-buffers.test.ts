import { expect, test } from 'vitest';

import { BatchBuilder } from '../../../core/records/batch-builder.ts';

function seal(builder: BatchBuilder, text: string) {
  builder.reserve(text.length);
  const start = builder.length;
  builder.bytes.write(text, start);
  builder.commit(start + text.length, start + text.length, 1);
  return builder.seal({}, 0);
}

test('only the memory of a batch that was given back is written again, and only once', () => {
  const builder = new BatchBuilder({ maxRecords: 10, maxBytes: 1000 });
  const given = seal(builder, '{"objectID":"first"}');
  const kept = seal(builder, '{"objectID":"kept"}');
  given.release?.();
  given.release?.();

  // The third is written into what was begun before; the pool serves those that follow.
  const later = [seal(builder, 'third'), seal(builder, 'fourth'), seal(builder, 'fifth')];

  expect(Buffer.from(kept.bytes).toString()).toBe('{"objectID":"kept"}');
  expect(later.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(['third', 'fourth', 'fifth']);
  expect(later.filter(({ bytes }) => bytes.buffer === given.bytes.buffer)).toHaveLength(1);
});
