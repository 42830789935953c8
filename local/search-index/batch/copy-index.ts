import type { JsonObject } from '../json/json-value.ts';
import type { IndexStore } from '../storage/index-store.ts';
import type { Scope } from './write.ts';

/** Settings that Algolia leaves out of a copy. */
const UNCOPIED_SETTINGS = ['replicas', 'mode', 'enableReRanking'];

/**
 * Copies an index, or only some parts of it, over another. A source that does not exist counts as an empty index, as at
 * Algolia: the destination is made if need be and loses the parts that were asked for.
 */
export function copyIndex(
  store: IndexStore,
  copy: { source: string; destination: string; scopes?: readonly Scope[] | undefined },
): void {
  const source = store.find(copy.source);
  const destination = store.findOrCreate(copy.destination);
  if (source === destination) return;
  const has = (scope: Scope) => copy.scopes === undefined || copy.scopes.includes(scope);
  if (copy.scopes === undefined) {
    if (source) destination.copyRecordsFrom(source);
    else destination.clearRecords();
  }
  if (has('settings')) {
    destination.setSettings(mergeSettings(source?.state.settings ?? {}, destination.state.settings));
  }
  for (const kind of ['rules', 'synonyms'] as const) {
    if (!has(kind)) continue;
    if (source) destination.companions.copyFrom(source.companions, kind);
    else destination.companions.clear(kind);
  }
  destination.state.updatedAt = new Date().toISOString();
  store.save(destination);
}

function mergeSettings(source: JsonObject, destination: JsonObject): JsonObject {
  const kept = Object.entries(destination).filter(([name]) => UNCOPIED_SETTINGS.includes(name));
  const copied = Object.entries(source).filter(([name]) => !UNCOPIED_SETTINGS.includes(name));
  return Object.fromEntries([...copied, ...kept]);
}
