import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import type { InvokeResult } from '../lambda/function-definition.ts';

/** The event that Lambda makes of messages of a queue (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html). */
export function toQueueEvent(messages: readonly Message[], queueArn: string): { Records: object[] } {
  const region = queueArn.split(':')[3];
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: Object.fromEntries(
        Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => [
          name,
          {
            stringValue: value.StringValue,
            binaryValue: value.BinaryValue && Buffer.from(value.BinaryValue).toString('base64'),
            stringListValues: [],
            binaryListValues: [],
            dataType: value.DataType,
          },
        ]),
      ),
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: queueArn,
      awsRegion: region,
    })),
  };
}

const partialResponseSchema = z.looseObject({
  batchItemFailures: z.array(z.looseObject({ itemIdentifier: z.string().min(1) })).nullish(),
});

/**
 * Which messages are done and can be deleted, by Lambda's rules: none after a failed invocation; all without
 * `ReportBatchItemFailures` or with an empty report; none when the report is malformed or names an unknown message.
 */
export function messagesDone(
  messages: readonly Message[],
  result: InvokeResult,
  reportsItemFailures: boolean,
): readonly Message[] {
  if (result.functionError) return [];
  if (!reportsItemFailures) return messages;
  const answer = parseAnswer(result.payload);
  if (answer === null || answer === '') return messages;
  const parsed = partialResponseSchema.safeParse(answer);
  if (!parsed.success) return [];
  const failed = new Set((parsed.data.batchItemFailures ?? []).map((failure) => failure.itemIdentifier));
  const known = new Set(messages.map((message) => message.MessageId));
  if ([...failed].some((messageID) => !known.has(messageID))) return [];
  return messages.filter((message) => !failed.has(message.MessageId ?? ''));
}

function parseAnswer(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    return undefined;
  }
}
