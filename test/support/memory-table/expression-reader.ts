import { validationError, type Item } from './values.ts';

/** What the placeholders of an expression stand for. */
export interface Placeholders {
  readonly names: Readonly<Record<string, string>>;
  readonly values: Item;
}

/** Where a value lies in an item: attribute names, or their placeholders, and list positions. */
export type Path = readonly (string | number)[];

const TOKEN = /\s*([#:]?\w+|<>|<=|>=|[=<>()[\],.+-])/y;

/** Walks over the tokens of an expression, and notes which placeholders it uses. */
export class ExpressionReader {
  readonly used = new Set<string>();
  readonly #tokens: string[] = [];
  #next = 0;

  constructor(text: string) {
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const at = TOKEN.lastIndex;
      const token = TOKEN.exec(text)?.[1];
      if (token === undefined) throw validationError(`Invalid expression at ${at}: ${text}`);
      this.#tokens.push(token);
    }
  }

  get isAtEnd(): boolean {
    return this.#next >= this.#tokens.length;
  }

  peek(ahead = 0): string {
    return this.#tokens[this.#next + ahead] ?? '';
  }

  take(): string {
    const token = this.peek();
    this.#next += 1;
    if (token.startsWith('#') || token.startsWith(':')) this.used.add(token);
    return token;
  }

  /** Takes the token if it is next; keywords in any case. */
  takeIf(token: string): boolean {
    if (this.peek().toUpperCase() !== token) return false;
    this.take();
    return true;
  }

  expect(token: string): void {
    if (!this.takeIf(token)) throw validationError(`Invalid expression: ${token} expected at ${this.peek()}`);
  }

  path(): Path {
    const path: (string | number)[] = [this.take()];
    for (;;) {
      if (this.takeIf('.')) path.push(this.take());
      else if (this.takeIf('[')) {
        path.push(Number(this.take()));
        this.expect(']');
      } else return path;
    }
  }
}

/** A step of a path by its own name. */
export function nameOf(step: string | number, { names }: Placeholders): string | number {
  if (typeof step === 'number' || !step.startsWith('#')) return step;
  const name = names[step];
  if (name === undefined) throw validationError(`The name ${step} is not defined`);
  return name;
}

export function valueOf(placeholder: string, { values }: Placeholders): unknown {
  const value = values[placeholder];
  if (value === undefined) throw validationError(`The value ${placeholder} is not defined`);
  return value;
}

export function read(item: Item, path: Path, placeholders: Placeholders): unknown {
  let value: unknown = item;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Item)[nameOf(step, placeholders)];
  }
  return value;
}
