/** Entries per generation; with two of them some 4 million ids are remembered. */
const MAX_ENTRIES = 2 * 1024 * 1024;
const FIRST_SLOTS = 3 * 1024;
/** Two thirds full at most: 24 MiB per generation, 48 MiB in all. */
const MAX_SLOTS = (MAX_ENTRIES / 2) * 3;

/**
 * Which objectIDs a run has seen, as 64-bit hashes in bounded memory. It remembers at least the last 2 million distinct
 * ids; `isExact` tells whether it has forgotten any.
 */
export class SeenIDs {
  #current: Generation;
  #previous: Generation | undefined;
  #isExact = true;
  readonly #maxEntries: number;

  constructor(maxEntries = MAX_ENTRIES) {
    this.#maxEntries = maxEntries;
    this.#current = new Generation(FIRST_SLOTS);
  }

  /** False once an id may have been forgotten. */
  get isExact(): boolean {
    return this.#isExact;
  }

  /** Which of the ids, by their hashes as `hashIDs` gives them, were there before; all are from now on. */
  addAll(hashes: Int32Array): number[] {
    this.#current.fetch(hashes);
    const repeats: number[] = [];
    for (let index = 0; index < hashes.length; index += 2) {
      if (this.#add(hashes[index] ?? 0, hashes[index + 1] ?? 0)) repeats.push(index / 2);
    }
    return repeats;
  }

  #add(first: number, second: number): boolean {
    const wasBefore = this.#previous?.has(first, second) === true;
    if (this.#current.entries >= this.#maxEntries && !this.#current.has(first, second)) this.#turnOver();
    // One of the generation before is noted again, or it would be forgotten though it was seen just now.
    return this.#current.add(first, second) || wasBefore;
  }

  #turnOver(): void {
    const recycled = this.#previous;
    if (recycled !== undefined) this.#isExact = false;
    this.#previous = this.#current;
    this.#current = recycled?.cleared() ?? new Generation(Math.min(MAX_SLOTS, this.#maxEntries * 2));
  }
}

/** An open-addressing set of 64-bit hashes; 0, 0 marks an empty slot. */
class Generation {
  entries = 0;
  /** Of no use to anybody, but what is read for nothing is not read. */
  fetched = 0;
  #slots: number;
  #words: Int32Array;

  constructor(slots: number) {
    this.#slots = slots;
    this.#words = new Int32Array(slots * 2);
  }

  has(first: number, second: number): boolean {
    const at = this.#find(first, second);
    return this.#words[at] !== 0 || this.#words[at + 1] !== 0;
  }

  add(first: number, second: number): boolean {
    let at = this.#find(first, second);
    if (this.#words[at] !== 0 || this.#words[at + 1] !== 0) return true;
    if ((this.entries + 1) * 3 > this.#slots * 2 && this.#slots < MAX_SLOTS) {
      this.#grow();
      at = this.#find(first, second);
    }
    this.#words[at] = first;
    this.#words[at + 1] = second;
    this.entries += 1;
    return false;
  }

  /**
   * Reads the slots of hashes that are about to be added: independent of one another, they come from memory many at a time,
   * where `add` waits for each.
   */
  fetch(hashes: Int32Array): void {
    const words = this.#words;
    let fetched = 0;
    for (let index = 0; index < hashes.length; index += 2) {
      fetched |= words[this.#slotOf(hashes[index] ?? 0)] ?? 0;
    }
    this.fetched = fetched;
  }

  cleared(): Generation {
    this.#words.fill(0);
    this.entries = 0;
    return this;
  }

  /** Where the hash is, or the empty slot where it belongs. */
  #find(first: number, second: number): number {
    const words = this.#words;
    const end = this.#slots * 2;
    let at = this.#slotOf(first);
    for (;;) {
      const word = words[at];
      const next = words[at + 1];
      if ((word === first && next === second) || (word === 0 && next === 0)) return at;
      at += 2;
      if (at === end) at = 0;
    }
  }

  /** The hash as a fraction of 2^32 spreads over any number of slots. */
  #slotOf(first: number): number {
    return Math.floor(((first >>> 0) / 0x1_0000_0000) * this.#slots) * 2;
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Int32Array(this.#slots * 2);
    for (let index = 0; index < old.length; index += 2) {
      const first = old[index] ?? 0;
      const second = old[index + 1] ?? 0;
      if (first === 0 && second === 0) continue;
      const at = this.#find(first, second);
      this.#words[at] = first;
      this.#words[at + 1] = second;
    }
  }
}
