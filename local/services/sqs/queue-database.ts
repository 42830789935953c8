import { DatabaseSync } from 'node:sqlite';
// fauxqs exports only its server, which listens on all addresses; these are the parts below it. Pinned exactly.
import { PersistenceManager } from '../../../node_modules/fauxqs/dist/persistence.js';
import { SnsStore } from '../../../node_modules/fauxqs/dist/sns/snsStore.js';
import { SqsStore, type SqsQueue } from '../../../node_modules/fauxqs/dist/sqs/sqsStore.js';
import { inTransaction } from '../storage/open-database.ts';

export type Queue = SqsQueue;

/** fauxqs's queues, and topics that they are subscribed to, in memory with every change written through to SQLite. */
export interface QueueDatabase {
  readonly store: SqsStore;
  readonly topics: SnsStore;
  /**
   * Runs one request's changes as one commit. Without it fauxqs commits each row, so that a kill between the two steps
   * of a move to a dead-letter queue would lose the message.
   */
  transact<Result>(work: () => Result): Result;
  /** Deletes by a receipt handle whose visibility has run out, unless the message was received again since. */
  deleteExpiredReceipt(queue: Queue, receiptHandle: string): void;
  close(): void;
}

const INDEXES = `
CREATE INDEX IF NOT EXISTS messages_by_queue ON sqs_messages (queue_name);
CREATE INDEX IF NOT EXISTS messages_by_receipt ON sqs_messages (receipt_handle) WHERE receipt_handle IS NOT NULL;
`;

/** Opens the queues of a data directory with the messages that were in them. */
export function openQueueDatabase(directory: string): QueueDatabase {
  const persistence = new PersistenceManager(directory);
  const database: unknown = Reflect.get(persistence, 'db');
  if (!(database instanceof DatabaseSync)) throw new Error('fauxqs keeps its database elsewhere: pin 2.4.1');
  database.exec(INDEXES);
  const store = new SqsStore();
  const topics = new SnsStore();
  // Persistence is attached after loading: while it is, creating a queue again deletes its messages.
  persistence.loadSqsAndSns(store, topics);
  store.persistence = persistence;
  topics.persistence = persistence;
  for (const queue of store.allQueues()) queue.persistence = persistence;
  const selectReceipt = database.prepare('SELECT message_id FROM sqs_messages WHERE receipt_handle = ?');
  return {
    store,
    topics,
    transact: (work) => inTransaction(database, work),
    deleteExpiredReceipt: (queue, receiptHandle) => {
      const messageID = selectReceipt.get(receiptHandle)?.['message_id'];
      if (typeof messageID !== 'string') return;
      queue.messages = queue.messages.filter((message) => message.messageId !== messageID);
      persistence.deleteMessage(messageID);
    },
    close: () => persistence.close(),
  };
}
