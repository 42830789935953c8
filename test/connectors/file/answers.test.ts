import { describe, expect, it } from 'vitest';
import { Secret } from '../../../core/foundation/secret.ts';
import { serveFile, startServer } from '../support/file-server.ts';
import { contextOf, readError, readSource } from '../support/read-source.ts';

describe('a file over http', () => {
  it.each([
    [
      404,
      'source.not_found',
      'fatal',
      /^GET http:\/\/127\.0\.0\.1:\d+\/file answered 404: there is no file at this address\. Check the URL/,
    ],
    [410, 'source.not_found', 'fatal', /no file at this address/],
    [401, 'source.access_denied', 'fatal', /The source has no authentication: give it one of type basic/],
    [403, 'source.access_denied', 'fatal', /access was refused/],
    [405, 'source.unexpected_status', 'fatal', /check the method of the source/],
    [204, 'source.unexpected_status', 'fatal', /expected with status 200/],
    [206, 'source.unexpected_status', 'fatal', /only a part of the file came/],
    [429, 'source.rate_limited', 'retryable', /wants fewer requests\. It asks to wait 7 s\./],
    [500, 'source.server_error', 'retryable', /has a problem of its own/],
    [503, 'source.server_error', 'retryable', /answered 503/],
  ])(
    'answered with %i is an error that says what to check (%s)',
    async (status, code, disposition, message) => {
      const { url } = await startServer((_, response) =>
        response.writeHead(status, { 'retry-after': '7' }).end(),
      );
      const error = await readError('csv', contextOf({ url }));
      expect(error).toMatchObject({ code, disposition, message: expect.stringMatching(message) as string });
      expect(error.message).not.toContain('secret');
    },
  );

  it('that is an HTML page is refused, by its type or by its beginning', async () => {
    const typed = await serveFile({
      content: Buffer.from('a,b\n'),
      headers: { 'content-type': 'text/html; charset=utf-8' },
    });
    expect(await readError('csv', contextOf({ url: typed.url }))).toMatchObject({
      code: 'source.html',
      disposition: 'fatal',
      message: expect.stringMatching(/^The answer is an HTML page instead of CSV\./) as string,
    });
    for (const page of ['<!DOCTYPE html><p>', '\n <HTML lang="en">', '\u{feff}<!doctype html>']) {
      const server = await serveFile({ content: Buffer.from(page) });
      expect(await readError('json', contextOf({ url: server.url }))).toMatchObject({ code: 'source.html' });
    }
  });

  it('on a host that refuses connections can be tried again', async () => {
    expect(await readError('csv', contextOf({ url: 'http://127.0.0.1:9/x.csv' }))).toMatchObject({
      code: 'http.connection_refused',
      disposition: 'retryable',
    });
  });

  it('at an address that is not public is refused', async () => {
    const { url, requests } = await serveFile({ content: Buffer.from('a\n1\n') });
    const network = { allowPrivate: [], trustedHosts: [] };
    expect(await readError('csv', contextOf({ url }, { network }))).toMatchObject({
      code: 'http.address_not_allowed',
      disposition: 'fatal',
    });
    expect(requests).toEqual([]);
  });

  it('is asked for with the method and the basic authentication of the source', async () => {
    const { url, requests } = await serveFile({ content: Buffer.from('a\n1\n') });
    const authentication = { type: 'basic', input: { username: 'ann', password: new Secret('pässword:') } };
    await readSource('csv', contextOf({ url, method: 'POST' }, { authentication }));
    expect(requests[0]?.method).toBe('POST');
    const [scheme, credentials] = requests[0]?.headers.authorization?.split(' ') ?? [];
    expect(scheme).toBe('Basic');
    expect(Buffer.from(credentials ?? '', 'base64').toString()).toBe('ann:pässword:');
  });

  it('is not asked for with an authentication that it cannot have', async () => {
    const { url, requests } = await serveFile({ content: Buffer.from('a\n1\n') });
    const authentication = { type: 'oauth', input: { client_secret: new Secret('canary') } };
    expect(await readError('csv', contextOf({ url }, { authentication }))).toEqual({
      code: 'source.authentication_type',
      disposition: 'fatal',
      message: 'A CSV source takes an authentication of type basic, not of type oauth.',
    });
    expect(requests).toEqual([]);
  });

  it('cut on the way is never taken for the whole', async () => {
    const content = Buffer.from(`a\n${`${'1'.repeat(99)}\n`.repeat(1000)}`);
    const cutting = await startServer((_, response) => {
      response.writeHead(200, { 'content-length': content.length + 10 }).write(content);
      setTimeout(() => response.destroy(), 50);
    });
    expect(await readError('csv', contextOf({ url: cutting.url }))).toMatchObject({
      code: 'source.truncated',
      disposition: 'retryable',
      message: expect.stringMatching(
        /\/file sent \d+ bytes of the 100012 that its Content-Length promised/,
      ) as string,
    });
    const chunked = await startServer((_, response) => {
      response.writeHead(200).write(content);
      setTimeout(() => response.destroy(), 50);
    });
    expect(await readError('csv', contextOf({ url: chunked.url }))).toMatchObject({
      code: 'source.truncated',
    });
  });

  it('stops its transfer as soon as the run is stopped', async () => {
    const closed = Promise.withResolvers<void>();
    const controller = new AbortController();
    const { url } = await startServer((_, response) => {
      response.on('close', closed.resolve);
      response.writeHead(200).write('a\n1\n', () => controller.abort(new Error('stopped by the test')));
    });
    const reading = readSource('csv', contextOf({ url }), undefined, controller.signal);
    await expect(reading).rejects.toThrow('stopped by the test');
    await closed.promise;
  });
});
