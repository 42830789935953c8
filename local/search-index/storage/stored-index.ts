import type { DatabaseSync } from 'node:sqlite';
import { isJsonObject, parseJson, parseObject, type JsonObject } from '../json/json-value.ts';
import { extractWords } from '../search/searchable-words.ts';
import { CompanionTable } from './companion-table.ts';
import { FullText } from './full-text.ts';
import { RecordTable, type RecordChange } from './record-table.ts';

/** What is counted and remembered of an index beside its records. */
export interface IndexState {
  readonly id: number;
  name: string;
  createdAt: string;
  updatedAt: string;
  records: number;
  bytes: number;
  nextSeq: number;
  fullTextSeq: number;
  fullTextRows: number;
  settings: JsonObject;
}

/** How many stale rows full text may hold, besides as many as there are records, before it is built anew. */
const STALE_ROWS_ALLOWED = 10_000;

/** One index: records, settings, rules, synonyms and full text. Changes must happen inside `IndexStore.transact`. */
export class StoredIndex {
  readonly state: IndexState;
  readonly table: RecordTable;
  readonly companions: CompanionTable;
  readonly #fullText: FullText;

  constructor(database: DatabaseSync, state: IndexState) {
    this.state = state;
    this.table = new RecordTable(database, state.id);
    this.companions = new CompanionTable(database, state.id);
    this.#fullText = new FullText(database, state.id);
  }

  createTables(): void {
    this.table.create();
    this.#fullText.create();
  }

  dropTables(): void {
    this.table.drop();
    this.#fullText.drop();
    this.companions.clear('rules');
    this.companions.clear('synonyms');
  }

  put(objectID: string, record: Buffer): void {
    this.#note(this.table.put(this.state.nextSeq++, objectID, record));
  }

  delete(objectID: string): void {
    this.#note(this.table.delete(objectID));
  }

  clearRecords(): void {
    this.table.drop();
    this.table.create();
    this.#resetFullText();
    Object.assign(this.state, { records: 0, bytes: 0 });
  }

  copyRecordsFrom(other: StoredIndex): void {
    this.clearRecords();
    this.table.copyFrom(other.table);
    const { records, bytes, nextSeq } = other.state;
    Object.assign(this.state, {
      records,
      bytes,
      nextSeq: Math.max(nextSeq, this.state.nextSeq),
      fullTextSeq: 0,
    });
  }

  setSettings(settings: JsonObject): void {
    const searchable = JSON.stringify(this.state.settings['searchableAttributes']);
    this.state.settings = settings;
    if (JSON.stringify(settings['searchableAttributes']) !== searchable) this.#resetFullText();
  }

  get isFullTextCurrent(): boolean {
    return this.state.fullTextSeq >= this.state.nextSeq - 1;
  }

  /** Brings full text up to date by at most `limit` records. */
  fillFullText(limit: number): void {
    const { state } = this;
    if (state.fullTextRows > 2 * state.records + STALE_ROWS_ALLOWED) this.#resetFullText();
    const searchable = state.settings['searchableAttributes'] ?? null;
    const batch = [...this.table.readBySeq(state.fullTextSeq, limit)];
    this.#fullText.add(
      batch.map(({ seq, record }) => ({ seq, words: extractWords(parseObject(record), searchable) })),
    );
    state.fullTextRows += batch.length;
    state.fullTextSeq = batch.length < limit ? state.nextSeq - 1 : (batch.at(-1)?.seq ?? state.nextSeq - 1);
  }

  /** Full text must be current; `match` is in FTS5's query language. */
  countMatches(match: string): number {
    return this.#fullText.count(this.table, match);
  }

  /** As `countMatches`, the best match first. */
  readMatches(match: string, page?: { limit: number; offset: number }): Iterable<Buffer> {
    return this.#fullText.search(this.table, match, page);
  }

  #note(change: RecordChange): void {
    this.state.records += change.records;
    this.state.bytes += change.bytes;
  }

  #resetFullText(): void {
    this.#fullText.drop();
    this.#fullText.create();
    Object.assign(this.state, { fullTextSeq: 0, fullTextRows: 0 });
  }
}

/** Settings as they are stored. */
export function parseSettings(text: string): JsonObject {
  const settings = parseJson(text);
  return isJsonObject(settings) ? settings : {};
}
