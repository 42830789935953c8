import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AttributeExclusion } from '../../../core/records/attribute-exclusion.ts';
import { attributePathsSchema } from '../../../core/records/attribute-path.ts';
import { OBJECT_ID_OFFSET, type RecordBatch } from '../../../core/records/record-batch.ts';
import { endOfObjectID } from '../../../core/records/record-json.ts';

/** Records as they stand, nothing between them. */
function batchOf(...texts: string[]): RecordBatch {
  const bytes = Buffer.from(texts.join(''));
  const ends = new Uint32Array(texts.length);
  const idEnds = new Uint32Array(texts.length);
  let end = 0;
  for (const [index, text] of texts.entries()) {
    idEnds[index] = endOfObjectID(bytes, end);
    end += Buffer.byteLength(text);
    ends[index] = end;
  }
  const rest = { count: texts.length, firstPosition: 1, rejected: [], cursor: { at: 7 }, sourceBytesRead: 9 };
  return { bytes, ends, idEnds, ...rest };
}

function textsOf({ bytes, ends, count }: RecordBatch): string[] {
  const buffer = Buffer.from(bytes);
  return Array.from({ length: count }, (_, index) =>
    buffer.toString('utf8', index === 0 ? 0 : ends[index - 1], ends[index]),
  );
}

function idsOf({ bytes, ends, idEnds, count }: RecordBatch): string[] {
  const buffer = Buffer.from(bytes);
  return Array.from({ length: count }, (_, index) =>
    buffer.toString('utf8', (index === 0 ? 0 : (ends[index - 1] ?? 0)) + OBJECT_ID_OFFSET, idEnds[index]),
  );
}

function without(paths: string[], text: string): string {
  return textsOf(new AttributeExclusion(paths).apply(batchOf(text)))[0] ?? '';
}

describe('what a path takes out', () => {
  const FOO = '{"objectID":"1","foo":[{"bar":1,"baz":2},{"bar":3},4],"bar":5}';

  it.each([
    [['bar'], '{"objectID":"1","foo":[{"bar":1,"baz":2},{"bar":3},4]}'],
    [['foo'], '{"objectID":"1","bar":5}'],
    [['foo.[0].bar'], '{"objectID":"1","foo":[{"baz":2},{"bar":3},4],"bar":5}'],
    [['foo.[1].bar'], '{"objectID":"1","foo":[{"bar":1,"baz":2},{},4],"bar":5}'],
    [['foo.[*].bar'], '{"objectID":"1","foo":[{"baz":2},{},4],"bar":5}'],
    [['foo.[*].bar', 'foo.[0].baz'], '{"objectID":"1","foo":[{},{},4],"bar":5}'],
    [['foo', 'foo.[0].bar'], '{"objectID":"1","bar":5}'],
    [['foo.bar'], FOO],
    [['bar.foo', 'foo.[9].bar', 'foo.[2].bar', 'missing', 'Bar'], FOO],
    [['objectID'], FOO],
  ])('%j', (paths, expected) => {
    expect(without(paths, FOO)).toBe(expected);
  });

  it('is a nested attribute and not its neighbours', () => {
    expect(without(['a.b.c'], '{"objectID":"1","a":{"b":{"c":1,"d":2},"c":3},"b":{"c":4}}')).toBe(
      '{"objectID":"1","a":{"b":{"d":2},"c":3},"b":{"c":4}}',
    );
  });

  it('is also an attribute whose name holds the dots, as a column of a file may be called', () => {
    const text = '{"objectID":"1","a.b":1,"a":{"b":2,"c":3},"a.b.c":{"d":4,"e":5}}';
    expect(without(['a.b', 'a.b.c.d'], text)).toBe('{"objectID":"1","a":{"c":3},"a.b.c":{"e":5}}');
  });

  it('is an attribute whose name is written with escapes', () => {
    expect(without(['é.b'], String.raw`{"objectID":"1","\u00e9":{"\u0062":1},"x":2}`)).toBe(
      String.raw`{"objectID":"1","\u00e9":{},"x":2}`,
    );
  });

  it('is never the objectID of the record, but that of an object within', () => {
    expect(without(['objectID', 'a.objectID'], '{"objectID":"1","a":{"objectID":"2"}}')).toBe(
      '{"objectID":"1","a":{}}',
    );
  });
});

it('leaves every other byte as it was: numbers, white space, escapes, names that occur twice', () => {
  const text = String.raw`{"objectID":"1" , "big" : 12345678901234567890.10, "gone": [1, {"gone": 2}] ,"t":"\u0041" , "t" : { "gone" :1 , "k": 1e2 } }`;
  expect(without(['gone', 't.gone'], text)).toBe(
    String.raw`{"objectID":"1" , "big" : 12345678901234567890.10 ,"t":"\u0041" , "t" : { "k": 1e2 } }`,
  );
});

