import { PutEventsCommand, type EventBridgeClient } from '@aws-sdk/client-eventbridge';

import type { ChannelAnswer, OutgoingAlert } from '../../core/alerts/channel-port.ts';
import { describeFailure } from './describe-failure.ts';

/** Puts `AlertRaised` on the bus, for whatever is attached to it. */
export async function sendToBus(
  { client, busName }: { readonly client: EventBridgeClient; readonly busName: string },
  { raised }: OutgoingAlert,
): Promise<ChannelAnswer> {
  const entry = {
    EventBusName: busName,
    Source: 'millrace',
    DetailType: 'AlertRaised',
    Detail: JSON.stringify(raised),
  };
  try {
    const { FailedEntryCount = 0, Entries = [] } = await client.send(
      new PutEventsCommand({ Entries: [entry] }),
    );
    // The call succeeds though its entry failed.
    if (FailedEntryCount === 0) return { result: 'delivered', answer: 'The bus took the message.' };
    return {
      result: 'failed',
      answer: `The bus refused the message: ${Entries[0]?.ErrorCode ?? 'unknown'}.`,
    };
  } catch (error) {
    return { result: 'failed', answer: describeFailure('The bus did not take the message', error) };
  }
}
