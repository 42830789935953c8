import { InvalidInputError } from '../foundation/errors.ts';
import { invalidField } from '../foundation/validation.ts';
import { MAX_KEPT_BYTES } from '../records/kept-content.ts';
import { toRecordJson } from '../records/record-json.ts';
import type { Run } from '../runs/run.ts';
import type { Correction } from './corrections.ts';
import { findByPosition } from './find-by-position.ts';
import type { KeptRejection } from './kept-rejection.ts';
import type { RejectedRecordStore } from './rejected-record-store.ts';

const PAGE_RECORDS = 100;

/** Which rejected records are to be replayed: without positions and records, all that were not replayed yet. */
export interface ReplayChoice {
  /** Of records to be written as they are kept. */
  readonly positions?: readonly number[] | undefined;
  /** Records to be written in the place of the rejected ones. */
  readonly records?: readonly CorrectedRecord[] | undefined;
}

interface CorrectedRecord {
  readonly position: number;
  readonly record: Readonly<Record<string, unknown>>;
}

interface Chosen {
  /** Ascending; absent for all. */
  readonly numbers?: readonly number[];
  readonly corrections: readonly Correction[];
}

type Reader = Pick<RejectedRecordStore, 'read'>;

/** Finds what was chosen; an `InvalidInputError` names what is not there or cannot be written. */
export async function chooseRejected(
  rejectedRecords: Reader,
  run: Run,
  { positions, records }: ReplayChoice,
): Promise<Chosen> {
  if (positions === undefined && records === undefined) {
    await requireSome(rejectedRecords, run);
    return { corrections: [] };
  }
  const find = findByPosition(rejectedRecords, run);
  const kept = await Promise.all(
    (positions ?? []).map(async (position, index) =>
      requireWritable(await find(position), `positions[${index}]`),
    ),
  );
  const corrections = await Promise.all(
    (records ?? []).map(async (corrected, index) =>
      correct(await find(corrected.position), corrected, index),
    ),
  );
  const numbers = new Set([...kept.flat(), ...corrections].map(({ number }) => number));
  if (numbers.size === 0) throw invalidField('positions', 'must name at least one record');
  return { numbers: [...numbers].sort((a, b) => a - b), corrections };
}

/** Whether anything is left that can be written as it is kept. */
async function requireSome(rejectedRecords: Reader, run: Run): Promise<void> {
  const kept = run.rejectedKept ?? 0;
  for (let start = 1; start <= kept; start += PAGE_RECORDS) {
    const length = Math.min(PAGE_RECORDS, kept - start + 1);
    const numbers = Array.from({ length }, (_, index) => start + index);
    const page = await rejectedRecords.read(run, numbers);
    if (page.some((rejection) => rejection.replayedBy === undefined && isWritable(rejection))) return;
  }
  throw new InvalidInputError(
    'replay.nothing_left',
    'No rejected record of the run is left that could be written as it is kept: they were replayed already, or no ' +
      'record could be made of them, or they are too large to be kept. Give corrected ones in records.',
  );
}

function requireWritable(found: readonly KeptRejection[], label: string): readonly KeptRejection[] {
  if (found.length === 0) throw invalidField(label, 'names no rejected record of this run');
  if (!found.every(isWritable)) {
    const problem =
      'names what is not kept as a record that could be written: give the corrected one in records instead';
    throw invalidField(label, problem);
  }
  return found;
}

function isWritable({ content }: KeptRejection): boolean {
  return content?.record !== undefined;
}

/** Of several rejected records from one place of the source, that with the same objectID is corrected. */
function correct(found: readonly KeptRejection[], { record }: CorrectedRecord, index: number): Correction {
  const label = `records[${index}]`;
  const given = record['objectID'] ?? found[0]?.objectID;
  const objectID = typeof given === 'number' ? String(given) : given;
  const rejection = found.find((other) => other.objectID === objectID) ?? found[0];
  if (rejection === undefined)
    throw invalidField(`${label}.position`, 'names no rejected record of this run');
  if (typeof objectID !== 'string' || objectID === '') {
    throw invalidField(`${label}.record.objectID`, 'must be a text or a number');
  }
  const json = toRecordJson({ ...record, objectID });
  if (Buffer.byteLength(json) > MAX_KEPT_BYTES) {
    throw invalidField(`${label}.record`, `must have at most ${MAX_KEPT_BYTES} bytes of JSON`);
  }
  return { number: rejection.number, record: json };
}
