import * as z from 'zod';
import type { Variant } from './catalog-answers.ts';
import { isLocalized, localize } from './localize.ts';

/** Deeper nested products are no attributes that somebody searches by. */
const MAX_DEPTH = 8;

const enumSchema = z.strictObject({ key: z.string(), label: z.unknown() });
const nestedSchema = z.array(z.strictObject({ name: z.string(), value: z.unknown() })).min(1);
const objectSchema = z.record(z.string(), z.unknown());

/** Attributes by their names: of an enumeration the label, of a nested attribute the attributes within, texts localized. */
export function mapAttributes(
  attributes: Variant['attributes'],
  locales: readonly string[],
): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ name, value }) => [name, mapValue(value, locales, 0)]));
}

function mapValue(value: unknown, locales: readonly string[], depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return value;
  const nested = nestedSchema.safeParse(value).data;
  if (nested !== undefined) {
    return Object.fromEntries(
      nested.map((attribute) => [attribute.name, mapValue(attribute.value, locales, depth + 1)]),
    );
  }
  if (Array.isArray(value)) return value.map((item: unknown) => mapValue(item, locales, depth + 1));
  const labelled = enumSchema.safeParse(value).data;
  if (labelled !== undefined) return mapValue(labelled.label, locales, depth + 1);
  if (isLocalized(value)) return localize(value, locales);
  return objectSchema.parse(value);
}
