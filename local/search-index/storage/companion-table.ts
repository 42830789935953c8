import type { DatabaseSync } from 'node:sqlite';
import type { CompanionKind } from '../batch/write.ts';
import { textOf } from './column-value.ts';

/** The rules and synonyms of one index, as the JSON text they came as, by objectID. */
export class CompanionTable {
  readonly #database: DatabaseSync;
  readonly #indexID: number;

  constructor(database: DatabaseSync, indexID: number) {
    this.#database = database;
    this.#indexID = indexID;
  }

  put(kind: CompanionKind, objectID: string, text: string): void {
    this.#database
      .prepare('insert or replace into companions values (?, ?, ?, ?)')
      .run(this.#indexID, kind, objectID, text);
  }

  delete(kind: CompanionKind, objectID: string): void {
    this.#database
      .prepare('delete from companions where index_id = ? and kind = ? and object_id = ?')
      .run(this.#indexID, kind, objectID);
  }

  clear(kind: CompanionKind): void {
    this.#database.prepare('delete from companions where index_id = ? and kind = ?').run(this.#indexID, kind);
  }

  copyFrom(other: CompanionTable, kind: CompanionKind): void {
    this.clear(kind);
    this.#database
      .prepare(
        `insert into companions select ?, kind, object_id, body from companions where index_id = ? and kind = ?`,
      )
      .run(this.#indexID, other.#indexID, kind);
  }

  get(kind: CompanionKind, objectID: string): string | undefined {
    const row = this.#database
      .prepare('select body from companions where index_id = ? and kind = ? and object_id = ?')
      .get(this.#indexID, kind, objectID);
    return row && textOf(row['body']);
  }

  list(kind: CompanionKind): string[] {
    return this.#database
      .prepare('select body from companions where index_id = ? and kind = ? order by object_id')
      .all(this.#indexID, kind)
      .map((row) => textOf(row['body']));
  }
}
