import { conditionOf } from './condition.ts';
import type { Placeholders } from './expression-reader.ts';
import { updateOf } from './update.ts';
import { copyOf, isEqual, sizeOf, validationError, type Item } from './values.ts';

const MAX_ITEM_BYTES = 400 * 1024;

export interface KeyNames {
  readonly partition: string;
  readonly sort: string;
}

export interface IndexDefinition extends KeyNames {
  readonly name: string;
  readonly projection: string;
}

/** An item as it was and as it is; one of both is `undefined` where it came or went. */
export interface ItemChange {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** The parts of a write, as in the commands of the document client. */
export interface WriteInput {
  readonly Item?: Item;
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Item;
}

export type WriteKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

/** A write whose condition is known to hold or not, and that is yet to be made. */
export interface PreparedWrite {
  readonly key: string;
  readonly change: ItemChange;
  readonly isAllowed: boolean;
  /** The first-level attributes that an update names. */
  readonly touched: readonly string[];
}

/** Items by their keys, with secondary indexes: what DynamoDB stores, in the memory of one process and at once. */
export class MemoryTable {
  readonly keys: KeyNames;
  readonly indexes: ReadonlyMap<string, IndexDefinition>;
  /** Told of each write once it is made; those of a transaction together. */
  onChange: (changes: readonly ItemChange[]) => void = () => undefined;
  readonly #items = new Map<string, Item>();
  readonly #partitions = new Map<string, Map<string, Item>>();
  /** What each item was before its last change: what a read that is not strong may still see. */
  readonly #before = new Map<string, Item | undefined>();

  constructor(keys: KeyNames, indexes: readonly IndexDefinition[]) {
    this.keys = keys;
    this.indexes = new Map(indexes.map((index) => [index.name, index]));
  }

  get(key: Item, { isStale = false } = {}): Item | undefined {
    const id = this.#idOf(key);
    return isStale && this.#before.has(id) ? this.#before.get(id) : this.#items.get(id);
  }

