import { describe, expect, it } from 'vitest';
import { findSourceConnector, openSource } from '../../connectors/registry.ts';
import { CONNECTED_SOURCE_TYPES, SOURCE_AUTHENTICATION_TYPES } from '../../core/sources/source-types.ts';
import { VENDOR_SCHEMES } from '../../core/webhooks/vendor-schemes.ts';
import { serveFile } from './support/file-server.ts';
import { contextOf } from './support/read-source.ts';

describe('the registry of connectors', () => {
  it.each(CONNECTED_SOURCE_TYPES)('holds the connector %s under its type', async (type) => {
    const connector = await findSourceConnector(type);
    expect(connector.type).toBe(type);
    expect(connector.authenticationTypes).toEqual(SOURCE_AUTHENTICATION_TYPES[type]);
  });

  it.each(CONNECTED_SOURCE_TYPES)(
    'says of %s whether its vendor can be told where to deliver',
    async (type) => {
      const { webhooks } = await findSourceConnector(type);
      expect(webhooks !== undefined).toBe(VENDOR_SCHEMES[type] !== undefined);
    },
  );

  it.each(['ftp', 'toString', '__proto__', ''])('has no type %j and says which there are', async (type) => {
    await expect(openSource(type, contextOf({}))).rejects.toThrow(
      `There is no source type ${JSON.stringify(type)}; there are ${CONNECTED_SOURCE_TYPES.join(', ')}`,
    );
  });

  it.each([
    ['csv', {}, 'input.url'],
    ['csv', { url: 'https://example.com', mapping: { a: 'date' } }, 'input.mapping.a'],
    [
      'csv',
      { url: 'https://example.com', delimiter: ', ' },
      'input.delimiter: must be exactly one character',
    ],
    ['csv', { url: 'https://example.com', delimiter: '"' }, 'input.delimiter: must not be'],
    ['json', { url: 'https://example.com', method: 'PUT' }, 'input.method'],
  ])('refuses what %s cannot use in %j by its field', async (type, input, message) => {
    await expect(openSource(type, contextOf(input))).rejects.toThrow(message);
  });

  it.each([
    ['csv', `id,n\n${Array.from({ length: 30 }, (_, index) => `${index},x\n`).join('')}`],
    ['json', JSON.stringify(Array.from({ length: 30 }, (_, index) => ({ id: `${index}`, n: 'x' })))],
  ])('checks a %s source by reading its first records', async (type, content) => {
    const { url } = await serveFile({ content: Buffer.from(content) });
    const { sample } = await (
      await findSourceConnector(type)
    ).check(contextOf({ url, uniqueIDColumn: 'id' }), new AbortController().signal);
    expect(sample).toEqual(
      Array.from({ length: 10 }, (_, index) => ({ objectID: `${index}`, id: `${index}`, n: 'x' })),
    );
  });

  it('checks a source that cannot be read by its error', async () => {
    const { url } = await serveFile({ content: Buffer.from('') });
    const check = (await findSourceConnector('csv')).check(contextOf({ url }), new AbortController().signal);
    await expect(check).rejects.toMatchObject({ code: 'csv.empty' });
  });
});
