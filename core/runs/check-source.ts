import * as z from 'zod';
import { MillraceError } from '../foundation/errors.ts';
import type { Engine } from './engine.ts';
import type { Run } from './run.ts';
import type { RunJournal } from './run-journal.ts';
import { failureOf, finishRun } from './settle-run.ts';
import { SourceError } from './source-error.ts';

/** To check a source takes less than the request that waits for it. A connector that is listed may have to be fetched. */
const LIMIT_SECONDS = { validate: 20, discover: 120 } as const;

/** The sample lies in the run's own item, which DynamoDB holds to 400 KB. */
const MAX_SAMPLE_BYTES = 100_000;

/** Works on a run of type `validate` or `discover`: looks at its source, writes nowhere, and ends the run. */
export async function checkSource(engine: Engine, journal: RunJournal): Promise<'finished'> {
  const { run } = journal;
  await journal.commit({
    status: 'started',
    startedAt: run.startedAt ?? engine.clock.now().toISOString(),
    attempts: run.attempts + 1,
  });
  try {
    const records = await readWithin(engine, run);
    await journal.commit({ sample: run.type === 'discover' ? toStreams(records) : toSample(records) });
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    const [settlement, note] = failureOf(run, error);
    await finishRun({ engine, journal }, { ...settlement, reason: error.message }, [note]);
    return 'finished';
  }
  const reason = run.type === 'discover' ? 'The streams were listed.' : 'The source can be read.';
  await finishRun({ engine, journal }, { outcome: 'success', reasonCode: 'ok', reason }, [
    { type: 'fetch', status: 'succeeded', data: { message: reason } },
  ]);
  return 'finished';
}

async function readWithin(engine: Engine, run: Run): Promise<readonly Record<string, unknown>[]> {
  const seconds = LIMIT_SECONDS[run.type === 'discover' ? 'discover' : 'validate'];
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    return await engine.readSample(run, signal);
  } catch (error) {
    if (!signal.aborted || error instanceof MillraceError) throw error;
    const what = run.type === 'discover' ? 'did not list its streams' : 'sent no records';
    const message = `The source ${what} within ${seconds} seconds.`;
    throw new SourceError('source.too_slow', message, { cause: error });
  }
}

/** All streams; where there are too many, without what their schemas say of attributes. */
function toStreams(streams: readonly Record<string, unknown>[]): string {
  const text = JSON.stringify(streams);
  if (Buffer.byteLength(text) <= MAX_SAMPLE_BYTES) return text;
  return toSample(streams.map((stream) => ({ ...stream, jsonSchema: namesOnly(stream['jsonSchema']) })));
}

const objectSchema = z.looseObject({ properties: z.record(z.string(), z.unknown()) });

function namesOnly(jsonSchema: unknown): Record<string, unknown> {
  const parsed = objectSchema.safeParse(jsonSchema);
  const names = parsed.success ? Object.keys(parsed.data.properties) : [];
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) };
}

/** As many records as fit. */
function toSample(records: readonly Record<string, unknown>[]): string {
  const kept = [...records];
  let text = JSON.stringify(kept);
  while (Buffer.byteLength(text) > MAX_SAMPLE_BYTES) {
    kept.pop();
    text = JSON.stringify(kept);
  }
  return text;
}
