import { describe, expect, it } from 'vitest';
import { templateConnector } from '../../connectors/template/index.ts';
import { Secret } from '../../core/foundation/secret.ts';
import { startServer } from './support/file-server.ts';
import { collect, toRecords, type Parsed } from './support/parse-bytes.ts';
import { contextOf } from './support/read-source.ts';

const THINGS = Array.from({ length: 250 }, (_, index) => ({
  id: index + 1,
  title: `Thing ${index + 1}`,
  price: null,
}));
const never = new AbortController().signal;

async function serveThings() {
  const server = await startServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
    if (request.headers.authorization !== 'Bearer key-1') return void response.writeHead(401).end('{}');
    const ids = searchParams.get('ids')?.split(',').map(Number);
    const after = Number(searchParams.get('after'));
    const things =
      ids === undefined ? THINGS.slice(after, after + 100) : THINGS.filter(({ id }) => ids.includes(id));
    response.end(JSON.stringify({ things }));
  });
  const context = (key: string) => ({
    ...contextOf({}),
    input: { shop: 'shop 1' },
    authentication: { type: 'apiKey', input: { key: new Secret(key) } },
    vendorHosts: { template: new URL(server.url).origin },
  });
  return { server, context };
}

describe('the template of a connector', () => {
  it('reads all pages', async () => {
    const { context, server } = await serveThings();
    const parsed: Parsed = { texts: [], rejected: [] };
    for await (const batch of templateConnector.open(context('key-1')).read(undefined, never))
      collect(batch, parsed);
    expect(toRecords(parsed)).toEqual(THINGS.map(({ id, title }) => ({ objectID: String(id), title })));
    expect(server.requests).toHaveLength(3);
  });

  it('asks for single records', async () => {
    const { context } = await serveThings();
    const parsed: Parsed = { texts: [], rejected: [] };
    const source = templateConnector.open(context('key-1'));
    for await (const batch of source.readEntities?.(['7', '999'], never) ?? []) collect(batch, parsed);
    expect(toRecords(parsed)).toEqual([{ objectID: '7', title: 'Thing 7' }]);
  });

  it('says what to check when the key is refused', async () => {
    const { context } = await serveThings();
    await expect(templateConnector.check(context('other'), never)).rejects.toMatchObject({
      code: 'source.access_denied',
      message: expect.stringContaining('Check the key of the authentication'),
    });
  });
});
