import { describe, expect, it } from 'vitest';
import { findSourceConnector, openSource, sourceConnectors } from '../../connectors/registry.ts';
import { serveFile } from './support/file-server.ts';
import { contextOf } from './support/read-source.ts';

describe('the registry of connectors', () => {
  it('holds each connector under its type', () => {
    for (const [type, connector] of Object.entries(sourceConnectors)) expect(connector.type).toBe(type);
  });

  it.each(['ftp', 'toString', '__proto__', ''])('has no type %j and says which there are', (type) => {
    expect(() => openSource(type, contextOf({}))).toThrow(
      `There is no source type ${JSON.stringify(type)}; there are csv, json.`,
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
  ])('refuses what %s cannot use in %j by its field', (type, input, message) => {
    expect(() => openSource(type, contextOf(input))).toThrow(message);
  });

  it.each([
    ['csv', `id,n\n${Array.from({ length: 30 }, (_, index) => `${index},x\n`).join('')}`],
    ['json', JSON.stringify(Array.from({ length: 30 }, (_, index) => ({ id: `${index}`, n: 'x' })))],
  ])('checks a %s source by reading its first records', async (type, content) => {
    const { url } = await serveFile({ content: Buffer.from(content) });
    const { sample } = await findSourceConnector(type).check(
      contextOf({ url, uniqueIDColumn: 'id' }),
      new AbortController().signal,
    );
    expect(sample).toEqual(
      Array.from({ length: 10 }, (_, index) => ({ objectID: `${index}`, id: `${index}`, n: 'x' })),
    );
  });

  it('checks a source that cannot be read by its error', async () => {
    const { url } = await serveFile({ content: Buffer.from('') });
    const check = findSourceConnector('csv').check(contextOf({ url }), new AbortController().signal);
    await expect(check).rejects.toMatchObject({ code: 'csv.empty' });
  });
});
