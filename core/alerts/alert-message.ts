import * as z from 'zod';

import { InvalidInputError } from '../foundation/errors.ts';
import { runFinishedSchema } from '../runs/run-finished.ts';

const version = z.literal(1);
const appID = z.string().min(1);

/** As a rule of EventBridge hands it on. */
const runFinishedEventSchema = z
  .object({
    'detail-type': z.literal('RunFinished'),
    detail: runFinishedSchema.pick({ version: true, appID: true, runID: true }),
  })
  .transform(({ detail }) => ({ ...detail, kind: 'runFinished' as const }));

const hintSchema = z.discriminatedUnion('kind', [
  /** A delivery may be due. */
  z.object({
    version,
    kind: z.literal('deliver'),
    appID,
    aboutID: z.string().min(1),
    deliveryID: z.string().min(1),
  }),
  /** It may be time to look for what did not happen. */
  z.object({ version, kind: z.literal('check'), appID, alertID: z.string().min(1) }),
  /** A task or an alert was deleted. */
  z.object({ version, kind: z.literal('gone'), appID, subjectID: z.string().min(1) }),
  /** A run has come to its end. */
  z.object({ version, kind: z.literal('runFinished'), appID, runID: z.string().min(1) }),
  /** A run has made no progress for long. */
  z.object({ version, kind: z.literal('runStuck'), appID, runID: z.string().min(1), at: z.iso.datetime() }),
]);

/** What comes on the queue `alerts`. State decides what it means: it may come late, twice or never. */
export const alertMessageSchema = z.union([runFinishedEventSchema, hintSchema]).meta({
  title: 'AlertMessage',
  examples: [
    {
      version: 1,
      kind: 'deliver',
      appID: 'APP1234567',
      aboutID: 'b2f2c3a0-6f38-8a1e-9d07-1c5fb3d9a0e1',
      deliveryID: '0d9f1ad2-0f3b-8c59-8a37-5b1a1d4b7c11',
    },
    { version: 1, kind: 'check', appID: 'APP1234567', alertID: '4b9bb5ac-7d0c-4f3e-9a39-7e2f3c1f9b57' },
    { version: 1, kind: 'gone', appID: 'APP1234567', subjectID: '4b9bb5ac-7d0c-4f3e-9a39-7e2f3c1f9b57' },
    {
      version: 1,
      kind: 'runStuck',
      appID: 'APP1234567',
      runID: '6c02aeb1-775e-818e-870b-1faccd4b2c0f',
      at: '2026-01-08T16:47:44.456Z',
    },
  ],
});

export type AlertMessage = z.output<typeof alertMessageSchema>;
export type AlertHint = z.output<typeof hintSchema>;

/** The message in a queue's body. One that cannot be read is an error that does not repeat what stands in it. */
export function readAlertMessage(body: string): AlertMessage {
  try {
    const json: unknown = JSON.parse(body);
    return alertMessageSchema.parse(json);
  } catch (error) {
    const reason =
      error instanceof SyntaxError ? 'it is not JSON' : 'it is of no kind and version known here';
    // Without the cause: a syntax error quotes the text.
    throw new InvalidInputError(
      'alert_message.unreadable',
      `A message of the queue alerts cannot be read: ${reason}.`,
    );
  }
}
