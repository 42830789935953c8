import * as z from 'zod';

import { urlSchema } from '../foundation/text-schemas.ts';

/** All types that the API names. */
export const SOURCE_TYPES = [
  'algoliaIndex',
  'bigcommerce',
  'bigquery',
  'commercetools',
  'csv',
  'docker',
  'ga4BigqueryExport',
  'json',
  'shopify',
  'push',
] as const;

/** Those that can be created so far. */
export const SUPPORTED_SOURCE_TYPES = ['csv', 'json'] as const;
export type SourceType = (typeof SUPPORTED_SOURCE_TYPES)[number];

const FORBIDDEN_DELIMITERS: ReadonlySet<string> = new Set(['\r', '\n', '\uFFFD', ' ', '"']);

const uniqueIDColumn = z.string().min(1).max(1_000);

const delimiter = z
  .string()
  .refine(
    (text) => [...text].length === 1 && !FORBIDDEN_DELIMITERS.has(text),
    'must be exactly one character, and none of carriage return, line feed, U+FFFD, space and "',
  );

const fileFields = {
  url: urlSchema,
  uniqueIDColumn: uniqueIDColumn.optional(),
  method: z.enum(['GET', 'POST']).optional(),
};

/** The input of each type, as a create must give it. */
export const sourceInputSchemas = {
  csv: z.object({
    ...fileFields,
    mapping: z.record(z.string(), z.enum(['string', 'integer', 'float', 'boolean', 'json'])).optional(),
    delimiter: delimiter.optional(),
  }),
  json: z.object(fileFields),
} as const satisfies Readonly<Record<SourceType, z.ZodType>>;

/** Types of authentication that a source of each type may name. */
export const SOURCE_AUTHENTICATION_TYPES: Readonly<Record<SourceType, readonly string[]>> = {
  csv: ['basic'],
  json: ['basic'],
};
