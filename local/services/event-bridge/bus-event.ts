import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { LOCAL_ACCOUNT_ID } from '../protocol/call.ts';

/** An event as rules match it and targets receive it. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** RFC 3339, whole seconds. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

export const entrySchema = z.strictObject({
  Time: z.number().optional(),
  Source: z.string().optional(),
  Resources: z.array(z.string()).default([]),
  DetailType: z.string().optional(),
  Detail: z.string().optional(),
  EventBusName: z.string().default('default'),
  // X-Ray's; nothing here traces.
  TraceHeader: z.string().optional(),
});
export type Entry = z.output<typeof entrySchema>;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
export function sizeOfEntry(entry: Entry): number {
  const texts = [entry.Source, entry.DetailType, entry.Detail, ...entry.Resources];
  const sizeBytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text ?? ''), 0);
  return sizeBytes + (entry.Time === undefined ? 0 : 14);
}

/** The event of an entry, or the error that PutEvents gives for it. */
export function readEntry(
  entry: Entry,
  region: string,
): BusEvent | { ErrorCode: string; ErrorMessage: string } {
  const refuse = (field: string, code = 'InvalidArgument') => ({
    ErrorCode: code,
    ErrorMessage: `Parameter ${field} is not valid. Reason: ${field} is a required argument.`,
  });
  if (!entry.Source) return refuse('Source');
  if (!entry.DetailType) return refuse('DetailType');
  if (!entry.Detail) return refuse('Detail');
  if (/^aws\./i.test(entry.Source)) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  const detail = readDetail(entry.Detail);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const at = entry.Time === undefined ? new Date() : new Date(entry.Time * 1000);
  return createBusEvent(
    { source: entry.Source, detailType: entry.DetailType, detail, region, resources: entry.Resources },
    at,
  );
}

interface EventContent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly region: string;
  readonly resources: readonly string[];
}

export function createBusEvent(content: EventContent, at: Date): BusEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': content.detailType,
    source: content.source,
    account: LOCAL_ACCOUNT_ID,
    time: `${at.toISOString().slice(0, 19)}Z`,
    region: content.region,
    resources: content.resources,
    detail: content.detail,
  };
}

function readDetail(text: string): Record<string, unknown> | undefined {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    return parsed.data;
  } catch {
    return undefined;
  }
}
