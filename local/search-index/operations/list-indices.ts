import type { Application, Operation } from '../application.ts';
import type { JsonObject } from '../json/json-value.ts';
import type { StoredIndex } from '../storage/stored-index.ts';

/** `GET /1/indexes?page=&hitsPerPage=`: by name; without `page` all of them. */
export const listIndices: Operation = (application, { query }) => {
  const items = application.store.list().map((index) => toItem(application, index));
  const page = query.get('page');
  if (page === null || !/^\d+$/u.test(page)) return { items, nbPages: 1 };
  const hitsPerPage = Math.max(1, Number(query.get('hitsPerPage') ?? 100) || 100);
  const start = Number(page) * hitsPerPage;
  return { items: items.slice(start, start + hitsPerPage), nbPages: Math.ceil(items.length / hitsPerPage) };
};

function toItem({ queue }: Application, { state }: StoredIndex): JsonObject {
  const pending = queue.countPending(state.name);
  return {
    name: state.name,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    entries: state.records,
    dataSize: state.bytes,
    fileSize: state.bytes,
    lastBuildTimeS: 0,
    numberOfPendingTasks: pending,
    pendingTask: pending > 0,
  };
}
