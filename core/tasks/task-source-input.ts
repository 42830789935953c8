import * as z from 'zod';

import { freeObject, texts, withinBytes } from '../foundation/bounded-schemas.ts';
import { dateTextSchema } from '../foundation/text-schemas.ts';
import { invalidField, parseInput } from '../foundation/validation.ts';
import type { SourceType } from '../sources/source-types.ts';

const text = z.string().min(1).max(1_000);

const dockerStreams = z.object({
  streams: z
    .array(
      z.object({ name: text, properties: texts.optional(), syncMode: z.enum(['incremental', 'fullTable']) }),
    )
    .max(1_000),
});

const shopify = z.object({
  metafields: z.array(z.object({ namespace: text, key: text, value: z.string().max(1_000) })).max(1_000),
  market: z.object({ countries: texts, currencies: texts, locales: texts }),
});

const streaming = z.object({
  mapping: z.object({
    format: z.literal('mappingkit/v1'),
    actions: z
      .array(
        z.object({
          id: text.optional(),
          enabled: z.boolean(),
          trigger: z.string().max(10_000),
          fieldDirectives: z.array(z.object({ fieldKey: text, value: freeObject })).max(1_000),
        }),
      )
      .max(1_000),
  }),
});

/** Which days a run on demand extracts, in the older shape. */
const dates = z
  .object({ startDate: dateTextSchema, endDate: dateTextSchema })
  .refine(({ startDate, endDate }) => Date.parse(startDate) <= Date.parse(endDate), {
    path: ['startDate'],
    error: 'must not be after endDate',
  });

/** How many days back a scheduled run extracts, in the older shape. */
const timeframe = z.object({ timeframe: z.int().min(1).max(30) });

/** What a task may say of how its source is read. */
export const taskSourceInputSchema = z.union([dockerStreams, shopify, streaming, dates, timeframe]);

export type TaskSourceInput = z.output<typeof taskSourceInputSchema>;

/** A task's input, checked for the type of its source; nothing when there is nothing in it. */
export function parseTaskInput(
  input: Readonly<Record<string, unknown>> | undefined,
  { sourceType, isScheduled }: { readonly sourceType: SourceType; readonly isScheduled: boolean },
): TaskSourceInput | undefined {
  if (input === undefined || Object.keys(input).length === 0) return undefined;
  const schema = schemaOf(sourceType, isScheduled);
  if (schema === undefined) {
    throw invalidField('input', `tasks of sources of type ${sourceType} take no input`);
  }
  return parseInput(withinBytes(schema), input, { prefix: 'input' });
}

function schemaOf(sourceType: SourceType, isScheduled: boolean): z.ZodType<TaskSourceInput> | undefined {
  switch (sourceType) {
    case 'docker':
      return dockerStreams;
    case 'shopify':
      return shopify;
    case 'ga4BigqueryExport':
      return streaming;
    case 'bigquery':
      return isScheduled ? timeframe : dates;
    default:
      return undefined;
  }
}
