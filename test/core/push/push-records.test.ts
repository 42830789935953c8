import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { readPayload, toPayload } from '../../../core/push/push-records.ts';
import { OBJECT_ID_OFFSET } from '../../../core/records/record-batch.ts';

test('any record comes out of a payload as it went in, its objectID first and found by its bytes', () => {
  const record = fc.record({ objectID: fc.string({ minLength: 1, unit: 'binary' }) }).chain((id) =>
    fc
      .dictionary(fc.oneof(fc.string(), fc.constantFrom('7', '__proto__', 'ä\n"')), fc.jsonValue())
      .map((rest) => {
        const members: Record<string, unknown> = Object.assign(Object.create(null), rest);
        delete members['objectID'];
        return { ...members, ...id };
      }),
  );
  fc.assert(
    fc.property(fc.array(record), (records) => {
      const batch = readPayload(toPayload(records));
      const bytes = Buffer.from(batch.bytes);
      expect(batch.count).toBe(records.length);
      for (const [index, expected] of records.entries()) {
        const start = index === 0 ? 0 : (batch.ends[index - 1] ?? 0);
        const text = bytes.toString('utf8', start, batch.ends[index]);
        expect(text.startsWith('{"objectID":"')).toBe(true);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(expected)));
        const id = bytes.toString('utf8', start + OBJECT_ID_OFFSET, batch.idEnds[index]);
        expect(JSON.parse(id)).toBe(JSON.parse(JSON.stringify(expected.objectID)));
      }
    }),
  );
});

test('a payload that was cut is refused instead of applied in part', () => {
  const payload = toPayload([{ objectID: 'a' }, { objectID: 'b' }]);
  expect(() => readPayload(payload.subarray(0, payload.length - 3))).toThrow('is cut');
});
