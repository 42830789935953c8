import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../../core/foundation/secret.ts';
import type { Cursor } from '../../../core/records/record-batch.ts';
import { FTP_LOGIN, startFtpServer } from '../support/ftp-server.ts';
import { SMALL_LIMITS } from '../support/parse-bytes.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';
import { SFTP_LOGIN, startSftpServer } from '../support/sftp-server.ts';

const ROWS = Array.from({ length: 40 }, (_, index) => `${index},"a\nb ${'é'.repeat(index)}"\r\n`);
const CSV = `\u{feff}id,"na\nme"\r\n${ROWS.join('')}`;
const LIMITS = { maxRecords: 5000, maxBytes: 2_000_000 };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-files-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Served {
  readonly url: string;
  /** What the server was asked to begin at, of each transfer. */
  readonly starts: () => string[];
}

function basic({ username, password }: { username: string; password: string }) {
  return { type: 'basic', input: { username, password: new Secret(password) } };
}

const SERVERS = [
  {
    scheme: 'ftp',
    login: FTP_LOGIN,
    serve: async (): Promise<Served> => {
      const server = await startFtpServer(folder);
      onTestFinished(() => server.stop());
      const starts = () => server.commands.filter((command) => /^(?:REST|RETR)/.test(command));
      return { url: server.url, starts };
    },
    resumedBy: [/^REST \d+$/, /^RETR /],
  },
  {
    scheme: 'sftp',
    login: SFTP_LOGIN,
    serve: async (): Promise<Served> => {
      const server = await startSftpServer(folder);
      onTestFinished(() => server.stop());
      return {
        url: server.url,
        starts: () => server.requests.filter((request) => request.startsWith('READ')),
      };
    },
    resumedBy: [/^READ [1-9]\d*$/],
  },
] as const;

describe.each(SERVERS)('a file over $scheme', ({ login, serve, resumedBy }) => {
  const authentication = basic(login);

  it('is read whole, whatever its size', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) => `${index},${'x'.repeat(index % 90)}\n`);
    writeFileSync(join(folder, 'large file.csv'), `id,text\n${rows.join('')}`);
    const { url } = await serve();
    const context = contextOf({ url: `${url}/large%20file.csv`, uniqueIDColumn: 'id' }, { authentication });
    const { texts, rejected, batches } = await readSource('csv', { ...context, limits: LIMITS });
    expect(rejected).toEqual([]);
    expect(texts).toHaveLength(60_000);
    expect(texts.at(-1)).toBe(`{"objectID":"59999","id":"59999","text":"${'x'.repeat(59_999 % 90)}"}`);
    expect(batches.at(-1)?.sourceBytesRead).toBe(statSync(join(folder, 'large file.csv')).size);
  });

  it('goes on from every cursor with what would have followed, by asking for the rest alone', async () => {
    writeFileSync(join(folder, 'a.csv'), CSV);
    const { url, starts } = await serve();
    const context = contextOf(
      { url: `${url}/a.csv` },
      { authentication, limits: { maxRecords: 9, maxBytes: 5000 } },
    );
    const whole = await readSource('csv', context);
    expect(whole.batches.length).toBeGreaterThan(4);
    let texts = 0;
    for (const batch of whole.batches.slice(0, -1)) {
      texts += batch.count;
      const before = starts().length;
      const rest = await readSource('csv', context, JSON.parse(JSON.stringify(batch.cursor)) as Cursor);
      expect(rest.texts).toEqual(whole.texts.slice(texts));
      const asked = starts().slice(before);
      for (const resumed of resumedBy) expect(asked.some((start) => resumed.test(start))).toBe(true);
    }
  });

  it('that changed starts over, by its size or by its time', async () => {
    writeFileSync(join(folder, 'a.csv'), CSV);
    const { url } = await serve();
    const context = contextOf({ url: `${url}/a.csv` }, { authentication, limits: SMALL_LIMITS });
    const { batches } = await readSource('csv', context);
    const changed = { code: 'source.changed', disposition: 'retryable' };
    utimesSync(join(folder, 'a.csv'), 1_700_000_000, 1_700_000_000);
    expect(await readError('csv', context, batches[2]?.cursor)).toMatchObject(changed);
    writeFileSync(join(folder, 'a.csv'), CSV.replace('0,', '99,'));
    expect(await readError('csv', context, batches[2]?.cursor)).toMatchObject(changed);
  });

  it('that is compressed is known by its first bytes, and read again to go on', async () => {
    writeFileSync(join(folder, 'a.csv.gz'), gzipSync(CSV));
    const { url } = await serve();
    const context = contextOf({ url: `${url}/a.csv.gz` }, { authentication, limits: SMALL_LIMITS });
    const whole = await readSource('csv', context);
    expect(whole.texts).toHaveLength(40);
    const rest = await readSource('csv', context, whole.batches[3]?.cursor);
    expect(rest.texts).toEqual(whole.texts.slice(12));
  });

  it('that is not there, or a wrong password, says what to check', async () => {
    const { url } = await serve();
    const missing = contextOf({ url: `${url}/missing.csv` }, { authentication });
    expect(await readError('csv', missing)).toMatchObject({
      code: 'source.not_found',
      disposition: 'fatal',
      message: expect.stringContaining('Check the URL') as string,
    });
    const wrong = basic({ ...login, password: 'canary-wrong' });
    for (const given of [wrong, undefined]) {
      const context = contextOf(
        { url: `${url}/a.csv` },
        given === undefined ? {} : { authentication: given },
      );
      const error = await readError('csv', context);
      expect(error).toMatchObject({
        code: 'source.access_denied',
        disposition: 'fatal',
        message: expect.stringMatching(
          given === undefined ? /of type basic/ : /Check the user name/,
        ) as string,
      });
      expect(error.message).not.toContain('canary');
    }
  });

  it('of a path with a line break in it is not asked for', async () => {
    const { url, starts } = await serve();
    const context = contextOf({ url: `${url}/a%0d%0aDELE%20a.csv` }, { authentication });
    expect(await readError('csv', context)).toMatchObject({ code: 'http.invalid_url' });
    expect(starts()).toEqual([]);
  });
});
