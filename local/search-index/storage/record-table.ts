import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bytesOf, numberOf } from './column-value.ts';

/** How a write changed the books of its index. */
export interface RecordChange {
  readonly records: number;
  readonly bytes: number;
}

const NO_CHANGE: RecordChange = { records: 0, bytes: 0 };

/** The records of one index as their exact JSON bytes, by objectID and by `seq`, the order in which they were written. */
export class RecordTable {
  readonly #database: DatabaseSync;
  readonly #name: string;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, indexID: number) {
    this.#database = database;
    this.#name = `records_${indexID}`;
  }

  get name(): string {
    return this.#name;
  }

  create(): void {
    this.#database.exec(
      `create table ${this.#name} (seq integer primary key, object_id text not null unique, body blob not null)`,
    );
  }

  drop(): void {
    this.#statements.clear();
    this.#database.exec(`drop table ${this.#name}`);
  }

  copyFrom(other: RecordTable): void {
    this.#database.exec(`insert into ${this.#name} select * from ${other.name}`);
  }

  put(seq: number, objectID: string, record: Buffer): RecordChange {
    const inserted = this.#prepare('insert into T values (?, ?, ?) on conflict (object_id) do nothing').run(
      seq,
      objectID,
      record,
    );
    if (Number(inserted.changes) === 1) return { records: 1, bytes: record.length };
    const oldBytes = this.#findSize(objectID);
    this.#prepare('update T set seq = ?, body = ? where object_id = ?').run(seq, record, objectID);
    return { records: 0, bytes: record.length - oldBytes };
  }

  delete(objectID: string): RecordChange {
    const oldBytes = this.#findSize(objectID);
    const deleted = this.#prepare('delete from T where object_id = ?').run(objectID);
    return Number(deleted.changes) === 1 ? { records: -1, bytes: -oldBytes } : NO_CHANGE;
  }

  get(objectID: string): Buffer | undefined {
    const row = this.#prepare('select body from T where object_id = ?').get(objectID);
    return row && bytesOf(row['body']);
  }

  /** Up to `limit` records whose objectID is greater than `after`, in the order of their objectIDs. */
  *readByID(after: string | undefined, limit = -1): Generator<{ objectID: string; record: Buffer }> {
    const rows =
      after === undefined
        ? this.#prepare('select object_id, body from T order by object_id limit ?').iterate(limit)
        : this.#prepare(
            'select object_id, body from T where object_id > ? order by object_id limit ?',
          ).iterate(after, limit);
    for (const row of rows) yield { objectID: String(row['object_id']), record: bytesOf(row['body']) };
  }

  /** Up to `limit` records that were written after `seq`, in the order of writing. */
  *readBySeq(seq: number, limit = -1, offset = 0): Generator<{ seq: number; record: Buffer }> {
    const select = this.#prepare('select seq, body from T where seq > ? order by seq limit ? offset ?');
    for (const row of select.iterate(seq, limit, offset)) {
      yield { seq: numberOf(row['seq']), record: bytesOf(row['body']) };
    }
  }

  #findSize(objectID: string): number {
    const row = this.#prepare('select length(body) as size from T where object_id = ?').get(objectID);
    return row ? numberOf(row['size']) : 0;
  }

  /** `T` stands for the table. */
  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#database.prepare(sql.replace(/\bT\b/u, this.#name));
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
