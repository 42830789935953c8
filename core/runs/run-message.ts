import * as z from 'zod';
import { InvalidInputError } from '../foundation/errors.ts';

/** What travels on the queue `runs`: a hint that this run may have something due. The run's state alone decides. */
export const runMessageSchema = z
  .object({ version: z.literal(1), appID: z.string().min(1), runID: z.string().min(1) })
  .meta({
    title: 'RunMessage',
    examples: [{ version: 1, appID: 'APP1234567', runID: '6c02aeb1-775e-818e-870b-1faccd4b2c0f' }],
  });

export type RunMessage = z.infer<typeof runMessageSchema>;

export function toRunMessage(run: { readonly appID: string; readonly runID: string }): RunMessage {
  return { version: 1, appID: run.appID, runID: run.runID };
}

/** The message in a queue's body. One that cannot be read is an error that does not repeat what stands in it. */
export function readRunMessage(body: string): RunMessage {
  try {
    const json: unknown = JSON.parse(body);
    return runMessageSchema.parse(json);
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : 'it lacks version 1, appID or runID';
    // Without the cause: a syntax error quotes the text.
    throw new InvalidInputError(
      'run_message.unreadable',
      `A message of the queue runs cannot be read: ${reason}.`,
    );
  }
}
