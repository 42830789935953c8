import type { Readable } from 'node:stream';

const MAX_SAID_CHARACTERS = 4_000;
const MIN_SECRET_LINE = 8;
const MAX_LINE_CHARACTERS = 16_000;
/** A log is for reading: what goes beyond this is no help and costs as much again. */
const MAX_LOG_CHARACTERS = 1_000_000;

/** What a connector prints beside its messages: all of it into the log, without secrets, and the end of it to the worker. */
export class Said {
  hasEnded = false;
  #text = '';
  #line = '';
  #logged = 0;
  readonly #secrets: readonly string[];
  readonly #log: (line: string) => void;

  constructor(secrets: readonly string[], log: (line: string) => void) {
    // One of several lines, as a private key, is printed as such.
    this.#secrets = secrets.flatMap((secret) => [
      secret,
      ...secret.split('\n').filter((line) => line.length >= MIN_SECRET_LINE),
    ]);
    this.#log = log;
  }

  get isEmpty(): boolean {
    return this.#text === '';
  }

  async listen(stream: Readable): Promise<void> {
    stream.setEncoding('utf8');
    for await (const text of stream) this.#hear(String(text));
    if (this.#line !== '') this.#take(this.#line);
    this.hasEnded = true;
  }

  /** What was said since this was last asked. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  #hear(text: string): void {
    const [line = '', ...others] = text.split('\n');
    this.#line += line;
    for (const next of others) {
      this.#take(this.#line);
      this.#line = next;
    }
    if (this.#line.length <= MAX_LINE_CHARACTERS) return;
    // What may be the beginning of a secret waits for the rest of it.
    const blotted = this.#blot(this.#line);
    const longest = Math.max(0, ...this.#secrets.map((secret) => secret.length));
    this.#line = blotted.slice(-Math.min(longest, MAX_LINE_CHARACTERS) - 1);
    this.#take(blotted.slice(0, -this.#line.length));
  }

  #take(line: string): void {
    const shown = this.#blot(line);
    this.#text = `${this.#text}${shown}\n`.slice(-MAX_SAID_CHARACTERS);
    if (this.#logged > MAX_LOG_CHARACTERS) return;
    this.#logged += shown.length;
    this.#log(this.#logged > MAX_LOG_CHARACTERS ? 'The rest of it is not kept.' : shown);
  }

  #blot(text: string): string {
    return this.#secrets.reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
  }
}
