import {
  ExpressionReader,
  nameOf,
  read,
  valueOf,
  type Path,
  type Placeholders,
} from './expression-reader.ts';
import { copyOf, validationError, type Item } from './values.ts';

export interface Update {
  /** The placeholders in it. */
  readonly used: ReadonlySet<string>;
  /** The item after the update; the one before is left alone. */
  readonly apply: (before: Item, placeholders: Placeholders) => Item;
  /** The first-level attributes that it names. */
  readonly touched: (placeholders: Placeholders) => string[];
}

type Operand = (before: Item, placeholders: Placeholders) => unknown;
type Change = (after: Item, before: Item, placeholders: Placeholders) => void;
interface Step {
  readonly path: Path;
  readonly change: Change;
}

const updates = new Map<string, Update>();

/** An update expression; each text is parsed once. */
export function updateOf(text: string): Update {
  const known = updates.get(text);
  if (known !== undefined) return known;
  const reader = new ExpressionReader(text);
  const steps: Step[] = [];
  while (!reader.isAtEnd) {
    const section = SECTIONS[reader.take().toUpperCase()];
    if (section === undefined) throw validationError(`Invalid update: ${text}`);
    do steps.push(section(reader));
    while (reader.takeIf(','));
  }
  const touched = (placeholders: Placeholders) =>
    steps.map(({ path }) => String(nameOf(path[0] ?? '', placeholders)));
  const update: Update = {
    used: reader.used,
    touched,
    apply(before, placeholders) {
      // Only what is reached into is changed in place, so only nested paths need a copy of their own.
      const isNested = steps.some(({ path }) => path.length > 1);
      const after = isNested ? copyOf(before) : { ...before };
      for (const { change } of steps) change(after, before, placeholders);
      return after;
    },
  };
  updates.set(text, update);
  return update;
}

const SECTIONS: Readonly<Record<string, (reader: ExpressionReader) => Step>> = {
  SET(reader) {
    const path = reader.path();
    reader.expect('=');
    const value = sum(reader);
    return {
      path,
      change: (after, before, placeholders) => write(after, path, placeholders, value(before, placeholders)),
    };
  },
  REMOVE(reader) {
    const path = reader.path();
    return { path, change: (after, _, placeholders) => write(after, path, placeholders, undefined) };
  },
  ADD(reader) {
    const [path, placeholder] = [reader.path(), reader.take()];
    return {
      path,
      change(after, before, placeholders) {
        const [old, more] = [read(before, path, placeholders), valueOf(placeholder, placeholders)];
        const isOfSets = more instanceof Set && (old === undefined || old instanceof Set);
        write(
          after,
          path,
          placeholders,
          isOfSets ? new Set([...((old as Set<unknown>) ?? []), ...more]) : add(old ?? 0, more),
        );
      },
    };
  },
  DELETE(reader) {
    const [path, placeholder] = [reader.path(), reader.take()];
    return {
      path,
      change(after, before, placeholders) {
        const old = read(before, path, placeholders);
        if (old === undefined) return;
        const rest = (old as Set<unknown>).difference(valueOf(placeholder, placeholders) as Set<unknown>);
        write(after, path, placeholders, rest.size > 0 ? rest : undefined);
      },
    };
  },
};

function sum(reader: ExpressionReader): Operand {
  const left = operand(reader);
  const sign = reader.takeIf('+') ? 1 : reader.takeIf('-') ? -1 : 0;
  if (sign === 0) return left;
  const right = operand(reader);
  return (before, placeholders) => {
    const [one, other] = [left(before, placeholders), right(before, placeholders)];
    return add(one, typeof other === 'number' ? sign * other : other);
  };
}

function add(one: unknown, other: unknown): number {
  if (typeof one === 'number' && typeof other === 'number') return one + other;
  throw validationError('Only numbers can be added');
}

function operand(reader: ExpressionReader): Operand {
  if (reader.peek().startsWith(':')) {
    const placeholder = reader.take();
    return (_, placeholders) => valueOf(placeholder, placeholders);
  }
  if (reader.peek(1) === '(') {
    const name = reader.take();
    const isDefault = name === 'if_not_exists';
    if (!isDefault && name !== 'list_append') throw validationError(`Invalid function: ${name}`);
    reader.expect('(');
    const first = isDefault ? optional(reader.path()) : operand(reader);
    reader.expect(',');
    const second = operand(reader);
    reader.expect(')');
    if (isDefault) {
      return (before, placeholders) => first(before, placeholders) ?? second(before, placeholders);
    }
    return (before, placeholders) => [
      ...(first(before, placeholders) as unknown[]),
      ...(second(before, placeholders) as unknown[]),
    ];
  }
  const path = reader.path();
  return (before, placeholders) => {
    const value = read(before, path, placeholders);
    if (value === undefined) throw validationError('The expression names an attribute that is not there');
    return value;
  };
}

function optional(path: Path): Operand {
  return (before, placeholders) => read(before, path, placeholders);
}

/** Sets what lies at the path, or removes it when the value is `undefined`. */
function write(item: Item, path: Path, placeholders: Placeholders, value: unknown): void {
  const parent = path.length === 1 ? item : read(item, path.slice(0, -1), placeholders);
  if (typeof parent !== 'object' || parent === null) throw validationError('The path leads nowhere');
  const step = nameOf(path.at(-1) ?? '', placeholders);
  if (value !== undefined) (parent as Item)[step] = value;
  else if (Array.isArray(parent)) parent.splice(Number(step), 1);
  else delete (parent as Item)[step];
}
