import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createHttpClient } from '../../../connectors/http/http-client.ts';
import { readBody } from '../../../connectors/http/read-body.ts';
import { listen, serve } from './serve.ts';

const network = { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] };
const signal = new AbortController().signal;

describe('the HTTP client', () => {
  it('passes bytes on as they are, undecoded', async () => {
    const bytes = randomBytes(200_000);
    const { url } = await serve((_, response) => {
      response.writeHead(206, { 'content-encoding': 'gzip', etag: '"a"' }).end(bytes);
    });

    const response = await createHttpClient(network).request({ method: 'GET', url, signal });

    expect(response.statusCode).toBe(206);
    expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', etag: '"a"' });
    expect((await readBody(response, 1_000_000)).equals(bytes)).toBe(true);
  });

  it('does not pass a body for whole whose sender promised fewer bytes than it sent', async () => {
    const { url } = await listen((socket) =>
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\na\n1\n2\n3\n4\n')),
    );

    const response = await createHttpClient(network).request({ method: 'GET', url, signal });

    await expect(readBody(response, 1000)).rejects.toMatchObject({ code: 'http.invalid_response' });
  });

  it('sends bodies whole and keeps the connection for the next request', async () => {
    const ports = new Set<number | undefined>();
    const { url } = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      request.pipe(response);
    });
    const client = createHttpClient(network);
    const body = randomBytes(3_000_000);

    for (let round = 0; round < 3; round += 1) {
      const response = await client.request({ method: 'POST', url, body, signal });
      expect((await readBody(response, 4_000_000)).equals(body)).toBe(true);
    }

    expect(ports.size).toBe(1);
  });

  it('follows redirects and keeps credentials within the origin', async () => {
    const seen: unknown[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers);
      response.end('there');
    });
    const { url } = await serve((request, response) => {
      seen.push(request.headers);
      const location = request.url === '/a' ? '/b' : `${other.url}/c`;
      response.writeHead(302, { location }).end();
    });

    const response = await createHttpClient(network).request({
      method: 'GET',
      url: `${url}/a`,
      headers: {
        Authorization: 'Basic c2VjcmV0',
        'X-Shop-Token': 'secret',
        Cookie: 'secret',
        Range: 'bytes=1-',
      },
      signal,
    });

    expect(response.url).toBe(`${other.url}/c`);
    expect(seen[1]).toMatchObject({ authorization: 'Basic c2VjcmV0', 'x-shop-token': 'secret' });
    expect(JSON.stringify(seen[2])).not.toMatch(/secret|c2VjcmV0/);
    expect(seen[2]).toMatchObject({ range: 'bytes=1-' });
    response.body.destroy();
  });

  it('repeats a POST after 307 and turns it into a GET after 303', async () => {
    const seen: string[] = [];
    const { url } = await serve(async (request, response) => {
      const body = (await request.toArray()).join('');
      seen.push(`${request.method} ${request.url} ${body}`);
      if (request.url === '/end') response.end();
      else response.writeHead(Number(request.url?.slice(1)), { location: '/end' }).end();
    });
    const client = createHttpClient(network);

    for (const status of [307, 303]) {
      await client.request({ method: 'POST', url: `${url}/${status}`, body: 'query', signal });
    }

    expect(seen).toEqual(['POST /307 query', 'POST /end query', 'POST /303 query', 'GET /end ']);
  });

  it('gives up after five redirects, and at the first one when told to', async () => {
    let requests = 0;
    const { url } = await serve((_, response) => {
      requests += 1;
      response.writeHead(301, { location: `/${requests}` }).end();
    });
    const client = createHttpClient(network);

    const expected = { code: 'http.too_many_redirects', disposition: 'fatal' };
    await expect(client.request({ method: 'GET', url, signal })).rejects.toMatchObject(expected);
    expect(requests).toBe(6);
    await expect(client.request({ method: 'GET', url, signal, maxRedirects: 0 })).rejects.toMatchObject(
      expected,
    );
    expect(requests).toBe(7);
  });

  it.each(['ftp://example.com/', 'http://user:word@127.0.0.1/', 'http://['])(
    'does not follow to %s',
    async (location) => {
      const { url } = await serve((_, response) => response.writeHead(302, { location }).end());

      await expect(createHttpClient(network).request({ method: 'GET', url, signal })).rejects.toMatchObject({
        code: 'http.invalid_redirect',
      });
    },
  );

  it('says that nobody listens', async () => {
    const request = createHttpClient(network).request({
      method: 'GET',
      url: 'http://127.0.0.1:1/a?key=canary',
      signal,
    });

    const error = await request.catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'http.connection_refused', disposition: 'retryable' });
    expect((error as Error).message).toBe('http://127.0.0.1:1/a refused the connection.');
  });

  it('says when what answers does not speak HTTP', async () => {
    const { url } = await listen((socket) => socket.end('220 mail.example ESMTP\r\n'));

    await expect(createHttpClient(network).request({ method: 'GET', url, signal })).rejects.toMatchObject({
      code: 'http.invalid_response',
      disposition: 'fatal',
    });
  });
});

