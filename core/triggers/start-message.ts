import * as z from 'zod';
import { InvalidInputError } from '../foundation/errors.ts';

/** A task's schedule has come to an instant that its rule names. */
const scheduleMessageSchema = z.object({
  version: z.literal(1),
  kind: z.literal('schedule'),
  appID: z.string().min(1),
  taskID: z.string().min(1),
  /** Stays the same however often the instant is delivered. */
  scheduledAt: z.iso.datetime(),
});

/** Hints of webhooks of a task have gathered for as long as they should. */
const webhookMessageSchema = z.object({
  version: z.literal(1),
  kind: z.literal('webhook'),
  appID: z.string().min(1),
  taskID: z.string().min(1),
  /** The time in which they gathered: one run is started for it. */
  windowID: z.string().min(1),
});

/** The webhooks at a task's vendor are to be looked at again. */
const registrationMessageSchema = z.object({
  version: z.literal(1),
  kind: z.literal('registration'),
  appID: z.string().min(1),
  taskID: z.string().min(1),
  /** One run is started for each instant at which they were due. */
  dueAt: z.iso.datetime(),
});

export type ScheduleMessage = z.infer<typeof scheduleMessageSchema>;

/** What comes on the queue `starts`: that something asks for a run. At least once, in no order, and maybe late. */
export const startMessageSchema = z
  .discriminatedUnion('kind', [scheduleMessageSchema, webhookMessageSchema, registrationMessageSchema])
  .meta({
    title: 'StartMessage',
    examples: [
      {
        version: 1,
        kind: 'schedule',
        appID: 'APP1234567',
        taskID: '4b9bb5ac-7d0c-4f3e-9a39-7e2f3c1f9b57',
        scheduledAt: '2026-01-08T03:00:00Z',
      },
      {
        version: 1,
        kind: 'webhook',
        appID: 'APP1234567',
        taskID: '4b9bb5ac-7d0c-4f3e-9a39-7e2f3c1f9b57',
        windowID: '0d1b8c1e-6f0a-4c53-9a55-0c8d8a3f5e21',
      },
      {
        version: 1,
        kind: 'registration',
        appID: 'APP1234567',
        taskID: '4b9bb5ac-7d0c-4f3e-9a39-7e2f3c1f9b57',
        dueAt: '2026-01-08T03:00:00.000Z',
      },
    ],
  });

export type StartMessage = z.infer<typeof startMessageSchema>;

/** The message in a queue's body. One that cannot be read is an error that does not repeat what stands in it. */
export function readStartMessage(body: string): StartMessage {
  try {
    const json: unknown = JSON.parse(body);
    return startMessageSchema.parse(json);
  } catch (error) {
    const reason =
      error instanceof SyntaxError ? 'it is not JSON' : 'it is of no kind and version known here';
    // Without the cause: a syntax error quotes the text.
    throw new InvalidInputError(
      'start_message.unreadable',
      `A message of the queue starts cannot be read: ${reason}.`,
    );
  }
}
