import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { algoliasearch, type SearchClient } from 'algoliasearch';
import { onTestFinished } from 'vitest';
import { createSearchIndex, type SearchIndex } from '../../../../local/search-index/search-index.ts';
import { API_KEY } from './open.ts';

/** The local index for the application `APP` until the test ends, and Algolia's own client for it. */
export async function startLocalIndex(
  faults: Partial<SearchIndex['faults']> = {},
): Promise<SearchIndex & { client: SearchClient }> {
  const dataDirectory = await mkdtemp(path.join(tmpdir(), 'millrace-search-'));
  const index = await createSearchIndex({ dataDirectory, appID: 'APP', apiKey: API_KEY });
  Object.assign(index.faults, faults);
  onTestFinished(async () => {
    await index.stop();
    await rm(dataDirectory, { recursive: true });
  });
  const client = algoliasearch('APP', API_KEY, {
    hosts: [{ url: `127.0.0.1:${index.port}`, accept: 'readWrite', protocol: 'http' }],
  });
  return { ...index, client };
}

/** An index with records, settings, a rule and a synonym of its owner. */
export async function fillLiveIndex(client: SearchClient, indexName = 'shop'): Promise<void> {
  const writes = [
    await client
      .saveObjects({ indexName, objects: [{ objectID: 'old', name: 'old' }] })
      .then(([first]) => first),
    await client.setSettings({
      indexName,
      indexSettings: {
        searchableAttributes: ['name'],
        distinct: true,
        attributeForDistinct: 'group',
        userData: { a: 1 },
      },
    }),
    await client.saveRule({
      indexName,
      objectID: 'rule',
      rule: {
        objectID: 'rule',
        conditions: [{ pattern: 'x', anchoring: 'is' }],
        consequence: { params: { query: 'y' } },
      },
    }),
    await client.saveSynonym({
      indexName,
      objectID: 'synonym',
      synonymHit: { objectID: 'synonym', type: 'synonym', synonyms: ['sofa', 'couch'] },
    }),
  ];
  for (const write of writes) await client.waitForTask({ indexName, taskID: write?.taskID ?? 0 });
}

/** What the owner of an index sees in it: its records by objectID, and what belongs to it. */
export async function readIndex(client: SearchClient, indexName = 'shop') {
  const objects: Record<string, unknown>[] = [];
  await client.browseObjects({ indexName, aggregator: ({ hits }) => objects.push(...hits) });
  const settings = await client.getSettings({ indexName });
  const rules = await client.searchRules({ indexName });
  const synonyms = await client.searchSynonyms({ indexName });
  return {
    objectIDs: objects
      .map(({ objectID }) => String(objectID))
      .sort((left, right) => left.localeCompare(right)),
    belongings: [
      settings.searchableAttributes,
      settings.userData,
      rules.hits.map(({ objectID }) => objectID),
      synonyms.hits.map(({ objectID }) => objectID),
    ],
  };
}

/** The names of all indices. */
export async function indexNames(client: SearchClient): Promise<string[]> {
  return (await client.listIndices()).items.map(({ name }) => name);
}

/** Passes requests on to `url`, and calls `onRequest` with each one's number before and after it had its effect. */
export async function startProxy(
  url: string,
  onRequest: (number: number, when: 'before' | 'after') => void,
): Promise<{ url: string; count: () => number }> {
  let count = 0;
  const server = createServer((incoming, response) => {
    count += 1;
    const number = count;
    onRequest(number, 'before');
    if (incoming.socket.destroyed) return;
    const outgoing = sendRequest(
      `${url}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        onRequest(number, 'after');
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    incoming.pipe(outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}
