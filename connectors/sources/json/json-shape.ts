/** Records with more names than this, or longer ones, are read in full each time. */
const MAX_NAMES = 512;
const MAX_TEXT_BYTES = 8192;
/** How many attributes a record may leave out in one place and still be recognised. */
const MAX_LEFT_OUT = 4;
const WORD_BYTES = 4;
const COLON = 0x3a;

/**
 * The names of one record's members, in order. Records of a file mostly have the same names as the one before them;
 * those are compared in words of four bytes here, and need not be checked or looked up again.
 */
export class JsonShape {
  /** Which name `match` found; meaningful only after it found one. */
  found = -1;
  #count = 0;
  /** Each name as it is written, with its quotes and the colon: name `i` is `#text[#starts[i] .. #starts[i + 1])`. */
  readonly #text = new Uint8Array(MAX_TEXT_BYTES);
  readonly #words = new DataView(this.#text.buffer);
  readonly #starts = new Int32Array(MAX_NAMES + 1);

  /** Begins a record: names are matched from the first one on. False when there is none to match. */
  begin(): boolean {
    this.found = -1;
    return this.#count > 0;
  }

  /** Where the text after the name and its colon begins, or -1 when what stands at `at` is none of the names due next. */
  match(view: DataView, at: number, end: number): number {
    const first = this.found + 1;
    const limit = Math.min(first + MAX_LEFT_OUT, this.#count);
    for (let name = first; name < limit; name += 1) {
      const start = this.#starts[name] ?? 0;
      const length = (this.#starts[name + 1] ?? 0) - start;
      if (at + length <= end && this.#isAt(view, at, start, length)) {
        this.found = name;
        return at + length;
      }
    }
    return -1;
  }

  /** Forgets the names; `add` gives the new ones. */
  clear(): void {
    this.#count = 0;
  }

  /** Adds the name at `start`, quotes included. Without room, or when no colon follows at once, no name is kept. */
  add(bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[this.#count] ?? 0;
    const length = end + 1 - start;
    const fits = this.#count < MAX_NAMES && from + length <= MAX_TEXT_BYTES;
    if (!fits || length < WORD_BYTES || bytes[end] !== COLON) {
      this.#count = 0;
      return false;
    }
    for (let index = 0; index < length; index += 1) this.#text[from + index] = bytes[start + index] ?? 0;
    this.#count += 1;
    this.#starts[this.#count] = from + length;
    return true;
  }

  #isAt(view: DataView, at: number, start: number, length: number): boolean {
    const words = this.#words;
    const last = length - WORD_BYTES;
    for (let offset = 0; offset < last; offset += WORD_BYTES) {
      if (view.getInt32(at + offset) !== words.getInt32(start + offset)) return false;
    }
    // The last word may overlap the one before it.
    return view.getInt32(at + last) === words.getInt32(start + last);
  }
}
