import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { detectCharset, toUTF8 } from '../../../connectors/sources/file/charset.ts';
import { SMALL_LIMITS } from '../support/parse-bytes.ts';
import { serveFile } from '../support/file-server.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';

const ROWS = Array.from({ length: 30 }, (_, index) => `${index},"Größe ${'é'.repeat(index)}\n"\r\n`);
const TEXT = `id,name\r\n${ROWS.join('')}`;
const little = (text: string) => Buffer.from(text, 'utf16le');
const big = (text: string) => little(text).swap16();

const FILES = [
  ['UTF-16, low bytes first, by its mark', little(`\u{feff}${TEXT}😀,"x"\n`), undefined],
  ['UTF-16, high bytes first, by its mark', big(`\u{feff}${TEXT}😀,"x"\n`), undefined],
  ['UTF-16 as declared', little(TEXT), 'text/csv; charset=UTF-16LE'],
  ['UTF-16BE as declared', big(TEXT), 'text/csv;charset="utf-16be"'],
  ['Latin-1 as declared', Buffer.from(TEXT, 'latin1'), 'text/csv; charset=ISO-8859-1'],
  [
    'UTF-8, whatever is declared, by its mark',
    Buffer.from(`\u{feff}${TEXT}`),
    'text/csv; charset=iso-8859-1',
  ],
] as const;

describe('a text', () => {
  it.each(FILES)('in %s is read, and goes on from every cursor', async (_, content, type) => {
    const { url } = await serveFile({ content, ...(type ? { headers: { 'content-type': type } } : {}) });
    const context = contextOf({ url, uniqueIDColumn: 'id' }, { limits: SMALL_LIMITS });
    const whole = await readSource('csv', context);
    expect(whole.rejected).toEqual([]);
    expect(JSON.parse(whole.texts[29] ?? '')).toEqual({
      objectID: '29',
      id: '29',
      name: `Größe ${'é'.repeat(29)}\n`,
    });
    let done = 0;
    for (const { cursor, count } of whole.batches) {
      done += count;
      expect((await readSource('csv', context, cursor)).texts).toEqual(whole.texts.slice(done));
    }
  });

  it('in windows-1252, which servers call ISO-8859-1, has its euro sign', async () => {
    const content = Buffer.concat([Buffer.from('id,price\n1,'), Buffer.from([0x80]), Buffer.from('5\n')]);
    for (const charset of ['iso-8859-1', 'latin1', 'windows-1252']) {
      const headers = { 'content-type': `text/csv; charset=${charset}` };
      const { url } = await serveFile({ content, headers });
      expect((await readSource('csv', contextOf({ url }))).texts[0]).toContain('"price":"€5"');
    }
  });

  it('in UTF-16 within gzip is JSON too', async () => {
    const { url } = await serveFile({ content: gzipSync(big('\u{feff}[{"id":"é"}]')) });
    expect((await readSource('json', contextOf({ url, uniqueIDColumn: 'id' }))).texts).toEqual([
      '{"objectID":"é","id":"é"}',
    ]);
  });

  it('cut anywhere between chunks is the same text', async () => {
    const text = 'a,😀é\n€';
    for (const [charset, bytes] of [
      ['utf-16le', little(text)],
      ['utf-16be', big(text)],
    ] as const) {
      for (let cut = 0; cut <= bytes.length; cut += 1) {
        const chunks = (async function* cutOnce() {
          yield bytes.subarray(0, cut);
          yield bytes.subarray(cut);
        })();
        const pieces: Buffer[] = [];
        for await (const piece of toUTF8(chunks, charset)) pieces.push(piece);
        expect(Buffer.concat(pieces).toString()).toBe(text);
      }
    }
  });

  it('that is not what it is declared to be ends the run', async () => {
    for (const content of [
      little('a,b\n1,\ud800x\n'),
      Buffer.concat([little('a\n1'), Buffer.from([0x0a])]),
    ]) {
      const { url } = await serveFile({ content, headers: { 'content-type': 'text/csv; charset=utf-16' } });
      expect(await readError('csv', contextOf({ url }))).toMatchObject({
        code: 'source.invalid_text',
        disposition: 'fatal',
        message: expect.stringMatching(/not valid UTF-16LE near byte \d+/) as string,
      });
    }
  });

  it('in what nobody knows says what can be read', async () => {
    const { url } = await serveFile({
      content: Buffer.from('a\n'),
      headers: { 'content-type': 'text/csv; charset=klingon' },
    });
    expect(await readError('csv', contextOf({ url }))).toMatchObject({
      code: 'source.unsupported_charset',
      message: expect.stringContaining('"klingon"') as string,
    });
  });

  it('of ASCII, or with nothing declared, is left as it is', () => {
    for (const type of [
      undefined,
      'text/csv',
      'text/csv; charset=utf-8',
      'text/plain; charset=US-ASCII',
      'text/csv; charset=binary',
    ]) {
      expect(detectCharset(type, Buffer.from('a'))).toBeUndefined();
    }
  });
});
