import { afterAll, beforeAll, expect, test } from 'vitest';
import { startIndex, type StartedIndex } from './start-index.ts';

let index: StartedIndex;
beforeAll(async () => {
  index = await startIndex();
});
afterAll(() => index.stop());

const rule = (objectID: string) => ({
  objectID,
  conditions: [{ pattern: objectID, anchoring: 'is' as const }],
  consequence: { params: { query: '' } },
});
const synonym = (objectID: string) => ({ objectID, type: 'synonym' as const, synonyms: ['car', objectID] });

async function fill(indexName: string, ids: string[]): Promise<void> {
  const { client } = index;
  await client.saveObjects({ indexName, objects: ids.map((objectID) => ({ objectID })) });
  await client.setSettings({
    indexName,
    indexSettings: { searchableAttributes: [indexName], replicas: [`${indexName}_replica`] },
  });
  await client.saveRules({ indexName, rules: [rule(`rule of ${indexName}`)] });
  await client.saveSynonyms({ indexName, synonymHit: [synonym(`synonym of ${indexName}`)] });
}

async function operate(
  source: string,
  operation: 'copy' | 'move',
  destination: string,
  scope?: ('settings' | 'rules' | 'synonyms')[],
): Promise<void> {
  const { taskID } = await index.client.operationIndex({
    indexName: source,
    operationIndexParams: { operation, destination, ...(scope && { scope }) },
  });
  await index.client.waitForTask({ indexName: destination, taskID });
}

async function look(
  indexName: string,
): Promise<{ ids: string[]; searchable: unknown; rules: string[]; synonyms: string[] }> {
  const { client } = index;
  const ids: string[] = [];
  await client.browseObjects({
    indexName,
    aggregator: ({ hits }) => ids.push(...hits.map((hit) => hit.objectID)),
  });
  const rules: string[] = [];
  await client.browseRules({
    indexName,
    aggregator: ({ hits }) => rules.push(...hits.map((hit) => hit.objectID)),
  });
  const synonyms: string[] = [];
  await client.browseSynonyms({
    indexName,
    aggregator: ({ hits }) => synonyms.push(...hits.map((hit) => hit.objectID)),
  });
  return { ids, searchable: (await client.getSettings({ indexName })).searchableAttributes, rules, synonyms };
}

const whole = (name: string, ids: string[]) => ({
  ids,
  searchable: [name],
  rules: [`rule of ${name}`],
  synonyms: [`synonym of ${name}`],
});

test('replaceAllObjects swaps the records and keeps settings, rules and synonyms', async () => {
  await fill('swapped', ['old']);
  await index.client.replaceAllObjects({
    indexName: 'swapped',
    objects: [{ objectID: 'n1' }, { objectID: 'n2' }],
    batchSize: 1,
  });
  expect(await look('swapped')).toEqual(whole('swapped', ['n1', 'n2']));
  const { items } = await index.client.listIndices();
  expect(items.filter(({ name }) => name.startsWith('swapped_tmp'))).toEqual([]);
});

test('a copy has everything but the replicas, and then lives on its own', async () => {
  await fill('source', ['a', 'b']);
  await operate('source', 'copy', 'copied');
  await index.client.deleteObject({ indexName: 'source', objectID: 'a' });
  expect(await look('copied')).toEqual(whole('source', ['a', 'b']));
  expect((await index.client.getSettings({ indexName: 'copied' })).replicas).toBeUndefined();
});

test('a copy with a scope changes those parts only', async () => {
  await fill('scoped_from', ['a']);
  await fill('scoped_to', ['b']);
  await operate('scoped_from', 'copy', 'scoped_to', ['rules']);
  expect(await look('scoped_to')).toEqual({ ...whole('scoped_to', ['b']), rules: ['rule of scoped_from'] });
});

test('the copy of an index that is not there makes an empty one', async () => {
  await operate('missing', 'copy', 'emptied', ['settings', 'rules', 'synonyms']);
  expect(await look('emptied')).toEqual({ ids: [], searchable: null, rules: [], synonyms: [] });
});

