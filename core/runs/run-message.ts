import * as z from 'zod';

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