it('gives a batch that has nothing to take out back as it is, and never frees it', () => {
  let released = 0;
  const batch = { ...batchOf('{"objectID":"1","a":1}'), release: () => (released += 1) };
  expect(new AttributeExclusion(['b', 'a.b']).apply(batch)).toBe(batch);
  expect(released).toBe(0);
});

it('keeps where each record stands and what the batch says of itself, and gives back the memory it read from', () => {
  let released = 0;
  const rejected = [{ position: 3, code: 'record.bad', message: 'No.' }];
  const batch = {
    ...batchOf('{"objectID":"1","a":1}', '{"objectID":"two"}', '{"objectID":"3","b":2,"a":3}'),
    positions: Uint32Array.of(2, 4, 5),
    rejected,
    maxRecordsLeft: 8,
    release: () => void (released += 1),
  };
  const applied = new AttributeExclusion(['a']).apply(batch);
  expect(textsOf(applied)).toEqual(['{"objectID":"1"}', '{"objectID":"two"}', '{"objectID":"3","b":2}']);
  expect(idsOf(applied)).toEqual(['"1"', '"two"', '"3"']);
  expect(applied).toMatchObject({ rejected, maxRecordsLeft: 8, cursor: { at: 7 }, sourceBytesRead: 9 });
  expect([...(applied.positions ?? [])]).toEqual([2, 4, 5]);
  expect(released).toBe(1);
});

it('leaves a deletion alone, which names records and has no attributes', () => {
  const batch = { ...batchOf('{"objectID":"1"}'), isDeletion: true };
  expect(new AttributeExclusion(['a']).apply(batch)).toBe(batch);
});

describe('any records and any paths', () => {
  const name = fc.constantFrom('a', 'b', 'a.b', '', 'é', '[0]', 'objectID', '__proto__');
  const value = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
    object: fc.dictionary(name, tie('value'), { maxKeys: 4 }),
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<unknown>(1, 'a', '{"', null, true, -1.5e-7),
      fc.array(tie('value'), { maxLength: 3 }),
      tie('object'),
    ),
  })).object;
  const ends = fc.constantFrom('a', 'b', 'é', 'objectID', '__proto__');
  const path = fc
    .tuple(ends, fc.array(fc.constantFrom('a', 'b', '[0]', '[1]', '[*]', ''), { maxLength: 3 }), ends)
    .map(([first, middle, last]) => [first, ...middle, last].join('.'));
  const paths = fc.array(fc.oneof(ends, path), { maxLength: 5 });

  it('come out as when each value is looked at by itself, and a second time changes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        paths,
        fc.nat(2),
        (values, named, indent) => {
          const texts = values.map((record, index) => toText(record, index, indent));
          const exclusion = new AttributeExclusion(attributePathsSchema.parse(named));
          const applied = exclusion.apply(batchOf(...texts));
          expect(textsOf(applied).map((text) => JSON.parse(text) as unknown)).toEqual(
            texts.map((text) => excludeFrom(JSON.parse(text), named, true)),
          );
          expect(idsOf(applied)).toEqual(values.map((_, index) => `"${index}"`));
          expect(exclusion.apply(applied)).toBe(applied);
        },
      ),
      { numRuns: 500 },
    );
  });

  function toText(record: unknown, index: number, indent: number): string {
    const { objectID: _own, ...rest } = record as Record<string, unknown>;
    const text = JSON.stringify(rest, null, indent);
    return `{"objectID":"${index}"${text.length > 2 ? `,${text.slice(1)}` : '}'}`;
  }

  /** By the words of the reference: a key is dropped where a path ends, `[i]` is an element, `[*]` each of them. */
  function excludeFrom(from: unknown, named: readonly string[], isRecord: boolean): unknown {
    if (Array.isArray(from)) {
      return from.map((element: unknown, index) =>
        excludeFrom(
          element,
          named.flatMap((one) => [`[${index}].`, '[*].'].flatMap((start) => after(one, start))),
          false,
        ),
      );
    }
    if (typeof from !== 'object' || from === null) return from;
    const kept = Object.entries(from).filter(
      ([key]) => !named.includes(key) || (isRecord && key === 'objectID'),
    );
    return Object.fromEntries(
      kept.map(([key, child]) => [
        key,
        excludeFrom(
          child,
          named.flatMap((one) => after(one, `${key}.`)),
          false,
        ),
      ]),
    );
  }

  function after(one: string, start: string): string[] {
    return one.startsWith(start) ? [one.slice(start.length)] : [];
  }
});

describe('a path that means nothing is refused', () => {
  it.each([[''], ['foo.[0]'], ['foo.[*]'], ['[0].foo'], ['a.'.repeat(20) + 'a'], ['a'.repeat(1_001)]])(
    '%j',
    (path) => {
      expect(attributePathsSchema.safeParse([path]).success).toBe(false);
    },
  );

  it('and so are more of them than anybody writes', () => {
    expect(attributePathsSchema.safeParse(Array.from({ length: 1_001 }, () => 'a')).success).toBe(false);
  });
});
