import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { deserialize, serialize } from 'node:v8';
import { applyWrite } from '../batch/apply-write.ts';
import { findTouchedIndexes, writeSchema, type Write } from '../batch/write.ts';
import { bytesOf, numberOf } from './column-value.ts';
import type { IndexStore } from './index-store.ts';

interface PendingWrite {
  readonly taskID: number;
  readonly dueAt: number;
  readonly write: Write;
}

/**
 * Accepts writes under increasing task ids and applies them in that order. Without a lag a write is applied before its
 * task id is known; with one it is kept on disk until it is due, so neither kind is lost by `kill -9`.
 */
export class WriteQueue {
  readonly #database: DatabaseSync;
  readonly #store: IndexStore;
  readonly #saveLastTaskID: StatementSync;
  readonly #pending: PendingWrite[] = [];
  #lastTaskID = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(database: DatabaseSync, store: IndexStore) {
    this.#database = database;
    this.#store = store;
    this.#saveLastTaskID = database.prepare(`insert or replace into counters values ('lastTaskID', ?)`);
    this.#load();
    this.#publishDue();
  }

  /** Returns the task id of the write, which is stored; it is published after `lagMs` and after all before it. */
  accept(write: Write, lagMs: number): number {
    const taskID = this.#lastTaskID + 1;
    if (lagMs === 0 && this.#pending.length === 0) {
      this.#store.transact(() => {
        this.#saveLastTaskID.run(taskID);
        applyWrite(this.#store, write);
      });
      this.#lastTaskID = taskID;
      return taskID;
    }
    const dueAt = Date.now() + lagMs;
    this.#store.transact(() => {
      this.#saveLastTaskID.run(taskID);
      this.#database.prepare('insert into pending values (?, ?, ?)').run(taskID, dueAt, serialize(write));
    });
    this.#lastTaskID = taskID;
    this.#pending.push({ taskID, dueAt, write });
    this.#publishDue();
    return taskID;
  }

  isPublished(taskID: number): boolean {
    return taskID < (this.#pending[0]?.taskID ?? this.#lastTaskID + 1);
  }

  countPending(indexName: string): number {
    return this.#pending.filter(({ write }) => findTouchedIndexes(write).includes(indexName)).length;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #publishDue(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const next = this.#pending[0];
      if (!next) return;
      const waitMs = next.dueAt - Date.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#publishDue(), waitMs);
        return;
      }
      this.#store.transact(() => {
        applyWrite(this.#store, next.write);
        this.#database.prepare('delete from pending where task_id = ?').run(next.taskID);
      });
      this.#pending.shift();
    }
  }

  #load(): void {
    const row = this.#database.prepare(`select value from counters where name = 'lastTaskID'`).get();
    this.#lastTaskID = row ? numberOf(row['value']) : 0;
    for (const row of this.#database.prepare('select * from pending order by task_id').all()) {
      this.#pending.push({
        taskID: numberOf(row['task_id']),
        dueAt: numberOf(row['due_at']),
        write: writeSchema.parse(deserialize(bytesOf(row['write']))),
      });
    }
  }
}
