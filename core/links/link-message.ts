import * as z from 'zod';
import { InvalidInputError } from '../foundation/errors.ts';

/** What travels on the queue `links`: a hint that this link, or a start asked of it, may have something due. */
export const linkMessageSchema = z
  .object({
    version: z.literal(1),
    appID: z.string().min(1),
    linkID: z.string().min(1),
    /** A start that is asked of the link's application; absent: the copying. */
    startID: z.string().optional(),
  })
  .meta({
    title: 'LinkMessage',
    examples: [
      { version: 1, appID: 'APP1234567', linkID: '6c02aeb1-775e-818e-870b-1faccd4b2c0f' },
      {
        version: 1,
        appID: 'APP1234567',
        linkID: '6c02aeb1-775e-818e-870b-1faccd4b2c0f',
        startID: '0b0f7f0e-4f5a-8a9c-9f1e-2f6f0a8f4f57',
      },
    ],
  });

export type LinkMessage = z.infer<typeof linkMessageSchema>;

/** The message in a queue's body. One that cannot be read is an error that does not repeat what stands in it. */
export function readLinkMessage(body: string): LinkMessage {
  try {
    const json: unknown = JSON.parse(body);
    return linkMessageSchema.parse(json);
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : 'it lacks version 1, appID or linkID';
    // Without the cause: a syntax error quotes the text.
    throw new InvalidInputError(
      'link_message.unreadable',
      `A message of the queue links cannot be read: ${reason}.`,
    );
  }
}
