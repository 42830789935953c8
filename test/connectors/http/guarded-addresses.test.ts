import { describe, expect, it } from 'vitest';
import { createHttpClient, type HttpClientOptions } from '../../../connectors/http/http-client.ts';
import { readBody } from '../../../connectors/http/read-body.ts';
import { listen, serve } from './serve.ts';

const signal = new AbortController().signal;
const closed = { allowPrivate: [], trustedHosts: [] };

function get(
  url: string,
  options?: HttpClientOptions,
  network = closed as Parameters<typeof createHttpClient>[0],
) {
  return createHttpClient(network, options).request({ method: 'GET', url, signal });
}

describe('requests to addresses that are not public', () => {
  it.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://127.1:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://0177.0.0.1:PORT/',
    'http://0:PORT/',
    'http://①②⑦.⓪.⓪.①:PORT/',
    'http://127。0。0。1:PORT/',
    'http://[::1]:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://[::127.0.0.1]:PORT/',
    'http://[64:ff9b::127.0.0.1]:PORT/',
    'https://127.0.0.1:PORT/',
  ])('%s never reaches the listener', async (form) => {
    const listener = await listen();

    await expect(get(form.replace('PORT', String(listener.port)))).rejects.toMatchObject({
      code: 'http.address_not_allowed',
      disposition: 'fatal',
      message: expect.stringMatching(/^The address of \S+ is not public.*MILLRACE_ALLOW_PRIVATE\.$/),
    });
    expect(listener.connections()).toBe(0);
  });

  it('are refused when only one of the addresses of a name is private', async () => {
    const listener = await listen();
    const resolve = async () => [
      { address: '8.8.8.8', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];

    await expect(get(`http://shop.example:${listener.port}/`, { resolve })).rejects.toMatchObject({
      code: 'http.address_not_allowed',
    });
    expect(listener.connections()).toBe(0);
  });

  it('are refused by the peer that was reached, before a byte is sent to it', async () => {
    const received: Buffer[] = [];
    const listener = await listen((socket) => socket.on('data', (bytes) => received.push(bytes)));
    let reads = 0;
    // Judged as one address, connected to as another: what a resolver between the two could do.
    const lying = {
      family: 4,
      get address() {
        reads += 1;
        return reads === 1 ? '8.8.8.8' : '127.0.0.1';
      },
    };

    await expect(
      get(`http://shop.example:${listener.port}/`, { resolve: async () => [lying] }),
    ).rejects.toMatchObject({ code: 'http.address_not_allowed' });
    expect(listener.connections()).toBe(1);
    expect(received).toEqual([]);
  });

  it('are refused after a redirect from a public server', async () => {
    const secret = await listen();
    const { port } = await serve((_, response) => {
      response.writeHead(302, { location: `${secret.url}/latest/meta-data` }).end();
    });
    const network = { allowPrivate: [], trustedHosts: [`localhost:${port}`] };

    await expect(get(`http://localhost:${port}/`, {}, network)).rejects.toMatchObject({
      code: 'http.address_not_allowed',
    });
    expect(secret.connections()).toBe(0);
  });

  it('pass for a range or a host and port that the operator allows', async () => {
    const { url, port } = await serve((_, response) => response.end('hello'));

    for (const network of [
      { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
      { allowPrivate: [], trustedHosts: [`127.0.0.1:${port}`] },
    ]) {
      const response = await get(url, {}, network);
      expect(String(await readBody(response, 100))).toBe('hello');
    }
    await expect(
      get(url, {}, { allowPrivate: [], trustedHosts: [`localhost:${port}`] }),
    ).rejects.toMatchObject({
      code: 'http.address_not_allowed',
    });
  });

  it('are told apart by the name asked for, not by what it resolves to', async () => {
    const resolve = async () => [{ address: '10.1.2.3', family: 4 }];

    const error = await get('http://inside.example/secret?token=1', { resolve }).catch(
      (reason: Error) => reason,
    );

    expect(String((error as Error).message)).toContain('inside.example');
    expect(String((error as Error).message)).not.toMatch(/10\.1|token/);
  });

  it.each([
    ['ftp://example.com/', 'http.unsupported_scheme'],
    ['file:///etc/passwd', 'http.unsupported_scheme'],
    ['http://user:word@example.com/', 'http.userinfo_not_allowed'],
    ['//nowhere', 'http.invalid_url'],
  ])('%s is refused as %s', async (url, code) => {
    const error = await get(url).catch((reason: Error) => reason);

    expect(error).toMatchObject({ code });
    expect((error as Error).message).not.toContain('word@');
  });
});
