import type { Clock } from '../../../core/foundation/clock.ts';
import type { Cursor, RecordBatch } from '../../../core/records/record-batch.ts';
import type { BatchLimits } from '../../../core/runs/ports.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import { ObjectBatch } from '../../paged/object-batch.ts';
import { awaitResult } from './await-result.ts';
import { parseBulkCursor, type BulkCursor } from './bulk-cursor.ts';
import { changed, type BulkResult } from './bulk-operation.ts';
import { countParts, firstHalf, nextPart, type BulkPart } from './bulk-parts.ts';
import { collectPart, type LineGroup } from './collect-part.ts';
import { parseLine } from './line-ids.ts';
import { PartLines } from './part-lines.ts';
import { readLines } from './read-lines.ts';
import type { ShopifyApi } from './shopify-api.ts';
import type { EntityRecords, ToRecords } from './to-records.ts';

interface BulkReading {
  readonly api: ShopifyApi;
  readonly query: string;
  readonly toRecords: ToRecords;
  readonly clock: Clock;
  readonly limits: BatchLimits;
}

/**
 * The records of a bulk operation's result, from `cursor` on. While the operation runs, batches without records tell where
 * the reading stands, so that whoever reads can stop and another go on. Once a part of the result is collected its records
 * follow in the order of the file, and every cursor names operation, part and place: as long as the result is there, for
 * seven days, another worker goes on with exactly what would have followed.
 */
export async function* readBulk(
  reading: BulkReading,
  cursor: Cursor | undefined,
  signal: AbortSignal,
): AsyncGenerator<RecordBatch> {
  const from = parseBulkCursor(cursor);
  if (from.done) return;
  const batch = new ObjectBatch(reading.limits);
  const tell = (at: BulkCursor) => batch.seal(at, at.bytes);
  const found = yield* awaitResult({ ...reading, tell }, from, signal);
  yield* readResult(reading, batch, { ...found, signal });
}

async function* readResult(
  reading: BulkReading,
  batch: ObjectBatch,
  { at: from, result, signal }: { at: BulkCursor; result: BulkResult; signal: AbortSignal },
): AsyncGenerator<RecordBatch> {
  const parts = from.parts === 0 ? countParts(result.sizeBytes) : from.parts;
  let at = from.parts === 0 ? { ...from, parts, modulus: parts } : from;
  let part: BulkPart | undefined = result.url === undefined ? undefined : at;
  const lines = new PartLines(async () => openLines(reading.api, result, signal), parts);
  try {
    while (part !== undefined) {
      const groups = await collectPart(await lines.of(part), part);
      if (groups === undefined) {
        part = firstHalf(part);
        at = { ...at, ...partOf(part) };
        continue;
      }
      at = yield* writeGroups(reading.toRecords, batch, { at, groups, signal });
      part = nextPart(part, parts);
      if (part !== undefined) at = { ...at, ...partOf(part), entities: 0, within: 0 };
    }
  } finally {
    await lines.close();
  }
  at = { ...at, done: true };
  yield batch.seal(at, at.bytes);
}

async function openLines({ download }: ShopifyApi, { url = '' }: BulkResult, signal: AbortSignal) {
  try {
    return readLines(await download(url, signal));
  } catch (error) {
    const isGone =
      error instanceof SourceError && ['source.access_denied', 'source.not_found'].includes(error.code);
    throw isGone ? changed('The result of the bulk operation is not there any more') : error;
  }
}

/** Lets go of each group with its last record: what was written is not held. */
async function* writeGroups(
  toRecords: ToRecords,
  batch: ObjectBatch,
  { at: from, groups, signal }: { at: BulkCursor; groups: Map<string, LineGroup>; signal: AbortSignal },
): AsyncGenerator<RecordBatch, BulkCursor> {
  let at = from;
  let index = 0;
  for (const [id, group] of groups) {
    groups.delete(id);
    index += 1;
    if (index <= from.entities) continue;
    signal.throwIfAborted();
    const { records, rejected } = toEntityRecords(id, group, toRecords);
    for (let within = at.within; within < records.length; within += 1) {
      const record = records[within];
      if (record === undefined) continue;
      const position = at.records + within + 1;
      if (!batch.add(record, position)) {
        yield batch.seal({ ...at, within }, at.bytes);
        batch.add(record, position);
      }
      const isLast = within === records.length - 1;
      if (!isLast && batch.isFull()) yield batch.seal({ ...at, within: within + 1 }, at.bytes);
    }
    // With the entity's end: a batch that ends within it would have them counted again.
    for (const one of rejected) batch.reject(one);
    at = {
      ...at,
      entities: index,
      within: 0,
      records: at.records + records.length + rejected.length,
      bytes: at.bytes + sizeOf(group),
    };
    if (batch.isFull()) yield batch.seal(at, at.bytes);
  }
  return at;
}

function toEntityRecords(id: string, { own, children }: LineGroup, toRecords: ToRecords): EntityRecords {
  if (own !== undefined) return toRecords({ entity: parseLine(own), children: children.map(parseLine) });
  const message = `The result of the bulk operation names ${id} as a parent and does not hold it: it was removed while it was read.`;
  return { records: [], rejected: [{ code: 'record.without_parent', message }] };
}

/** With the line ends, so that all lines make the file. */
function sizeOf({ own, children }: LineGroup): number {
  const lines = own === undefined ? children : [own, ...children];
  return lines.reduce((sum, line) => sum + line.length + 1, 0);
}

function partOf({ modulus, remainder }: BulkPart): BulkPart {
  return { modulus, remainder };
}
