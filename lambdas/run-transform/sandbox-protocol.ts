import * as z from 'zod';

/** What travels between the function and its sandbox: one line of JSON each. */

/** What the sandbox is to do: run `code` on each of `records`, in order. */
export const sandboxRequestSchema = z.object({
  code: z.string(),
  secrets: z.record(z.string(), z.string()),
  nowMilliseconds: z.number(),
  seed: z.int(),
  records: z.array(z.string()),
});

export type SandboxRequest = z.output<typeof sandboxRequestSchema>;

/** What became of one record: its outputs as JSON (none: it was dropped), or what went wrong. */
const sandboxResultSchema = z.union([
  z.object({ outputs: z.array(z.string()) }),
  z.object({
    error: z.object({
      /** Stable: `transform.failed`, `transform.timeout`, `transform.memory`, `transform.too_big`. */
      code: z.string(),
      message: z.string(),
    }),
  }),
]);

export type SandboxResult = z.output<typeof sandboxResultSchema>;

const sandboxLogSchema = z.object({ level: z.string(), message: z.string() });

export type SandboxLog = z.output<typeof sandboxLogSchema>;

/** A line from the sandbox; `leaving`: it ends after it. Code that cannot be loaded is told once, in place of all results. */
export const sandboxLineSchema = z.union([
  z.object({ result: sandboxResultSchema, leaving: z.boolean().optional() }),
  z.object({ log: sandboxLogSchema }),
  z.object({ loadError: z.string() }),
  z.object({ ready: z.literal(true) }),
  z.object({ done: z.literal(true), leaving: z.boolean().optional() }),
]);

export type SandboxLine = z.output<typeof sandboxLineSchema>;
