import { crc32 } from 'node:zlib';
import * as z from 'zod';
import type { RecordBatch } from '../../../core/records/record-batch.ts';
import type { RecordSource } from '../../../core/runs/ports.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import { createTransport } from './create-transport.ts';
import type { FileParser } from './file-parser.ts';
import { readFile } from './read-file.ts';
import { DEFAULT_TIMEOUTS, type HttpTimeouts } from '../../http/http-timeouts.ts';

/** What the inputs of all sources that read one file have in common. */
export interface FileInput {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | undefined;
}

export interface FileFormat {
  /** For messages: CSV or JSON. */
  readonly name: string;
  /** A parser for one reading. */
  readonly createParser: () => FileParser;
}

/** Files can be made on the fly by the server, which takes longer than a page. */
const TIMEOUTS: HttpTimeouts = { ...DEFAULT_TIMEOUTS, headersMilliseconds: 30_000 };

const MAX_SAMPLES = 10;
const sampleSchema = z.record(z.string(), z.unknown());

/** A source that is one file behind a URL. Each reading has its own connections, closed when it ends. */
export function createFileSource(context: SourceContext<FileInput>, format: FileFormat): RecordSource {
  return {
    read: async function* read(cursor, signal) {
      const timeouts = { ...TIMEOUTS, ...context.timeouts };
      const transport = await createTransport(context.input.url, { network: context.network, timeouts });
      try {
        const request = {
          transport,
          url: context.input.url,
          method: context.input.method ?? 'GET',
          authentication: context.authentication,
          format: format.name,
          paceMilliseconds: timeouts.idleMilliseconds * 2,
          signal,
        } as const;
        yield* readFile(
          {
            request,
            parser: format.createParser(),
            limits: context.limits,
            input: crc32(JSON.stringify(context.input)),
          },
          cursor,
        );
      } finally {
        transport.close();
      }
    },
  };
}

/** Up to 10 records from the start of a source; what cannot be read is its error. */
export async function readSample(
  source: RecordSource,
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  const sample: Record<string, unknown>[] = [];
  for await (const batch of source.read(undefined, signal)) {
    sample.push(...parseRecords(batch, MAX_SAMPLES - sample.length));
    if (sample.length >= MAX_SAMPLES) break;
  }
  return sample;
}

function parseRecords({ bytes, ends, count }: RecordBatch, limit: number): Record<string, unknown>[] {
  return Array.from({ length: Math.min(count, limit) }, (_, index) => {
    const start = index === 0 ? 0 : ends[index - 1];
    return sampleSchema.parse(JSON.parse(Buffer.from(bytes.subarray(start, ends[index])).toString()));
  });
}
