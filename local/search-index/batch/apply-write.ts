import { parseObject } from '../json/json-value.ts';
import { createRecordFilter } from '../search/record-filter.ts';
import type { IndexStore } from '../storage/index-store.ts';
import type { StoredIndex } from '../storage/stored-index.ts';
import { copyIndex } from './copy-index.ts';
import { updatePartially } from './partial-update.ts';
import type { BatchAction, Write } from './write.ts';

/** Makes an accepted write visible. To be called inside a transaction of the store. */
export function applyWrite(store: IndexStore, write: Write): void {
  switch (write.type) {
    case 'batch':
      applyBatch(store, write.actions);
      return;
    case 'copy':
      copyIndex(store, write);
      return;
    case 'move': {
      // Algolia ignores the move of an index that does not exist.
      const index = store.find(write.source);
      if (index && write.source !== write.destination) store.rename(index, write.destination);
      return;
    }
    case 'deleteBy': {
      const index = store.find(write.indexName);
      if (index) change(store, index, () => deleteMatching(index, write.parameters));
      return;
    }
    default: {
      const index = store.findOrCreate(write.indexName);
      change(store, index, () => applyToIndex(index, write));
    }
  }
}

type IndexWrite = Exclude<Write, { type: 'batch' | 'copy' | 'move' | 'deleteBy' }>;

function applyToIndex(index: StoredIndex, write: IndexWrite): void {
  switch (write.type) {
    case 'setSettings':
      index.setSettings({ ...index.state.settings, ...write.settings });
      return;
    case 'saveCompanions':
      if (write.replaceAll) index.companions.clear(write.kind);
      for (const { objectID, text } of write.items) index.companions.put(write.kind, objectID, text);
      return;
    case 'deleteCompanion':
      index.companions.delete(write.kind, write.objectID);
      return;
    case 'clearCompanions':
      index.companions.clear(write.kind);
      return;
    case 'count':
      index.state.records += write.records;
      index.state.bytes += write.bytes;
  }
}

function applyBatch(store: IndexStore, actions: readonly BatchAction[]): void {
  const touched = new Set<StoredIndex>();
  for (const action of actions) {
    if (action.action === 'delete') {
      const index = store.find(action.indexName);
      if (index) touched.delete(index);
      store.remove(action.indexName);
      continue;
    }
    const isCreating = action.action !== 'deleteObject' && action.action !== 'clear';
    const index = isCreating ? store.findOrCreate(action.indexName) : store.find(action.indexName);
    if (!index) continue;
    applyAction(index, action);
    touched.add(index);
  }
  for (const index of touched) change(store, index, () => undefined);
}

function applyAction(index: StoredIndex, { action, objectID, record }: BatchAction): void {
  switch (action) {
    case 'addObject':
    case 'updateObject':
      index.put(objectID, record);
      return;
    case 'deleteObject':
      index.delete(objectID);
      return;
    case 'clear':
      index.clearRecords();
      return;
    case 'partialUpdateObject':
    case 'partialUpdateObjectNoCreate': {
      const old = index.table.get(objectID);
      if (!old && action === 'partialUpdateObjectNoCreate') return;
      const updated = updatePartially(old, record);
      if (updated) index.put(objectID, updated);
      return;
    }
    default:
      throw new Error(`The action ${action} concerns no record`);
  }
}

function deleteMatching(index: StoredIndex, parameters: Parameters<typeof createRecordFilter>[0]): void {
  const isMatch = createRecordFilter(parameters);
  const objectIDs: string[] = [];
  for (const { objectID, record } of index.table.readByID(undefined)) {
    if (isMatch(parseObject(record))) objectIDs.push(objectID);
  }
  for (const objectID of objectIDs) index.delete(objectID);
}

function change(store: IndexStore, index: StoredIndex, work: () => void): void {
  work();
  index.state.updatedAt = new Date().toISOString();
  store.save(index);
}
