import * as z from 'zod';

import { DEFAULT_ITEMS_PER_PAGE, MAX_ITEMS_PER_PAGE } from '../../core/foundation/pagination.ts';
import { dateSchema } from '../../core/foundation/text-schemas.ts';

/** A whole number, not negative. */
export const integerParameter = z
  .string()
  .regex(/^\d{1,9}$/, 'must be an integer')
  .transform(Number);

/** `page` and `itemsPerPage`, as every list has them. */
export const pageParameters = {
  page: integerParameter.pipe(z.int().min(1)).default(1),
  itemsPerPage: integerParameter.pipe(z.int().min(1).max(MAX_ITEMS_PER_PAGE)).default(DEFAULT_ITEMS_PER_PAGE),
};

/** `sort` over these keys, with `order`. */
export function sortParameters<const Keys extends readonly [string, ...string[]]>(
  keys: Keys,
  standard: Keys[number],
) {
  return {
    sort: z.enum(keys).default(standard),
    order: z.enum(['asc', 'desc']).default('desc'),
  };
}

/** An ID to filter by. What is far longer than one could be no key of the table. */
export const idParameter = z.string().max(100);

/** Several values: joined by commas, or the parameter repeated. */
export function listParameter<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z
    .string()
    .transform((text) => text.split(','))
    .pipe(z.array(item))
    .optional();
}

export const booleanParameter = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .optional();

/** A date and time; the plus of an offset that was not encoded, and so came as a space, is understood. */
export const dateParameter = z
  .string()
  .transform((text) => text.replace(' ', '+'))
  .pipe(dateSchema)
  .optional();

/** The filter for `none`: what has no value. */
export function noneAsNull(values: readonly string[] | undefined): (string | null)[] | undefined {
  return values?.map((value) => (value === 'none' ? null : value));
}

/** The filter for exactly this value, or none at all. */
export function only(value: boolean | undefined): boolean[] | undefined {
  return value === undefined ? undefined : [value];
}
