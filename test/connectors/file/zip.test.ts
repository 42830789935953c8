import { zipSync, Zip, ZipDeflate, ZipPassThrough, strToU8, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { SMALL_LIMITS } from '../support/parse-bytes.ts';
import { serveFile } from '../support/file-server.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';

const LINES = Array.from({ length: 20_000 }, (_, index) => `${index},${Math.sin(index)}`);
const CSV = Buffer.from(`id,value\n${LINES.join('\n')}\n`);

/** An archive written as it comes, so that sizes and checksums follow the content. */
function streamed(files: Record<string, Buffer>): Buffer {
  const chunks: Uint8Array[] = [];
  const zip = new Zip((_error, chunk) => chunks.push(chunk));
  for (const [name, content] of Object.entries(files)) {
    const file = new ZipDeflate(name);
    zip.add(file);
    for (let at = 0; at < content.length; at += 7000) file.push(content.subarray(at, at + 7000));
    file.push(new Uint8Array(0), true);
  }
  zip.end();
  return Buffer.concat(chunks);
}

const archive = (files: Zippable, level: 0 | 6 = 6) => Buffer.from(zipSync(files, { level }));

async function contextFor(content: Buffer) {
  const { url } = await serveFile({ content });
  return contextOf({ url, uniqueIDColumn: 'id' });
}

describe('a zip archive', () => {
  it.each([
    ['deflated', archive({ 'a.csv': CSV })],
    ['stored', archive({ 'a.csv': CSV }, 0)],
    ['written as it came', streamed({ 'a.csv': CSV })],
    [
      'with folders and notes of an operating system beside it',
      archive({
        'data/': new Uint8Array(0),
        '__MACOSX/._a.csv': strToU8('note'),
        'data/a.csv': CSV,
        'data/.DS_Store': strToU8('note'),
      }),
    ],
    ['whose file has a name that leads elsewhere', archive({ '../../../etc/cron.d/a': CSV })],
  ])('%s is read as the one file in it', async (_, content) => {
    const { texts, batches } = await readSource('csv', await contextFor(content));
    expect(texts).toHaveLength(LINES.length);
    expect(texts.at(-1)).toBe(`{"objectID":"19999","id":"19999","value":"${Math.sin(19_999)}"}`);
    expect(batches.at(-1)?.sourceBytesRead).toBe(content.length);
  });

  it('goes on from a cursor at the same content', async () => {
    const context = await contextFor(archive({ 'a.csv': CSV.subarray(0, 2000) }));
    const whole = await readSource('csv', { ...context, limits: SMALL_LIMITS });
    const rest = await readSource('csv', { ...context, limits: SMALL_LIMITS }, whole.batches[4]?.cursor);
    expect(rest.texts).toEqual(whole.texts.slice(15));
  });

  it.each([
    [
      'several files',
      { 'a.csv': CSV, 'b.csv': CSV },
      /several files, "a\.csv" and "b\.csv" among them: make/,
    ],
    [
      'a spreadsheet',
      { '[Content_Types].xml': CSV, 'xl/workbook.xml': CSV },
      /A spreadsheet has to be saved/,
    ],
    ['no file', { 'data/': new Uint8Array(0) }, /holds no file/],
    ['another archive', { 'a.zip': zipSync({ 'a.csv': CSV }) }, /zip archive within another/],
  ])('that holds %s says what to do', async (_, files, message) => {
    for (const content of [archive(files)]) {
      expect(await readError('csv', await contextFor(content))).toMatchObject({
        disposition: 'fatal',
        message: expect.stringMatching(message) as string,
      });
    }
  });

  it('with a password, or in a way that is not known, says so', async () => {
    const encrypted = archive({ 'a.csv': CSV });
    encrypted[6] = 1;
    expect((await readError('csv', await contextFor(encrypted))).message).toMatch(/"a\.csv".*is encrypted/);
    const unknown = archive({ 'a.csv': CSV });
    unknown[8] = 12;
    expect((await readError('csv', await contextFor(unknown))).message).toMatch(/not known \(method 12\)/);
  });

  it('that ends in the middle may be whole the next time, wherever it was cut', async () => {
    const content = streamed({ 'a.csv': CSV.subarray(0, 5000) });
    const list = content.indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    for (const end of [20, 60, list >> 1, list - 3, list + 2]) {
      expect(await readError('csv', await contextFor(content.subarray(0, end)))).toMatchObject({
        code: 'source.truncated',
        disposition: 'retryable',
      });
    }
  });

  it('that is damaged is an error that does not pass', async () => {
    const content = archive({ 'a.csv': CSV }, 0);
    content[1000] = (content[1000] ?? 0) ^ 1;
    expect(await readError('csv', await contextFor(content))).toMatchObject({
      code: 'source.damaged',
      disposition: 'fatal',
      message: expect.stringContaining('checksum of "a.csv"') as string,
    });
  });

  it('of more beside the file than anybody needs is not read on', async () => {
    const many = Object.fromEntries(Array.from({ length: 1200 }, (_, index) => [`.${index}`, strToU8('x')]));
    const large = { '.large': Buffer.alloc(70 * 1024 * 1024), 'a.csv': CSV };
    for (const files of [many, large]) {
      expect((await readError('csv', await contextFor(archive(files)))).message).toMatch(/too much beside/);
    }
  });

  it('is read the same however its bytes come', async () => {
    const chunks: Uint8Array[] = [];
    const zip = new Zip((_error, chunk) => chunks.push(chunk));
    const stored = new ZipPassThrough('__MACOSX/x');
    zip.add(stored);
    stored.push(strToU8('note'), true);
    const file = new ZipDeflate('a.csv');
    zip.add(file);
    file.push(CSV.subarray(0, 300), true);
    zip.end();
    // Stored with its size behind it: nothing says where it ends.
    expect((await readError('csv', await contextFor(Buffer.concat(chunks)))).message).toMatch(/method 0/);
  });
});
