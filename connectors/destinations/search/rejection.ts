import { heaviestAttributes } from '../../../core/records/heaviest-attributes.ts';
import { keepRecord } from '../../../core/records/kept-content.ts';
import { describePlace, positionOf, type RecordBatch } from '../../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import { recordSize } from './batch-body.ts';
import type { Refusal } from './search-failures.ts';
import { objectIDOf, recordText } from '../../../core/records/record-text.ts';
import type { UnrepeatableOperation } from './unrepeatable-operations.ts';

const LONGEST_MESSAGE = 500;

/** A record that the destination refused, in its own words; of one too big the heaviest attributes are named. */
export function rejectedByDestination(batch: RecordBatch, index: number, refusal: Refusal): RejectedRecord {
  if (refusal.tooBig) return tooBig(batch, index, `the destination said: "${refusal.said}"`);
  const message = `The destination refused ${describePlace(batch, index)}: "${refusal.said}"`;
  return { ...placeOf(batch, index), code: 'record.refused', message: shortened(message) };
}

/** A record over the limit that is known for the destination, found before it is sent. */
export function rejectedBeforeSending(batch: RecordBatch, index: number, limitBytes: number): RejectedRecord {
  return tooBig(batch, index, `the destination takes at most ${grouped(limitBytes)}`);
}

/** A record of a partial update whose effect would double if it were sent again. */
export function rejectedAsUnrepeatable(
  batch: RecordBatch,
  index: number,
  { attribute, operation }: UnrepeatableOperation,
): RejectedRecord {
  const message =
    `In ${describePlace(batch, index)} the attribute ${attribute} asks for the operation ${operation}, which would count ` +
    'twice if it had to be sent again. Send its new value, or use one of Remove, AddUnique, IncrementFrom and IncrementSet.';
  return {
    ...placeOf(batch, index),
    code: 'record.unrepeatable_operation',
    message: shortened(message),
    field: attribute,
  };
}

function placeOf(
  batch: RecordBatch,
  index: number,
): Pick<RejectedRecord, 'position' | 'objectID' | 'stage' | 'content'> {
  return {
    position: positionOf(batch, index),
    objectID: objectIDOf(batch, index),
    stage: 'destination',
    content: keepRecord(recordText(batch, index)),
  };
}

function tooBig(batch: RecordBatch, index: number, limit: string): RejectedRecord {
  const heaviest = heaviestAttributes(recordText(batch, index));
  const [first] = heaviest;
  const named = heaviest.map(({ name, sizeBytes }) => `${name} (${grouped(sizeBytes)})`).join(', ');
  return {
    ...placeOf(batch, index),
    code: 'record.too_big',
    message: shortened(
      `${capitalized(describePlace(batch, index))} has ${grouped(recordSize(batch, index))}; ${limit}.` +
        (named === '' ? '' : ` Its heaviest attributes: ${named}.`),
    ),
    ...(first === undefined ? {} : { field: first.name }),
  };
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function grouped(bytes: number): string {
  return `${bytes.toLocaleString('en-US')} bytes`;
}

function shortened(message: string): string {
  return message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE - 1)}…` : message;
}
