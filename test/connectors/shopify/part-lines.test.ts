import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { firstHalf, nextPart, type BulkPart } from '../../../connectors/sources/shopify/bulk-parts.ts';
import { collectPart } from '../../../connectors/sources/shopify/collect-part.ts';
import { PartLines } from '../../../connectors/sources/shopify/part-lines.ts';

const PARTS = 8;
const MEGABYTE = 1024 * 1024;
/** Text that cannot be compressed by much, 6 MB of it in 300 lines. */
const LINES = Array.from({ length: 300 }, (_, index) =>
  Buffer.from(`{"id":"gid://shopify/Product/${index}","text":"${randomBytes(10_000).toString('hex')}"}`),
);

function countDownloads(maxDiskBytes?: number) {
  const counter = { downloads: 0 };
  const download = async () => {
    counter.downloads += 1;
    return Readable.from([LINES.slice(0, 100), LINES.slice(100)]) as AsyncIterable<Buffer[]>;
  };
  return { counter, lines: new PartLines(download, PARTS, maxDiskBytes) };
}

/** All entities, part after part; every second part is divided first, as if it were too large. */
async function readAll(lines: PartLines): Promise<string[]> {
  const ids: string[] = [];
  let part: BulkPart | undefined = { modulus: PARTS, remainder: 0 };
  while (part !== undefined) {
    if (part.modulus === PARTS && part.remainder % 2 === 1) part = firstHalf(part);
    const groups = await collectPart(await lines.of(part), part);
    for (const [id, { own }] of groups ?? []) {
      expect(own?.toString()).toBe(LINES[Number(id.split('/').at(-1))]?.toString());
      ids.push(id);
    }
    part = nextPart(part, PARTS);
  }
  await lines.close();
  return ids.map((id) => id.split('/').at(-1) ?? '').toSorted((a, b) => Number(a) - Number(b));
}

const ALL = LINES.map((_, index) => String(index));

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the lines of a large result', () => {
  it('are downloaded once where the disk has room for those of all parts', async () => {
    const { counter, lines } = countDownloads();
    expect(await readAll(lines)).toEqual(ALL);
    expect(counter.downloads).toBe(1);
  });

  it('are downloaded again for the parts that the disk had no room for', async () => {
    const { counter, lines } = countDownloads(1.5 * MEGABYTE);
    expect(await readAll(lines)).toEqual(ALL);
    expect(counter.downloads).toBeGreaterThan(1);
    expect(counter.downloads).toBeLessThan(PARTS);
  });

  it('are downloaded for each part where there is no room for one, or nothing can be written', async () => {
    // The parts that are divided are looked through twice.
    const each = PARTS + PARTS / 2;
    const small = countDownloads(1);
    expect(await readAll(small.lines)).toEqual(ALL);
    expect(small.counter.downloads).toBe(each + 1);
    vi.stubEnv('TMPDIR', '/nowhere');
    const none = countDownloads();
    expect(await readAll(none.lines)).toEqual(ALL);
    expect(none.counter.downloads).toBe(each);
  });

  it('have no name on the disk, so nothing stays when the process is killed', async () => {
    const { lines } = countDownloads();
    await lines.of({ modulus: PARTS, remainder: 0 });
    expect(readdirSync(tmpdir()).filter((name) => /^millrace-[0-9a-f-]{36}$/.test(name))).toEqual([]);
    await lines.close();
  });

  it('are an error where the download ends with one', async () => {
    const lines = new PartLines(async () => {
      const failing = async function* failing() {
        yield LINES.slice(0, 3);
        throw new Error('The connection was lost');
      };
      return failing();
    }, PARTS);
    await expect(lines.of({ modulus: PARTS, remainder: 0 })).rejects.toThrow('The connection was lost');
    await lines.close();
  });
});
