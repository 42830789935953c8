import { INCOMPLETE, INVALID, type JsonScanner } from '../../../core/records/json-scanner.ts';
import type { InputWindow } from '../file/input-window.ts';

const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** What one step came to: the value under the path begins here, go on, bytes are missing, or the scanner says what is wrong. */
type Step = 'there' | 'on' | 'more' | 'invalid';

/**
 * Finds the value under a path in a document that is read as it comes: what lies before it is checked and passed over,
 * value by value.
 */
export class JsonDescent {
  readonly #path: readonly string[];
  /** Containers that were entered, of those on the path. */
  #depth = 0;
  #isArray = false;
  /** Elements of the array that is being looked through. */
  #index = 0;
  #stands: 'at value' | 'at first' | 'at next' = 'at value';

  constructor(path: readonly string[]) {
    this.#path = path;
  }

  /** The path so far, as a pointer. */
  get pointer(): string {
    return pointerOf(this.#path.slice(0, this.#depth));
  }

  /** Goes on as far as the window reaches; its `start` is moved past what is done with. */
  descend(scanner: JsonScanner, window: InputWindow): Exclude<Step, 'on'> {
    for (;;) {
      const start = scanner.skipSpace(window.start);
      if (start >= window.end) return 'more';
      const step =
        this.#stands === 'at value'
          ? this.#enter(scanner, window, start)
          : this.#pass(scanner, window, start);
      if (step !== 'on') return step;
    }
  }

  #enter(scanner: JsonScanner, window: InputWindow, at: number): Step {
    window.start = at;
    if (this.#depth === this.#path.length) return 'there';
    const byte = window.bytes[at];
    if (byte !== OPEN_OBJECT && byte !== OPEN_ARRAY) {
      return this.#fail(
        scanner,
        at,
        `the value at ${JSON.stringify(this.pointer)} is neither an object nor an array`,
      );
    }
    this.#isArray = byte === OPEN_ARRAY;
    this.#index = 0;
    this.#stands = 'at first';
    window.start = at + 1;
    return 'on';
  }

  /** One member or element: entered if it is the one on the path, else passed over. */
  #pass(scanner: JsonScanner, window: InputWindow, start: number): Step {
    const { bytes, end } = window;
    let at = start;
    if (bytes[at] === (this.#isArray ? CLOSE_ARRAY : CLOSE_OBJECT)) return this.#missing(scanner, at);
    if (this.#stands === 'at next') {
      if (bytes[at] !== COMMA) return this.#outcome(scanner.unexpected(at, 'a comma'));
      at = scanner.skipSpace(at + 1);
    }
    if (at >= end) return 'more';
    const value = this.#isArray
      ? { at, isOnPath: this.#isOnPath(String(this.#index)) }
      : this.#readName(scanner, at);
    if (value.at < 0) return this.#outcome(value.at);
    if (value.isOnPath) {
      this.#depth += 1;
      this.#stands = 'at value';
      window.start = value.at;
      return 'on';
    }
    const next = scanner.skipValue(scanner.skipSpace(value.at), this.#depth);
    if (next < 0) return this.#outcome(next);
    if (next >= end && !window.final) return 'more';
    window.start = next;
    this.#index += 1;
    this.#stands = 'at next';
    return 'on';
  }

  #readName(scanner: JsonScanner, at: number): { at: number; isOnPath: boolean } {
    const fault = (outcome: number) => ({ at: outcome, isOnPath: false });
    if (scanner.bytes[at] !== QUOTE) return fault(scanner.unexpected(at, 'a name in quotes'));
    const nameEnd = scanner.skipString(at);
    if (nameEnd < 0) return fault(nameEnd);
    const colon = scanner.skipSpace(nameEnd);
    if (scanner.bytes[colon] !== COLON || colon >= scanner.end)
      return fault(scanner.unexpected(colon, 'a colon'));
    const name: unknown = JSON.parse(scanner.bytes.toString('utf8', at, nameEnd));
    return { at: colon + 1, isOnPath: this.#isOnPath(String(name)) };
  }

  #isOnPath(name: string): boolean {
    return this.#path[this.#depth] === name;
  }

  #missing(scanner: JsonScanner, at: number): Step {
    const whole = JSON.stringify(pointerOf(this.#path));
    const found = `${this.#isArray ? 'array' : 'object'} at ${JSON.stringify(this.pointer)}`;
    const step = JSON.stringify(this.#path[this.#depth]);
    return this.#fail(scanner, at, `there is nothing at ${whole}: the ${found} has no ${step}`);
  }

  #fail(scanner: JsonScanner, at: number, problem: string): Step {
    return this.#outcome(scanner.fail(at, problem));
  }

  #outcome(found: number): Step {
    if (found === INCOMPLETE) return 'more';
    return found === INVALID ? 'invalid' : 'on';
  }
}

function pointerOf(path: readonly string[]): string {
  return path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
