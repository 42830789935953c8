import { expect } from 'vitest';
import type { FileParser } from '../../../connectors/sources/file/file-parser.ts';
import { InputWindow } from '../../../connectors/sources/file/input-window.ts';
import { CsvParser } from '../../../connectors/sources/csv/csv-parser.ts';
import type { CsvInput } from '../../../connectors/sources/csv/csv-input.ts';
import { JsonParser } from '../../../connectors/sources/json/json-parser.ts';
import { BatchBuilder } from '../../../core/records/batch-builder.ts';
import { OBJECT_ID_OFFSET, type RecordBatch } from '../../../core/records/record-batch.ts';
import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { BatchLimits } from '../../../core/runs/ports.ts';

export const SMALL_LIMITS: BatchLimits = { maxRecords: 3, maxBytes: 500 };
export const LARGE_LIMITS: BatchLimits = { maxRecords: 10_000, maxBytes: 1_000_000 };

export interface Parsed {
  /** The records as text, as they would go to the destination. */
  texts: string[];
  rejected: RejectedRecord[];
}

/** Parses a file given in chunks, as the engine would see it. */
export function parseChunks(parser: FileParser, chunks: Iterable<Uint8Array>, limits = LARGE_LIMITS): Parsed {
  const parsed: Parsed = { texts: [], rejected: [] };
  const window = new InputWindow();
  const batch = new BatchBuilder(limits);
  const drain = () => {
    while (parser.parse(window, batch)) collect(batch.seal({}, 0), parsed);
  };
  for (const chunk of chunks) {
    window.append(chunk);
    if (window.isWorthParsing()) drain();
  }
  window.finish();
  drain();
  collect(batch.seal({}, 0), parsed);
  return parsed;
}

export function parseCsv(content: string | Buffer, input: Partial<CsvInput> = {}): Parsed {
  return parseChunks(createCsvParser(input), [Buffer.from(content)]);
}

export function parseJson(content: string | Buffer, uniqueIDColumn?: string): Parsed {
  return parseChunks(createJsonParser(uniqueIDColumn), [Buffer.from(content)]);
}

export function createCsvParser(input: Partial<CsvInput> = {}): CsvParser {
  return new CsvParser({ input: { url: '', ...input }, positionStem: 'row-' });
}

export function createJsonParser(uniqueIDColumn?: string): JsonParser {
  const positionStem = 'record-';
  return new JsonParser(uniqueIDColumn === undefined ? { positionStem } : { uniqueIDColumn, positionStem });
}

/** Cuts bytes at the given positions. */
export function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const cuts = [...new Set(positions.map((position) => position % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...cuts, bytes.length].map((end, index) => bytes.subarray(cuts[index - 1] ?? 0, end));
}

/** Takes a batch apart, and checks that its indexes say what the contract says. */
export function collect(batch: RecordBatch, parsed: Parsed): void {
  const bytes = Buffer.from(batch.bytes);
  for (let index = 0; index < batch.count; index += 1) {
    const start = index === 0 ? 0 : (batch.ends[index - 1] ?? 0);
    const text = bytes.subarray(start, batch.ends[index]).toString();
    const id: unknown = JSON.parse(bytes.subarray(start + OBJECT_ID_OFFSET, batch.idEnds[index]).toString());
    // Not by expect: there are many records, and it takes its time.
    if (!text.startsWith('{"objectID":"') || (JSON.parse(text) as { objectID: unknown }).objectID !== id) {
      throw new Error(`The batch's indexes are wrong for record ${index}: ${text}`);
    }
    parsed.texts.push(text);
  }
  expect(batch.bytes.length).toBe(batch.count === 0 ? 0 : batch.ends[batch.count - 1]);
  parsed.rejected.push(...batch.rejected);
}

export function toRecords({ texts }: Parsed): Record<string, unknown>[] {
  return texts.map((text) => JSON.parse(text) as Record<string, unknown>);
}
