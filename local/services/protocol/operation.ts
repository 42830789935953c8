import type { z } from 'zod';
import { AwsError } from './aws-error.ts';
import type { Call } from './call.ts';

/** One operation of a service: parsed JSON in, the JSON of the answer out. */
export type Operation = (input: unknown, call: Call) => Promise<object>;

/**
 * An operation that runs only on what its schema accepts. Schemas are strict objects, so a parameter that is not
 * supported here is a `ValidationException` that names it, never ignored.
 */
export function operation<Schema extends z.ZodType>(
  schema: Schema,
  run: (input: z.output<Schema>, call: Call) => object | Promise<object>,
): Operation {
  return async (input, call) => run(parseInput(schema, input), call);
}

function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map((issue) =>
    issue.path.length === 0 ? issue.message : `${issue.path.join('.')}: ${issue.message}`,
  );
  throw new AwsError('ValidationException', `The request is not supported here: ${reasons.join('; ')}`);
}
