import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { OccurrenceCounter } from './occurrence-counter.ts';

/** What went into the sink so far; `bytes` are those of the bodies, unpacked. */
export interface SinkTotals {
  readonly requests: number;
  readonly records: number;
  readonly bytes: number;
}

/**
 * Takes batches without reading or storing them: it counts how often `"action"` is written, which is once per record
 * unless a record itself has an attribute of that name. With a file, the bodies are appended to it, a line feed after each.
 */
export class BatchSink {
  readonly #file: WriteStream | undefined;
  #totals: SinkTotals = { requests: 0, records: 0, bytes: 0 };

  constructor(keepFile: string | undefined) {
    this.#file = keepFile === undefined ? undefined : createWriteStream(keepFile, { flags: 'a' });
  }

  get totals(): SinkTotals {
    return this.#totals;
  }

  /** Reads one body to its end; returns what it held. */
  async consume(body: Readable): Promise<{ records: number; bytes: number }> {
    const counter = new OccurrenceCounter('"action"');
    const kept: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('Bodies are read as bytes');
      counter.add(chunk);
      bytes += chunk.length;
      if (this.#file) kept.push(chunk);
    }
    await this.#keep(kept);
    const { requests, records, bytes: total } = this.#totals;
    this.#totals = { requests: requests + 1, records: records + counter.count, bytes: total + bytes };
    return { records: counter.count, bytes };
  }

  async stop(): Promise<void> {
    if (!this.#file) return;
    this.#file.end();
    await once(this.#file, 'close');
  }

  // One write per body, so that bodies that arrive together do not mix.
  async #keep(chunks: Buffer[]): Promise<void> {
    if (this.#file && !this.#file.write(Buffer.concat([...chunks, Buffer.from('\n')]))) {
      await once(this.#file, 'drain');
    }
  }
}
