import type { TableAccess } from '../foundation/table-client.ts';
import { readKeys, type KeyChunk, type KeyRange } from './key-range.ts';

/** More keys than this are not read at once: a chunk stays far below the megabyte that one query answers. */
const MAX_CHUNK = 1_000;

/** The keys of a range one after the other, read in chunks as they are needed. */
export class KeyStream {
  readonly #table: TableAccess;
  readonly #range: KeyRange;
  readonly #options: KeyStreamOptions;
  #keys: OrderedKey[] = [];
  #position = 0;
  #chunk: Pick<KeyChunk, 'next'> | undefined;

  constructor(table: TableAccess, range: KeyRange, options: KeyStreamOptions) {
    this.#table = table;
    this.#range = range;
    this.#options = options;
  }

  /** The key that comes next, which stays next; nothing at the end. */
  async peek(): Promise<OrderedKey | undefined> {
    while (this.#position >= this.#keys.length && (!this.#chunk || this.#chunk.next)) {
      const { descending, wanted, accepts } = this.#options;
      const chunk = await readKeys(this.#table, this.#range, {
        descending,
        limit: Math.min(wanted, MAX_CHUNK),
        start: this.#chunk?.next,
      });
      this.#chunk = chunk;
      this.#keys = (accepts ? chunk.keys.filter(accepts) : chunk.keys).map(toOrderedKey);
      this.#position = 0;
    }
    return this.#keys[this.#position];
  }

  /** Goes on past the key that came next. */
  advance(): void {
    this.#position += 1;
  }
}

interface KeyStreamOptions {
  readonly descending: boolean;
  /** How many keys will probably be asked for. */
  readonly wanted: number;
  /** Keys that it refuses are passed over. */
  readonly accepts?: ((key: string) => boolean) | undefined;
}

/** A sort key with its bytes, by which the table orders. */
export interface OrderedKey {
  readonly key: string;
  readonly bytes: Buffer;
}

function toOrderedKey(key: string): OrderedKey {
  return { key, bytes: Buffer.from(key) };
}
