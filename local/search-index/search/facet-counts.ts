import type { JsonObject } from '../json/json-value.ts';
import { readScalars } from './attribute-value.ts';

interface Statistics {
  min: number;
  max: number;
  sum: number;
  count: number;
}

/** Counts the values of some attributes over the records it is shown. */
export class FacetCounts {
  readonly #attributes: readonly string[];
  readonly #counts = new Map<string, Map<string, number>>();
  readonly #statistics = new Map<string, Statistics>();

  constructor(attributes: readonly string[]) {
    this.#attributes = attributes;
  }

  add(record: JsonObject): void {
    for (const attribute of this.#attributes) {
      const scalars = readScalars(record, attribute);
      for (const value of new Set(scalars.map(String))) this.#count(attribute, value);
      for (const scalar of scalars) if (typeof scalar === 'number') this.#measure(attribute, scalar);
    }
  }

  /** `{attribute: {value: count}}`, the most frequent values first. */
  toFacets(maxValues: number): JsonObject {
    return Object.fromEntries(
      [...this.#counts].map(([attribute, counts]) => {
        const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
        return [attribute, Object.fromEntries(sorted.slice(0, maxValues))];
      }),
    );
  }

  toStatistics(): JsonObject {
    return Object.fromEntries(
      [...this.#statistics].map(([attribute, { min, max, sum, count }]) => [
        attribute,
        { min, max, avg: sum / count, sum },
      ]),
    );
  }

  #count(attribute: string, value: string): void {
    const counts = this.#counts.get(attribute) ?? new Map<string, number>();
    counts.set(value, (counts.get(value) ?? 0) + 1);
    this.#counts.set(attribute, counts);
  }

  #measure(attribute: string, number: number): void {
    const old = this.#statistics.get(attribute) ?? { min: number, max: number, sum: 0, count: 0 };
    this.#statistics.set(attribute, {
      min: Math.min(old.min, number),
      max: Math.max(old.max, number),
      sum: old.sum + number,
      count: old.count + 1,
    });
  }
}
