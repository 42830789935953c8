import { describe, expect, it } from 'vitest';
import { Secret } from '../../../core/foundation/secret.ts';
import { readError } from '../support/read-source.ts';
import { productOf } from './catalog.ts';
import { CLIENT } from './commercetools-server.ts';
import { openProject } from './read-project.ts';

const THREE = { products: [1, 2, 3].map((number) => productOf(number)), pageCap: 1 };

describe('access to a commercetools project', () => {
  it('is asked for once per reading, with the scope of the authentication', async () => {
    const { server, read, context } = await openProject(THREE);
    const input = { ...context().authentication?.input, scope: 'view_products:my-project' };
    expect(await read({}, { authentication: { type: 'oauth', input } })).toHaveLength(3);
    expect(server.tokenRequests).toEqual(['grant_type=client_credentials&scope=view_products%3Amy-project']);
  });

  it('is renewed before a token ends', async () => {
    const { server, read } = await openProject(THREE);
    server.tokenSeconds = 30;
    expect(await read()).toHaveLength(3);
    expect(server.tokenRequests).toHaveLength(server.requests.length);
  });

  it('is renewed when a token is refused', async () => {
    const { server, context } = await openProject(THREE);
    const { openSource } = await import('../../../connectors/registry.ts');
    const source = await openSource('commercetools', {
      ...context(),
      limits: { maxRecords: 1, maxBytes: 1_000_000 },
    });
    let count = 0;
    for await (const batch of source.read(undefined, new AbortController().signal)) {
      count += batch.count;
      server.endTokens();
    }
    expect(count).toBe(3);
    expect(server.tokenRequests.length).toBeGreaterThan(1);
  });

  it.each([
    ['no client_secret', { client_id: CLIENT.id }, 'has no client_secret'],
    ['no client_id', { client_secret: new Secret(CLIENT.secret) }, 'has no client_id'],
    [
      'a scope that there is not',
      { client_id: CLIENT.id, client_secret: new Secret(CLIENT.secret), scope: 'unknown' },
      'It says: Malformed parameter: scope',
    ],
  ])('is refused with %s, with what to check', async (_, input, says) => {
    const { server, context } = await openProject(THREE);
    const authentication = { type: 'oauth', input: { url: server.url, ...input } };
    const error = await readError('commercetools', context({}, { authentication }));
    expect(error).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
    expect(error.message).toContain(says);
    expect(error.message).not.toContain(CLIENT.secret);
  });

  it('says what the vendor says of a predicate that it does not understand', async () => {
    const { context } = await openProject(THREE);
    const error = await readError('commercetools', context({ productQueryPredicate: 'key = = 1' }));
    expect(error).toMatchObject({ code: 'source.unexpected_status', disposition: 'fatal' });
    expect(error.message).toContain('It says:');
  });
});