  /** All items, in no order. */
  all(): Item[] {
    return [...this.#items.values()];
  }

  /** The items of one partition of the table, or of an index, by their sort key. */
  partition(indexName: string | undefined, value: unknown, { isStale = false } = {}): Item[] {
    const index = this.indexOf(indexName);
    const items = isStale
      ? this.#staleItems(index, value)
      : [...(this.#partitions.get(partitionID(indexName, value))?.values() ?? [])];
    const sorts = [index.sort, this.keys.partition, this.keys.sort];
    return items.sort((one, other) => {
      for (const name of sorts) {
        const [left, right] = [String(one[name]), String(other[name])];
        if (left !== right) return left < right ? -1 : 1;
      }
      return 0;
    });
  }

  indexOf(name: string | undefined): KeyNames & { readonly projection?: string } {
    const index = name === undefined ? this.keys : this.indexes.get(name);
    if (index === undefined) throw validationError(`No index ${name}`);
    return index;
  }

  prepare(kind: WriteKind, input: WriteInput): PreparedWrite {
    const key = this.#idOf(input.Item ?? input.Key ?? {});
    const before = this.#items.get(key);
    const placeholders = placeholdersOf(input);
    const condition =
      input.ConditionExpression === undefined ? undefined : conditionOf(input.ConditionExpression);
    const update = input.UpdateExpression === undefined ? undefined : updateOf(input.UpdateExpression);
    refuseUnused(placeholders, [condition, update]);
    const isAllowed = condition === undefined || condition.holds(before ?? {}, placeholders);
    if (!isAllowed || kind === 'ConditionCheck') {
      return { key, isAllowed, change: { before, after: before }, touched: [] };
    }
    const after = this.#after(kind, input, before);
    if (after !== undefined) this.#refuseInvalid(after);
    const touched = update?.touched(placeholders) ?? [];
    return { key, isAllowed, change: { before, after }, touched };
  }

  /** Makes prepared writes, all at one instant. */
  apply(writes: readonly PreparedWrite[]): void {
    const changes = writes.filter(({ change }) => change.before !== change.after);
    for (const { key, change } of changes) {
      this.#before.set(key, change.before);
      this.#place(undefined, key, change);
      for (const index of this.indexes.values()) this.#place(index, key, change);
      if (change.after === undefined) this.#items.delete(key);
      else this.#items.set(key, change.after);
    }
    if (changes.length > 0) this.onChange(changes.map(({ change }) => change));
  }

  #after(kind: WriteKind, input: WriteInput, before: Item | undefined): Item | undefined {
    if (kind === 'Delete') return undefined;
    if (kind === 'Put') return copyOf(input.Item ?? {});
    const placeholders = placeholdersOf(input);
    const key = copyOf(input.Key ?? {});
    const update = updateOf(input.UpdateExpression ?? '');
    if (update.touched(placeholders).some((name) => name in key))
      throw validationError('Cannot update a key');
    return update.apply(before ?? key, { ...placeholders, values: copyOf(placeholders.values) });
  }

  #refuseInvalid(item: Item): void {
    for (const { partition, sort } of this.indexes.values()) {
      for (const name of [partition, sort]) {
        const value = item[name];
        if (value !== undefined && typeof value !== 'string')
          throw validationError(`Type mismatch for key ${name}`);
        if (value === '') throw validationError(`Empty value for index key ${name}`);
      }
    }
    if (sizeOf(item) > MAX_ITEM_BYTES)
      throw validationError('Item size has exceeded the maximum allowed size');
  }

  #place(index: IndexDefinition | undefined, id: string, { before, after }: ItemChange): void {
    const { partition, sort } = index ?? this.keys;
    const isIn = (item: Item | undefined) => item?.[partition] !== undefined && item[sort] !== undefined;
    if (isIn(before)) this.#partitions.get(partitionID(index?.name, before?.[partition]))?.delete(id);
    if (after === undefined || !isIn(after)) return;
    const name = partitionID(index?.name, after[partition]);
    const items = this.#partitions.get(name) ?? new Map<string, Item>();
    this.#partitions.set(name, items.set(id, after));
  }

  #staleItems({ partition, sort }: KeyNames, value: unknown): Item[] {
    const items = [...this.#items.keys(), ...this.#before.keys()].map((id) =>
      this.#before.has(id) ? this.#before.get(id) : this.#items.get(id),
    );
    return [...new Set(items)].filter(
      (item) => item !== undefined && item[partition] === value && item[sort] !== undefined,
    ) as Item[];
  }

  #idOf(item: Item): string {
    const { partition, sort } = this.keys;
    const [first, second] = [item[partition], item[sort]];
    if (typeof first !== 'string' || typeof second !== 'string' || first === '' || second === '') {
      throw validationError('The key is missing, empty or of another type');
    }
    return `${first}\0${second}`;
  }
}

export function placeholdersOf(input: {
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
  readonly ExpressionAttributeValues?: Item | undefined;
}): Placeholders {
  return { names: input.ExpressionAttributeNames ?? {}, values: input.ExpressionAttributeValues ?? {} };
}

/** DynamoDB refuses what no expression uses. */
export function refuseUnused(
  { names, values }: Placeholders,
  expressions: readonly ({ readonly used: ReadonlySet<string> } | undefined)[],
): void {
  const refuse = (name: string) => {
    if (expressions.some((expression) => expression?.used.has(name) === true)) return;
    throw validationError(`${name} is not used in any expression`);
  };
  for (const name in names) refuse(name);
  for (const name in values) if (values[name] !== undefined) refuse(name);
}

/** Which of the named attributes differ, as `UPDATED_OLD` and `UPDATED_NEW` tell. */
export function changedAttributes(item: Item | undefined, names: readonly string[]): Item {
  return Object.fromEntries(
    names.flatMap((name) =>
      item === undefined || isEqual(item[name], undefined) ? [] : [[name, item[name]]],
    ),
  );
}

function partitionID(indexName: string | undefined, value: unknown): string {
  return `${indexName ?? ''}\0${String(value)}`;
}