describe('a peer that falls silent', () => {
  const quick = { headersMilliseconds: 100, idleMilliseconds: 100 };

  it('before its headers ends in a timeout', async () => {
    const { url } = await serve(() => {});

    await expect(
      createHttpClient(network, { timeouts: quick }).request({ method: 'GET', url, signal }),
    ).rejects.toMatchObject({
      code: 'http.timeout',
      disposition: 'retryable',
    });
  });

  it('within its body fails the body', async () => {
    const { url } = await serve((_, response) => response.write('half'));
    const response = await createHttpClient(network, { timeouts: quick }).request({
      method: 'GET',
      url,
      signal,
    });

    await expect(readBody(response, 100)).rejects.toMatchObject({ code: 'http.timeout' });
  });

  it('while it takes a request fails the request', async () => {
    const { url } = await listen((socket) => socket.pause());
    const client = createHttpClient(network, { timeouts: quick });

    await expect(
      client.request({ method: 'POST', url, body: Buffer.alloc(30_000_000), signal }),
    ).rejects.toMatchObject({ code: 'http.timeout' });
  });

  it('while TLS is set up ends in a timeout', async () => {
    const { port } = await listen();
    const client = createHttpClient(network, { timeouts: { connectMilliseconds: 100 } });

    await expect(
      client.request({ method: 'GET', url: `https://127.0.0.1:${port}/`, signal }),
    ).rejects.toMatchObject({ code: 'http.timeout' });
  });

  it('is not confused with a reader that is slow', async () => {
    const bytes = randomBytes(2_000_000);
    const { url } = await serve((_, response) => response.end(bytes));
    const response = await createHttpClient(network, { timeouts: quick }).request({
      method: 'GET',
      url,
      signal,
    });

    await delay(350);

    expect((await readBody(response, 3_000_000)).equals(bytes)).toBe(true);
  });
});

describe('a body that ends early', () => {
  it.each([
    ['shorter than announced', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf'],
    ['cut within a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n64\r\nhalf'],
    ['cut before the last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\n'],
  ])('%s fails with its reason', async (_, answer) => {
    const { url } = await listen((socket) => socket.end(answer));
    const response = await createHttpClient(network).request({ method: 'GET', url, signal });

    await expect(readBody(response, 1000)).rejects.toMatchObject({
      name: 'HttpRequestError',
      code: 'http.connection_lost',
      disposition: 'retryable',
    });
  });

  it('larger than the reader wants fails and is not read on', async () => {
    const { url } = await serve((_, response) => response.end(Buffer.alloc(1_000_000)));
    const response = await createHttpClient(network).request({ method: 'GET', url, signal });

    await expect(readBody(response, 1000)).rejects.toMatchObject({ code: 'http.response_too_large' });
    expect(response.body.destroyed).toBe(true);
  });
});

describe('aborting', () => {
  it('before the answer rejects with the reason', async () => {
    const { url } = await serve(() => {});
    const controller = new AbortController();
    const request = createHttpClient(network).request({ method: 'GET', url, signal: controller.signal });
    const reason = new Error('cancelled by a test');

    setTimeout(() => controller.abort(reason), 20);

    await expect(request).rejects.toBe(reason);
  });

  it('while the name is looked up rejects at once', async () => {
    const controller = new AbortController();
    const client = createHttpClient(network, { resolve: () => new Promise(() => {}) });
    const request = client.request({ method: 'GET', url: 'http://slow.example/', signal: controller.signal });
    const startedAt = performance.now();

    setTimeout(() => controller.abort(new Error('cancelled')), 20);

    await expect(request).rejects.toThrow('cancelled');
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('within the body fails it with the reason and closes the connection', async () => {
    let closed = false;
    const { url } = await serve((request, response) => {
      request.socket.once('close', () => {
        closed = true;
      });
      response.write('half');
    });
    const controller = new AbortController();
    const response = await createHttpClient(network).request({
      method: 'GET',
      url,
      signal: controller.signal,
    });

    setTimeout(() => controller.abort(new Error('cancelled')), 20);

    await expect(readBody(response, 100)).rejects.toThrow('cancelled');
    await expect.poll(() => closed).toBe(true);
  });
});
