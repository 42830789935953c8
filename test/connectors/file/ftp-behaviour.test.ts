import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openFtpFile } from '../../../connectors/http/open-ftp-file.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { listen } from '../http/serve.ts';
import { FTP_LOGIN, startFtpServer } from '../support/ftp-server.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';
import { startScriptedFtp } from '../support/scripted-ftp.ts';
import { DEFAULT_TIMEOUTS } from '../../../connectors/http/http-timeouts.ts';

const CSV = `id,text\n${Array.from({ length: 2000 }, (_, index) => `${index},${'x'.repeat(50)}\n`).join('')}`;
const quick = { timeouts: { connectMilliseconds: 300, idleMilliseconds: 300 } };
const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');

describe('a file over ftp', () => {
  it('comes from the address of the control connection, whatever the server says', async () => {
    const secret = await listen();
    const elsewhere = `227 there (127,0,0,9,${secret.port >> 8},${secret.port & 255})`;
    const server = await startScriptedFtp({ answers: { EPSV: '502 unknown', PASV: elsewhere } });
    // Its port is tried on the server itself, where the listener is another's: nothing is sent to it, and nothing read.
    const error = await readError('csv', contextOf({ url: server.url }, quick));
    expect(error.code).toMatch(/^http\.(?:timeout|connection_)/);
    expect(server.dataConnections()).toBe(0);
  });

  it('is read by PASV where the server knows nothing newer, and named the wrong address', async () => {
    const server = await startScriptedFtp({
      answers: { EPSV: '502 unknown' },
      send: (data, say) => data.end(CSV, () => say('226 done')),
    });
    expect((await readSource('csv', contextOf({ url: server.url }))).texts).toHaveLength(2000);
    expect(server.commands.some((command) => command === 'PASS anonymous@')).toBe(true);
  });

  it('of a server that cannot begin in the middle is read again to go on', async () => {
    const answers = {
      SIZE: `213 ${Buffer.byteLength(CSV)}`,
      MDTM: '213 20260101000000',
      REST: '502 unknown',
    };
    const server = await startScriptedFtp({
      answers,
      send: (data, say) => data.end(CSV, () => say('226 done')),
    });
    const context = contextOf({ url: server.url }, { limits: { maxRecords: 500, maxBytes: 1_000_000 } });
    const whole = await readSource('csv', context);
    const rest = await readSource('csv', context, whole.batches[1]?.cursor);
    expect(rest.texts).toEqual(whole.texts.slice(1000));
    expect(server.commands.some((command) => command.startsWith('REST'))).toBe(true);
  });

  it.each([
    ['is cut, and the server says so', '426 cut', 'source.truncated|source.server_error'],
    ['is cut, and the server says that all was sent', '226 done', 'csv.unclosed_quote'],
  ])('that %s is not taken for the whole', async (_, last, codes) => {
    const content = `${CSV}9,"unfinished`;
    const server = await startScriptedFtp({
      send: (data, say) => data.end(content, () => say(last)),
    });
    expect((await readError('csv', contextOf({ url: server.url }))).code).toMatch(
      new RegExp(`^(?:${codes})$`),
    );
  });

  it('of which fewer bytes come than the server said is not taken for the whole', async () => {
    const server = await startScriptedFtp({
      answers: { SIZE: `213 ${Buffer.byteLength(CSV) + 1}` },
      send: (data, say) => data.end(CSV, () => say('226 done')),
    });
    expect(await readError('csv', contextOf({ url: server.url }))).toMatchObject({
      code: 'source.truncated',
      disposition: 'retryable',
    });
  });

  it.each([
    ['greets nobody', { answers: { '': null } }, 'http.timeout'],
    ['does not answer a login', { answers: { PASS: null } }, 'http.timeout'],
    [
      'falls silent in the middle',
      { send: (data: { write: (text: string) => void }) => data.write(CSV) },
      'http.timeout',
    ],
    ['speaks another protocol', { answers: { '': 'HTTP/1.1 400 Bad Request' } }, 'http.timeout'],
    ['talks without an end', { answers: { '': `220-${'x'.repeat(100_000)}` } }, 'http.invalid_response'],
    ['is too busy', { answers: { USER: '421 too many users' } }, 'source.server_error'],
    ['refuses the login', { answers: { PASS: '530 pass word canary' } }, 'source.access_denied'],
    ['opens no port', { answers: { EPSV: '229 (|||99999|)', PASV: '227 nowhere' } }, 'http.'],
  ])('of a server that %s is an error', async (_, script, code) => {
    const server = await startScriptedFtp(script as Parameters<typeof startScriptedFtp>[0]);
    const error = await readError('csv', contextOf({ url: server.url }, quick));
    expect(error.code.startsWith(code)).toBe(true);
    expect(error.message).not.toContain('canary');
    expect(error.message).toContain('ftp://127.0.0.1');
  });

  it('stops its transfer as soon as the run is stopped', async () => {
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    const server = await startScriptedFtp({
      send: (data) => {
        data.on('close', () => closed.resolve());
        data.write(CSV, () => controller.abort(new Error('stopped by the test')));
      },
    });
    const reading = readSource('csv', contextOf({ url: server.url }), undefined, controller.signal);
    await expect(reading).rejects.toThrow('stopped by the test');
    await closed.promise;
  });
});

describe('a file over ftps', () => {
  const tls = { key: fixture('loopback-key.pem'), cert: fixture('loopback-cert.pem') };

  async function start(scheme: 'ftp' | 'ftps') {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-ftps-'));
    writeFileSync(join(folder, 'a.csv'), CSV);
    const server = await startFtpServer(folder, { scheme, tls });
    onTestFinished(async () => {
      await server.stop();
      rmSync(folder, { recursive: true });
    });
    return server;
  }

  function trustFixture(): void {
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, tls.cert]);
    onTestFinished(() => setDefaultCACertificates(before));
  }

  const authentication = {
    type: 'basic',
    input: { username: FTP_LOGIN.username, password: new Secret(FTP_LOGIN.password) },
  };

  it('is encrypted from the first byte on', async () => {
    trustFixture();
    const { url } = await start('ftps');
    const { texts } = await readSource('csv', contextOf({ url: `${url}/a.csv` }, { authentication }));
    expect(texts).toHaveLength(2000);
  });

  it('is encrypted on request on the port of plain FTP', async () => {
    trustFixture();
    const server = await start('ftp');
    const { network } = contextOf({});
    const file = await openFtpFile(
      {
        url: new URL(`ftps://127.0.0.1:${server.port}/a.csv`),
        credentials: { username: FTP_LOGIN.username, password: new Secret(FTP_LOGIN.password) },
        network,
        timeouts: DEFAULT_TIMEOUTS,
        signal: new AbortController().signal,
      },
      'explicit',
    );
    const body = await file.read(0);
    expect((await body?.toArray())?.join('')).toBe(CSV);
    file.close();
  });

  it('of a server that nobody vouches for is not asked for, and no password is sent', async () => {
    const server = await start('ftps');
    const context = contextOf({ url: `${server.url}/a.csv` }, { authentication });
    expect(await readError('csv', context)).toMatchObject({ code: 'http.tls', disposition: 'fatal' });
    expect(server.commands).toEqual([]);
  });
});
