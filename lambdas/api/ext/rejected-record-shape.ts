import * as z from 'zod';

import { toWireDate } from '../../../core/foundation/clock.ts';
import { keptRejectionSchema, type KeptRejection } from '../../../core/rejected-records/kept-rejection.ts';
import { wireDate } from '../response-shapes.ts';

/** A hundred of them fit into one answer; larger ones are in the download alone. */
const MAX_SHOWN_BYTES = 16_384;

const { position, objectID, stage, code, field } = keptRejectionSchema.shape;
const { sizeBytes, heaviestAttributes, text } = keptRejectionSchema.shape.content.unwrap().shape;

/** A rejected record as the list shows it. */
export const rejectedRecordShape = z.object({
  position,
  objectID,
  stage,
  code,
  reason: z.string(),
  field,
  sizeBytes: sizeBytes.optional(),
  heaviestAttributes,
  /** The record, up to 16 KB; the download has larger ones too. */
  record: z.record(z.string(), z.unknown()).optional(),
  /** What stands in the source, where no record could be made of it. */
  text,
  /** The run that has written it since. */
  replayedBy: z.string().optional(),
  replayedAt: wireDate.optional(),
});

export function toRejectedRecordShape(rejection: KeptRejection): z.input<typeof rejectedRecordShape> {
  const { content } = rejection;
  const { record, text: kept } = content !== undefined && content.sizeBytes <= MAX_SHOWN_BYTES ? content : {};
  return {
    ...reasonOf(rejection),
    ...(record === undefined ? {} : { record: z.record(z.string(), z.unknown()).parse(JSON.parse(record)) }),
    ...(kept === undefined ? {} : { text: kept }),
  };
}

/** One line of the download; the record stands in it as it was sent, but for line ends between its members. */
export function toRejectedRecordLine(rejection: KeptRejection): string {
  const { record, text: kept } = rejection.content ?? {};
  const members = JSON.stringify({ ...reasonOf(rejection), ...(kept === undefined ? {} : { text: kept }) });
  if (record === undefined) return `${members}\n`;
  // In JSON they are white space: inside of texts they are escaped.
  return `${members.slice(0, -1)},"record":${record.replaceAll(/[\r\n]/g, ' ')}}\n`;
}

function reasonOf({ message, content, ...rejection }: KeptRejection) {
  const { number: _number, replayedAt, ...rest } = rejection;
  return {
    ...rest,
    reason: message,
    ...(content === undefined ? {} : { sizeBytes: content.sizeBytes }),
    ...(content?.heaviestAttributes === undefined ? {} : { heaviestAttributes: content.heaviestAttributes }),
    ...(replayedAt === undefined ? {} : { replayedAt: toWireDate(new Date(replayedAt)) }),
  };
}
