import { BatchBuilder } from '../../../core/records/batch-builder.ts';
import type { Cursor, RecordBatch } from '../../../core/records/record-batch.ts';
import type { BatchLimits } from '../../../core/runs/ports.ts';
import type { ByteCount } from './file-body.ts';
import { parseFileCursor, type FileCursor, type FileVersion } from './file-cursor.ts';
import type { FileParser } from './file-parser.ts';
import type { FileRequest } from './file-request.ts';
import { InputWindow } from './input-window.ts';
import { openFile, type OpenedFile } from './open-file.ts';
import { resumeFile } from './resume-file.ts';

/** The least that a record takes, good or bad, with what parts it from the next: `a` and a line feed, `{}`. */
const MIN_RECORD_BYTES = 2;

export interface FileReading {
  readonly request: FileRequest;
  readonly parser: FileParser;
  readonly limits: BatchLimits;
  /** Checksum of the source's input: cursors are bound to it. */
  readonly input: number;
}

/**
 * The records of a file after `cursor`, batch by batch, as the bytes come: memory does not grow with the file. The last
 * batch's cursor says that nothing is left; reading from it gives nothing.
 */
export async function* readFile(
  reading: FileReading,
  cursor: Cursor | undefined,
): AsyncGenerator<RecordBatch> {
  const resumed = cursor === undefined ? undefined : parseFileCursor(cursor, reading.input);
  if (resumed?.done === true) return;
  const received = { bytes: 0 };
  const window = new InputWindow();
  const file = await open(reading, { window, resumed, received });
  const batch = new BatchBuilder(reading.limits);
  const seal = (done: boolean): RecordBatch => {
    const next = toCursor(reading, window, file.version, done);
    return {
      ...batch.seal(next, received.bytes),
      positionUnit: next.layout === 'array' ? 'element' : 'line',
      maxRecordsLeft: maxRecordsIn(file.sizeBytes, window.offset),
    };
  };
  const { signal } = reading.request;
  const takeBatches = function* takeBatches(): Generator<RecordBatch> {
    while (reading.parser.parse(window, batch)) {
      yield seal(false);
      // A small file is here at once: its transfer cannot fail any more.
      signal.throwIfAborted();
    }
  };
  try {
    for await (const chunk of file.content) {
      signal.throwIfAborted();
      window.append(chunk);
      file.letGo(chunk);
      if (window.isWorthParsing()) yield* takeBatches();
    }
    window.finish();
    yield* takeBatches();
    yield seal(true);
  } finally {
    file.close();
  }
}

/** How many records the rest of a file can hold at most. */
function maxRecordsIn(sizeBytes: number | undefined, offset: number): number | undefined {
  return sizeBytes === undefined ? undefined : Math.ceil(Math.max(0, sizeBytes - offset) / MIN_RECORD_BYTES);
}

async function open(
  { request, parser }: FileReading,
  {
    window,
    resumed,
    received,
  }: { window: InputWindow; resumed: FileCursor | undefined; received: ByteCount },
): Promise<OpenedFile> {
  if (resumed === undefined) return openFile(request, received);
  const file = await resumeFile(request, resumed, received);
  parser.resume(resumed, file.prologue);
  window.seek(resumed.offset, resumed.checksum);
  return file;
}

function toCursor(
  reading: FileReading,
  window: InputWindow,
  version: FileVersion,
  done: boolean,
): FileCursor {
  return {
    version: 1,
    input: reading.input,
    done,
    offset: window.offset,
    checksum: window.checksum(),
    ...reading.parser.position(),
    ...version,
  };
}
