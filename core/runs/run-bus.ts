import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { UnavailableError } from '../foundation/errors.ts';
import type { RunFinished } from './run-finished.ts';

const RUN_BUS_SOURCE = 'millrace';
const RUN_FINISHED = 'RunFinished';

/** Where a run's end is told to whoever listens. Resolves once the bus has the message. */
export interface RunBus {
  publish(message: RunFinished): Promise<void>;
}

export function createRunBus(options: { client: EventBridgeClient; busName: string }): RunBus {
  return {
    async publish(message) {
      const { Entries = [], FailedEntryCount = 0 } = await options.client.send(
        new PutEventsCommand({
          Entries: [
            {
              EventBusName: options.busName,
              Source: RUN_BUS_SOURCE,
              DetailType: RUN_FINISHED,
              Detail: JSON.stringify(message),
            },
          ],
        }),
      );
      // The call succeeds though its entry failed.
      if (FailedEntryCount > 0) {
        throw new UnavailableError('bus.unsent', `RunFinished was refused: ${Entries[0]?.ErrorCode}`);
      }
    },
  };
}
