import type { DatabaseSync } from 'node:sqlite';
import type { RecordTable } from './record-table.ts';
import { bytesOf, numberOf } from './column-value.ts';

/**
 * The words of one index's records, by the `seq` of the record. Rows are only ever added: a record that is written again
 * gets a new `seq`, and rows whose `seq` is gone drop out when they are joined with the records.
 */
export class FullText {
  readonly #database: DatabaseSync;
  readonly #name: string;

  constructor(database: DatabaseSync, indexID: number) {
    this.#database = database;
    this.#name = `words_${indexID}`;
  }

  create(): void {
    this.#database.exec(
      `create virtual table if not exists ${this.#name}
         using fts5(words, content = '', tokenize = 'unicode61 remove_diacritics 2')`,
    );
  }

  drop(): void {
    this.#database.exec(`drop table if exists ${this.#name}`);
  }

  add(rows: Iterable<{ seq: number; words: string }>): void {
    const insert = this.#database.prepare(`insert into ${this.#name} (rowid, words) values (?, ?)`);
    for (const { seq, words } of rows) insert.run(seq, words);
  }

  count(records: RecordTable, match: string): number {
    const row = this.#database
      .prepare(`select count(*) as hits from ${this.#join(records)} where ${this.#name} match ?`)
      .get(match);
    return row ? numberOf(row['hits']) : 0;
  }

  /** The matching records, the best match first. */
  *search(records: RecordTable, match: string, page = { limit: -1, offset: 0 }): Generator<Buffer> {
    const select = this.#database.prepare(
      `select r.body from ${this.#join(records)} where ${this.#name} match ?
         order by ${this.#name}.rank, r.seq limit ? offset ?`,
    );
    for (const row of select.iterate(match, page.limit, page.offset)) yield bytesOf(row['body']);
  }

  #join(records: RecordTable): string {
    return `${this.#name} join ${records.name} r on r.seq = ${this.#name}.rowid`;
  }
}