test('a move takes the place of the other index', async () => {
  await fill('moved', ['a']);
  await fill('replaced', ['b']);
  await operate('moved', 'move', 'replaced');
  expect(await look('replaced')).toEqual(whole('moved', ['a']));
  await expect(index.client.getSettings({ indexName: 'moved' })).rejects.toMatchObject({ status: 404 });
});

test('the move of an index that is not there is ignored', async () => {
  await fill('untouched', ['a']);
  await operate('missing', 'move', 'untouched');
  expect(await look('untouched')).toEqual(whole('untouched', ['a']));
});

test('clearing takes the records, deleting takes all', async () => {
  await fill('cleared', ['a']);
  await index.client.clearObjects({ indexName: 'cleared' });
  expect(await look('cleared')).toEqual(whole('cleared', []));
  await index.client.deleteIndex({ indexName: 'cleared' });
  await expect(index.client.browse({ indexName: 'cleared' })).rejects.toMatchObject({ status: 404 });
  await index.client.saveObjects({ indexName: 'cleared', objects: [{ objectID: 'new' }] });
  expect(await look('cleared')).toEqual({ ids: ['new'], searchable: null, rules: [], synonyms: [] });
});

test('settings are merged, and null puts a default back', async () => {
  const indexName = 'settings';
  await index.client.setSettings({
    indexName,
    indexSettings: { hitsPerPage: 5, customRanking: ['desc(n)'] },
  });
  await index.client.setSettings({ indexName, indexSettings: { highlightPreTag: '<b>' } });
  expect(await index.client.getSettings({ indexName })).toMatchObject({
    hitsPerPage: 5,
    customRanking: ['desc(n)'],
    highlightPreTag: '<b>',
    highlightPostTag: '</em>',
  });
  await index.send('PUT', `/1/indexes/${indexName}/settings`, '{"hitsPerPage":null}');
  expect((await index.client.getSettings({ indexName })).hitsPerPage).toBe(20);
});

test('rules are saved one by one, read, searched, replaced and cleared', async () => {
  const indexName = 'rules';
  const { client } = index;
  await client.saveRule({ indexName, objectID: 'r1', rule: rule('r1') });
  await client.saveRules({ indexName, rules: [rule('r2'), rule('r3')] });
  expect(await client.getRule({ indexName, objectID: 'r1' })).toEqual(rule('r1'));
  expect(await client.searchRules({ indexName, searchRulesParams: { query: 'R2' } })).toMatchObject({
    hits: [rule('r2')],
    nbHits: 1,
    page: 0,
    nbPages: 1,
  });
  await client.deleteRule({ indexName, objectID: 'r2' });
  expect((await look(indexName)).rules).toEqual(['r1', 'r3']);
  await client.saveRules({ indexName, rules: [rule('r4')], clearExistingRules: true });
  expect((await look(indexName)).rules).toEqual(['r4']);
  await client.clearRules({ indexName });
  expect((await look(indexName)).rules).toEqual([]);
  await expect(client.getRule({ indexName, objectID: 'r4' })).rejects.toMatchObject({ status: 404 });
});

test('synonyms are saved one by one, read, searched, replaced and cleared', async () => {
  const indexName = 'synonyms';
  const { client } = index;
  await client.saveSynonym({ indexName, objectID: 's1', synonymHit: synonym('s1') });
  await client.saveSynonyms({ indexName, synonymHit: [synonym('s2')] });
  expect(await client.getSynonym({ indexName, objectID: 's1' })).toEqual(synonym('s1'));
  expect(
    (await client.searchSynonyms({ indexName, searchSynonymsParams: { query: 's2', type: 'synonym' } }))
      .nbHits,
  ).toBe(1);
  expect(
    (await client.searchSynonyms({ indexName, searchSynonymsParams: { query: '', type: 'placeholder' } }))
      .nbHits,
  ).toBe(0);
  await client.deleteSynonym({ indexName, objectID: 's1' });
  await client.saveSynonyms({ indexName, synonymHit: [synonym('s3')], replaceExistingSynonyms: true });
  expect((await look(indexName)).synonyms).toEqual(['s3']);
  await client.clearSynonyms({ indexName });
  expect((await look(indexName)).synonyms).toEqual([]);
});
