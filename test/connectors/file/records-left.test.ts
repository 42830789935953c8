import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SMALL_LIMITS } from '../support/parse-bytes.ts';
import { serveFile } from '../support/file-server.ts';
import { contextOf, readSource, type Reading } from '../support/read-source.ts';

const FILES = [
  ['csv', `v\n${'1\n'.repeat(50)}2`],
  ['csv', `id,v\n${'1,2\n\nbad\n'.repeat(20)}`],
  ['json', `[${'{},'.repeat(30)}7,7,{}]`],
  ['json', `${'{"a":1}\n'.repeat(30)}x\n{}`],
] as const;

/** What follows each batch, and what was said of it. */
function following({ batches }: Reading): { left: number | undefined; follow: number }[] {
  const sizes = batches.map(({ count, rejected }) => count + rejected.length);
  return batches.map(({ maxRecordsLeft }, index) => ({
    left: maxRecordsLeft,
    follow: sizes.slice(index + 1).reduce((sum, size) => sum + size, 0),
  }));
}

describe('a file over http', () => {
  it.each(FILES)('never says that fewer records can follow than do (%s: %j)', async (type, text) => {
    const { url } = await serveFile({ content: Buffer.from(text) });
    const context = contextOf({ url }, { limits: SMALL_LIMITS });
    const whole = await readSource(type, context);
    expect(whole.batches.length).toBeGreaterThan(2);
    const resumed = await readSource(type, context, whole.batches[1]?.cursor);
    for (const { left, follow } of [...following(whole), ...following(resumed)]) {
      expect(left).toBeGreaterThanOrEqual(follow);
    }
    expect(whole.batches.at(-1)?.maxRecordsLeft).toBe(0);
  });

  it('does not say how many records can follow where it is compressed or sent without a length', async () => {
    const content = gzipSync(`v\n${'1\n'.repeat(50)}`);
    const { url } = await serveFile({ content });
    const { batches } = await readSource('csv', contextOf({ url }, { limits: SMALL_LIMITS }));
    expect(batches.map(({ maxRecordsLeft }) => maxRecordsLeft)).toEqual(batches.map(() => undefined));
  });
});
