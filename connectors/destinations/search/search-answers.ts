import * as z from 'zod';

/** The answers of Algolia's Search API, as far as they are looked into. */

/** Every write and index operation answers the task to wait for. */
export const taskAnswerSchema = z.object({ taskID: z.number().int() });

export const taskStatusSchema = z.object({ status: z.string() });

export const indexListSchema = z.object({
  items: z.array(z.object({ name: z.string(), entries: z.number().int().min(0) })),
  nbPages: z.number().int().min(0).optional(),
});

/** One page of an index's records. */
export const browseAnswerSchema = z.object({ hits: z.array(z.record(z.string(), z.unknown())) });

/** The same where only ids were asked for; without a cursor it is the last. */
export const idPageSchema = z.object({
  hits: z.array(z.object({ objectID: z.string() })),
  cursor: z.string().optional(),
});

/** In the order of the ids asked for; null where the index has no such record. */
export const objectsAnswerSchema = z.object({
  results: z.array(z.object({ objectID: z.string() }).nullable()),
});

/** Settings are only asked for to see whether the index exists. */
export const anyObjectSchema = z.record(z.string(), z.unknown());

/** Older and newer parts of the service differ in which of these they give. */
export const errorAnswerSchema = z.object({
  message: z.string().catch(''),
  position: z.number().int().min(0).optional().catch(undefined),
  objectID: z.string().optional().catch(undefined),
});
