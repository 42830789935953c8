import { remainderOf, type BulkPart } from './bulk-parts.ts';
import { ownerOf } from './line-ids.ts';
import { PartFile } from './part-file.ts';

/** The disk of a function is of 512 MB, and others use it too. */
const MAX_DISK_BYTES = 384 * 1024 * 1024;
/** Each takes a handle, and a quarter of a megabyte while it is written. */
const MAX_FILES = 64;

type Lines = AsyncIterable<readonly Buffer[]>;

/**
 * The lines of a file of lines, part by part. What a download passes by on its way to one part, the parts that follow, is
 * kept on the disk, compressed and as far as there is room, so that not each of them is a download.
 */
export class PartLines {
  readonly #download: () => Promise<Lines>;
  readonly #parts: number;
  readonly #maxDiskBytes: number;
  /** By the part's remainder. */
  readonly #files = new Map<number, PartFile>();
  #canWrite = true;

  /** `parts` is how many the file is divided into, before any of them is divided further. */
  constructor(download: () => Promise<Lines>, parts: number, maxDiskBytes = MAX_DISK_BYTES) {
    this.#download = download;
    this.#parts = parts;
    this.#maxDiskBytes = maxDiskBytes;
  }

  /** All lines of a part, or of half of one, among them maybe some of others. */
  async of({ remainder }: BulkPart): Promise<Lines> {
    const first = remainder % this.#parts;
    if (this.#parts > 1 && this.#canWrite && !this.#files.has(first)) await this.#keepFrom(first);
    return this.#files.get(first)?.lines() ?? this.#download();
  }

  async close(): Promise<void> {
    const files = [...this.#files.values()];
    this.#files.clear();
    await Promise.all(files.map((file) => file.close()));
  }

  async #keepFrom(first: number): Promise<void> {
    await this.close();
    try {
      for (let part = first; part < Math.min(this.#parts, first + MAX_FILES); part += 1)
        this.#files.set(part, await PartFile.create());
    } catch {
      return this.#giveUp();
    }
    for await (const lines of await this.#download()) {
      for (const line of lines) await this.#keep(line, first);
      if (!this.#canWrite) return;
    }
    try {
      for (const file of this.#files.values()) await file.flush();
    } catch {
      await this.#giveUp();
    }
  }

  async #keep(line: Buffer, first: number): Promise<void> {
    const file = this.#files.get(remainderOf(ownerOf(line).id, this.#parts));
    if (file?.add(line) !== true) return;
    try {
      await file.flush();
      if (this.#diskBytes() > this.#maxDiskBytes) await this.#dropLast(first);
    } catch {
      await this.#giveUp();
    }
  }

  #diskBytes(): number {
    let sum = 0;
    for (const { sizeBytes } of this.#files.values()) sum += sizeBytes;
    return sum;
  }

  /** The part that is needed last; the first one is needed now. */
  async #dropLast(first: number): Promise<void> {
    const last = Math.max(...this.#files.keys());
    if (last === first) return this.#giveUp();
    const file = this.#files.get(last);
    this.#files.delete(last);
    await file?.close();
  }

  /** Where nothing can be written, or a single part has no room, each part is a download. */
  async #giveUp(): Promise<void> {
    this.#canWrite = false;
    await this.close();
  }
}
