import * as z from 'zod';

const csvTypeSchema = z.enum(['string', 'integer', 'float', 'boolean', 'json']);

/** What a column's cells become. Without a mapping a cell is a string, exactly as it stands in the file. */
export type CsvType = z.infer<typeof csvTypeSchema>;

/** What the reader cannot have as a delimiter: line breaks, the space, the quote and the replacement character. */
const FORBIDDEN_DELIMITERS = ['\r', '\n', ' ', '"', '\u{fffd}'];

export const csvInputSchema = z.object({
  url: z.string(),
  uniqueIDColumn: z.string().min(1).optional(),
  mapping: z.record(z.string(), csvTypeSchema).optional(),
  method: z.enum(['GET', 'POST']).optional(),
  delimiter: z
    .string()
    .refine((text) => [...text].length === 1 && text.isWellFormed(), 'must be exactly one character')
    .refine(
      (text) => !FORBIDDEN_DELIMITERS.includes(text),
      'must not be a line break, a space, a quote or U+FFFD',
    )
    .optional(),
});

/** The input of a `csv` source. */
export type CsvInput = z.infer<typeof csvInputSchema>;
