import type { Fault } from './faults.ts';
import type { Timeline } from './timeline.ts';

/** What must never be, was. */
export class Violation extends Error {}

/** Everything that happened, as a hash, and as lines where somebody wants to read it. */
export class History {
  /** The first violation; the simulation stops at it. */
  violation: Violation | undefined;
  readonly #timeline: Timeline;
  readonly #print: ((line: string) => void) | undefined;
  readonly #start: number;
  #hash = 0x811c9dc5;

  constructor(timeline: Timeline, print?: (line: string) => void) {
    this.#timeline = timeline;
    this.#start = timeline.now;
    this.#print = print;
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  note(who: string, what: string, fault?: Fault): void {
    this.#add(this.#timeline.now & 0x7fff_ffff, `${who} ${what} ${fault ?? ''}`);
    this.#print?.(`${this.#time()}  ${who.padEnd(12)} ${what}${fault === undefined ? '' : `   !! ${fault}`}`);
  }

  /** Notes a violation: where it was found its error may be caught by who is being tested. */
  violate(message: string): void {
    this.violation ??= new Violation(message);
    this.#print?.(`${this.#time()}  VIOLATION    ${message}`);
  }

  #time(): string {
    const milliseconds = this.#timeline.now - this.#start;
    const seconds = Math.floor(milliseconds / 1000);
    const part = (number: number, digits: number) => String(number).padStart(digits, '0');
    return `${part(Math.floor(seconds / 60), 3)}:${part(seconds % 60, 2)}.${part(milliseconds % 1000, 3)}`;
  }

  #add(time: number, text: string): void {
    let hash = Math.imul(this.#hash ^ time, 0x01000193);
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    this.#hash = hash;
  }
}
