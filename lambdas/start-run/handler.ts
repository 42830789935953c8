import { readStartMessage, type StartMessage } from '../../core/triggers/start-message.ts';
import type { MessageHandler } from '../middleware/queue-worker.ts';

/** What is done for each kind of message. */
export type StartRuns = {
  readonly [Kind in StartMessage['kind']]: (message: Extract<StartMessage, { kind: Kind }>) => Promise<void>;
};

/** Starts what a message asks for; one that cannot be read fails, and ends in the dead-letter queue. */
export function createHandler(startRuns: () => StartRuns): MessageHandler {
  return async ({ body }) => {
    const message = readStartMessage(body);
    switch (message.kind) {
      case 'schedule':
        return startRuns().schedule(message);
      case 'webhook':
        return startRuns().webhook(message);
      case 'registration':
        return startRuns().registration(message);
    }
  };
}
