import * as z from 'zod';

/** What the function `run-transform` is asked: run the code on each record. Secrets come opened, and go no further. */
export const transformRequestSchema = z.object({
  /** Whose code this is: a process that ran one transformation never runs another. */
  key: z.string(),
  code: z.string(),
  secrets: z.record(z.string(), z.string()),
  /** The clock and the seed that the code sees: the same for a whole run, so that a repeat comes to the same. */
  nowMilliseconds: z.number(),
  seed: z.int(),
  /** JSON objects, in order. */
  records: z.array(z.string()).min(1),
});

export type TransformRequest = z.output<typeof transformRequestSchema>;

const transformResultSchema = z.union([
  z.object({ outputs: z.array(z.string()) }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
]);

/** What became of one record: its outputs as JSON text (none: dropped), or why it failed. */
export type TransformResult = z.output<typeof transformResultSchema>;

const transformLogSchema = z.object({ level: z.string(), message: z.string() });

export type TransformLog = z.output<typeof transformLogSchema>;

/**
 * Results of the first so many records, at least one: time and size of an answer are bounded, and the rest is to be
 * asked for again. Or why the code cannot be loaded at all.
 */
export const transformAnswerSchema = z.union([
  z.object({ results: z.array(transformResultSchema).min(1), logs: z.array(transformLogSchema) }),
  z.object({ loadError: z.string() }),
]);

export type TransformAnswer = z.output<typeof transformAnswerSchema>;

/** Asks for a batch once. Fails with a `TransformError`. */
export type RunTransform = (request: TransformRequest, signal?: AbortSignal) => Promise<TransformAnswer>;
