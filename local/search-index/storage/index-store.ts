import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { createIndexNotFoundError } from '../algolia-error.ts';
import { numberOf, textOf } from './column-value.ts';
import { parseSettings, StoredIndex } from './stored-index.ts';

/** The indexes of one application. What `transact` runs is stored whole or not at all. */
export class IndexStore {
  readonly #database: DatabaseSync;
  readonly #byName = new Map<string, StoredIndex>();
  readonly #saveState: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#saveState = database.prepare(
      `update indexes set name = ?, created_at = ?, updated_at = ?, records = ?, bytes = ?, next_seq = ?,
         full_text_seq = ?, full_text_rows = ?, settings = ? where id = ?`,
    );
    this.#load();
  }

  find(name: string): StoredIndex | undefined {
    return this.#byName.get(name);
  }

  /** The index, or Algolia's 404. */
  get(name: string): StoredIndex {
    const index = this.find(name);
    if (!index) throw createIndexNotFoundError(name);
    return index;
  }

  list(): StoredIndex[] {
    return [...this.#byName.values()].sort((a, b) => (a.state.name < b.state.name ? -1 : 1));
  }

  findOrCreate(name: string): StoredIndex {
    return this.find(name) ?? this.#create(name);
  }

  remove(name: string): void {
    const index = this.find(name);
    if (!index) return;
    index.dropTables();
    this.#database.prepare('delete from indexes where id = ?').run(index.state.id);
    this.#byName.delete(name);
  }

  /** Puts the index at the place of the one that has the name now. */
  rename(index: StoredIndex, name: string): void {
    this.remove(name);
    this.#byName.delete(index.state.name);
    index.state.name = name;
    this.#byName.set(name, index);
    this.save(index);
  }

  /** Must be called for each index whose state changed, inside the transaction. */
  save(index: StoredIndex): void {
    const { state } = index;
    this.#saveState.run(
      state.name,
      state.createdAt,
      state.updatedAt,
      state.records,
      state.bytes,
      state.nextSeq,
      state.fullTextSeq,
      state.fullTextRows,
      JSON.stringify(state.settings),
      state.id,
    );
  }

  transact<Result>(work: () => Result): Result {
    this.#database.exec('begin');
    try {
      const result = work();
      this.#database.exec('commit');
      return result;
    } catch (error) {
      this.#database.exec('rollback');
      // What is kept in memory may be ahead of the database now.
      this.#load();
      throw error;
    }
  }

  #create(name: string): StoredIndex {
    const now = new Date().toISOString();
    const { lastInsertRowid } = this.#database
      .prepare('insert into indexes (name, created_at, updated_at) values (?, ?, ?)')
      .run(name, now, now);
    const row = this.#database.prepare('select * from indexes where id = ?').get(lastInsertRowid);
    const index = this.#toIndex(row ?? {});
    index.createTables();
    this.#byName.set(name, index);
    return index;
  }

  #load(): void {
    this.#byName.clear();
    for (const row of this.#database.prepare('select * from indexes').all()) {
      const index = this.#toIndex(row);
      this.#byName.set(index.state.name, index);
    }
  }

  #toIndex(row: Record<string, SQLOutputValue>): StoredIndex {
    return new StoredIndex(this.#database, {
      id: numberOf(row['id']),
      name: textOf(row['name']),
      createdAt: textOf(row['created_at']),
      updatedAt: textOf(row['updated_at']),
      records: numberOf(row['records']),
      bytes: numberOf(row['bytes']),
      nextSeq: numberOf(row['next_seq']),
      fullTextSeq: numberOf(row['full_text_seq']),
      fullTextRows: numberOf(row['full_text_rows']),
      settings: parseSettings(textOf(row['settings'])),
    });
  }
}
