import { describe, expect, it } from 'vitest';
import { openFtpFile } from '../../../connectors/http/open-ftp-file.ts';
import { openSftpFile } from '../../../connectors/http/open-sftp-file.ts';
import { createHttpClient } from '../../../connectors/http/http-client.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import { listen, serve } from '../http/serve.ts';
import { contextOf, readError } from '../support/read-source.ts';
import { DEFAULT_TIMEOUTS } from '../../../connectors/http/http-timeouts.ts';

const signal = new AbortController().signal;
const closed = { allowPrivate: [], trustedHosts: [] };
const authentication = {
  type: 'basic',
  input: { username: 'shop', password: new Secret('canary-password') },
};
const SCHEMES = ['http', 'https', 'ftp', 'ftps', 'sftp'];
/** Ways to write loopback, and addresses that lead to it or to a cloud's own services through others. */
const FORMS = [
  '127.0.0.1',
  'localhost',
  '127.1',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '0',
  '%31%32%37.0.0.1',
  '①②⑦.⓪.⓪.①',
  '127。0。0。1',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::127.0.0.1]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b::169.254.169.254]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '169.254.169.254',
  '168.63.129.16',
];
const cases = SCHEMES.flatMap((scheme) => FORMS.map((form) => ({ scheme, form })));

describe('a source at a private address', () => {
  it.each(cases)('written $scheme://$form is never connected to', async ({ scheme, form }) => {
    const listener = await listen();
    const url = `${scheme}://${form}:${listener.port}/a.csv`;
    const error = await readError('csv', contextOf({ url }, { authentication, network: closed }));
    expect(listener.connections()).toBe(0);
    expect(error).toMatchObject({ code: 'http.address_not_allowed', disposition: 'fatal' });
    expect(error.message).toMatch(/^The address of \S+ is not public.*MILLRACE_ALLOW_PRIVATE\.$/);
  });

  it.each(SCHEMES)('over %s is told of in the same words, whatever lies there', async (scheme) => {
    const open = await listen((socket) => socket.end('220 here is a secret\r\n'));
    const web = await serve((_, response) => response.end('secret'));
    const messages = new Set<string>();
    for (const port of [open.port, web.port, 1]) {
      const url = `${scheme}://127.0.0.1:${port}/a.csv`;
      messages.add((await readError('csv', contextOf({ url }, { authentication, network: closed }))).message);
    }
    expect(messages.size).toBe(1);
  });

  it.each([
    ['ftp', openFtpFile],
    ['ftps', openFtpFile],
    ['sftp', openSftpFile],
  ])('behind a name is never connected to over %s', async (scheme, open) => {
    const listener = await listen();
    const access = (addresses: readonly { address: string; family: number }[]) => ({
      url: new URL(`${scheme}://files.example:${listener.port}/a.csv`),
      credentials: { username: 'shop', password: new Secret('canary-password') },
      network: closed,
      timeouts: DEFAULT_TIMEOUTS,
      signal,
      resolve: async () => addresses,
    });
    for (const address of ['127.0.0.1', '10.1.2.3', '::ffff:127.0.0.1', '64:ff9b::7f00:1', 'fd00::1']) {
      const family = address.includes(':') ? 6 : 4;
      const both = [
        { address: '8.8.8.8', family: 4 },
        { address, family },
      ];
      for (const addresses of [both, both.slice(1)]) {
        await expect(open(access(addresses))).rejects.toMatchObject({ code: 'http.address_not_allowed' });
      }
    }
    expect(listener.connections()).toBe(0);
  });

  it.each([
    ['ftp', openFtpFile],
    ['sftp', openSftpFile],
  ])('that a resolver passed off as public hears no word over %s', async (scheme, open) => {
    const received: Buffer[] = [];
    const listener = await listen((socket) => socket.on('data', (bytes) => received.push(bytes)));
    let reads = 0;
    const lying = {
      family: 4,
      get address() {
        reads += 1;
        return reads === 1 ? '8.8.8.8' : '127.0.0.1';
      },
    };
    const access = {
      url: new URL(`${scheme}://files.example:${listener.port}/a.csv`),
      credentials: { username: 'shop', password: new Secret('canary-password') },
      network: closed,
      timeouts: DEFAULT_TIMEOUTS,
      signal,
      resolve: async () => [lying],
    };
    await expect(open(access)).rejects.toMatchObject({ code: 'http.address_not_allowed' });
    expect(received).toEqual([]);
  });

  it.each(['http', 'ftp', 'sftp'])('is not reached by a redirect to %s', async (scheme) => {
    const secret = await listen();
    const { port } = await serve((_, response) => {
      response.writeHead(302, { location: `${scheme}://127.0.0.1:${secret.port}/latest/meta-data` }).end();
    });
    const network = { allowPrivate: [], trustedHosts: [`localhost:${port}`] };
    const url = `http://localhost:${port}/a.csv`;
    expect((await readError('csv', contextOf({ url }, { authentication, network }))).code).toBe(
      scheme === 'http' ? 'http.address_not_allowed' : 'http.invalid_redirect',
    );
    expect(secret.connections()).toBe(0);
  });
});

describe('a vendor client', () => {
  const oauth = (url: string) => ({
    type: 'oauth',
    input: { url, client_id: 'id', client_secret: new Secret('canary-secret') },
  });

  it('takes no token from a private address', async () => {
    const secret = await listen();
    const context = contextOf(
      { url: 'https://api.example.com', projectKey: 'my-project' },
      { authentication: oauth(secret.url), network: closed },
    );
    expect(await readError('commercetools', context)).toMatchObject({ code: 'http.address_not_allowed' });
    expect(secret.connections()).toBe(0);
  });

  it('is led to none by what a vendor answers', async () => {
    const secret = await listen();
    const vendor = await serve((request, response) => {
      if (request.url?.includes('oauth') === true) {
        const token = { access_token: 'token', expires_in: 3600, token_type: 'Bearer' };
        return void response
          .writeHead(200, { 'content-type': 'application/json' })
          .end(JSON.stringify(token));
      }
      response.writeHead(302, { location: `${secret.url}/products` }).end();
    });
    const network = { allowPrivate: [], trustedHosts: [`127.0.0.1:${vendor.port}`] };
    const context = contextOf(
      { url: vendor.url, projectKey: 'my-project' },
      { authentication: oauth(vendor.url), network },
    );
    await readError('commercetools', context);
    expect(secret.connections()).toBe(0);
  });

  it('sends a link of an answer through the same guard as any URL', async () => {
    const secret = await listen();
    const client = createHttpClient(closed);
    const links = [
      `<${secret.url}/page-2>; rel="next"`,
      `<http://[::ffff:7f00:1]:${secret.port}/>; rel="next"`,
    ];
    for (const link of links) {
      const url = /<([^>]+)>/.exec(link)?.[1] ?? '';
      await expect(client.request({ method: 'GET', url, signal })).rejects.toMatchObject({
        code: 'http.address_not_allowed',
      });
    }
    expect(secret.connections()).toBe(0);
  });
});
