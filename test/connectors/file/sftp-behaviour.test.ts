import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../../core/foundation/secret.ts';
import { listen } from '../http/serve.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';
import { SFTP_LOGIN, startSftpServer, type SftpBehaviour } from '../support/sftp-server.ts';

const CSV = `id,text\n${Array.from({ length: 20_000 }, (_, index) => `${index},${'x'.repeat(50)}\n`).join('')}`;
const authentication = {
  type: 'basic',
  input: { username: SFTP_LOGIN.username, password: new Secret(SFTP_LOGIN.password) },
};

async function start(behaviour: SftpBehaviour = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-sftp-'));
  writeFileSync(join(folder, 'a.csv'), CSV);
  writeFileSync(join(folder, 'locked.csv'), CSV);
  mkdirSync(join(folder, 'folder'));
  const server = await startSftpServer(folder, behaviour);
  onTestFinished(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });
  return server;
}

const context = (url: string, more: Parameters<typeof contextOf>[1] = {}) =>
  contextOf({ url, uniqueIDColumn: 'id' }, { authentication, ...more });

describe('a file over sftp', () => {
  it.each([
    ['whose server gives few bytes at a time', { maxReadBytes: 1000 }],
    ['whose server asks for the password in a dialogue', { dialogue: true }],
  ])('%s is read whole', async (_, behaviour) => {
    const { url } = await start(behaviour);
    const { texts } = await readSource('csv', context(`${url}/a.csv`));
    expect(texts).toHaveLength(20_000);
  });

  it('is read when the server has the key that the URL names', async () => {
    const { url, fingerprint } = await start();
    for (const given of [fingerprint, encodeURIComponent(fingerprint)]) {
      const { texts } = await readSource('csv', context(`${url}/a.csv?fingerprint=${given}`));
      expect(texts).toHaveLength(20_000);
    }
  });

  it('of a server with another key is not asked for, and no password is sent', async () => {
    const { url, fingerprint, logins } = await start();
    const other = `SHA256:${'A'.repeat(43)}`;
    const error = await readError('csv', context(`${url}/a.csv?fingerprint=${other}`));
    expect(error).toMatchObject({ code: 'source.host_key', disposition: 'fatal' });
    expect(error.message).toContain(fingerprint);
    expect(logins).toEqual([]);
  });

  it.each(['?fingerprint=abc', '?other=1', '?fingerprint=%E9'])(
    'with %s after its path is refused',
    async (search) => {
      const { url, logins } = await start();
      expect(await readError('csv', context(`${url}/a.csv${search}`))).toMatchObject({
        code: 'http.invalid_url',
      });
      expect(logins).toEqual([]);
    },
  );

  it('has a path from the root, or from the folder of the login', async () => {
    const { url, requests } = await start();
    await readSource('csv', context(`${url}/a.csv`));
    await readSource('csv', context(`${url}/~/a.csv`));
    expect(requests.filter((request) => request.startsWith('OPEN'))).toEqual(['OPEN /a.csv', 'OPEN a.csv']);
  });

  it.each([
    ['may not be read', '/locked.csv', 'source.access_denied', /may not read this file/],
    ['is a folder', '/folder', 'source.not_found', /is not a file/],
  ])('that %s says so', async (_, path, code, message) => {
    const { url } = await start();
    const error = await readError('csv', context(url + path));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  it('cut on the way may come whole the next time', async () => {
    const { url } = await start({ cutAt: 300_000 });
    expect(await readError('csv', context(`${url}/a.csv`))).toMatchObject({
      code: 'source.truncated',
      disposition: 'retryable',
    });
  });

  it('of a server that falls silent is given up', async () => {
    const { url } = await start({ silentAt: 300_000 });
    const patience = { timeouts: { idleMilliseconds: 1500 } };
    expect(await readError('csv', context(`${url}/a.csv`, patience))).toMatchObject({
      code: 'http.timeout',
      disposition: 'retryable',
    });
  });

  it('of what does not speak SSH is an error', async () => {
    for (const greeting of ['220 mail.example ESMTP\r\n', 'HTTP/1.1 200 OK\r\n\r\n']) {
      const { port } = await listen((socket) => socket.end(greeting));
      const error = await readError('csv', context(`sftp://127.0.0.1:${port}/a.csv`));
      expect(error.code).toMatch(/^http\.(?:invalid_response|connection_lost)$/);
    }
    const { port } = await listen((socket) => {
      const send = () => void (socket.write('x'.repeat(65_536)) && setImmediate(send));
      socket.on('drain', send);
      send();
    });
    expect((await readError('csv', context(`sftp://127.0.0.1:${port}/a.csv`))).code).toMatch(/^http\./);
  });

  it('stops its requests as soon as the run is stopped', async () => {
    const { url, requests } = await start({ silentAt: 300_000 });
    const controller = new AbortController();
    const reading = readSource('csv', context(`${url}/a.csv`), undefined, controller.signal);
    setTimeout(() => controller.abort(new Error('stopped by the test')), 700);
    await expect(reading).rejects.toThrow('stopped by the test');
    const before = requests.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(requests.length).toBe(before);
  });
});
