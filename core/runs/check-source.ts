import * as z from 'zod';
import { MillraceError } from '../foundation/errors.ts';
import type { Engine } from './engine.ts';
import type { Run } from './run.ts';
import type { RunJournal } from './run-journal.ts';
import { failureOf, finishRun } from './settle-run.ts';
import { SourceError } from './source-error.ts';

/** To check a source takes less than the request that waits for it. */
const LIMIT_SECONDS = 20;
/** But for a connector that may have to be fetched first: then the answer names the run to look at. */
const FETCHED_LIMIT_SECONDS = 120;
const fetchedSchema = z.object({ type: z.literal('docker') });

/** The sample lies in the run's own item, which DynamoDB holds to 400 KB. */
const MAX_SAMPLE_BYTES = 100_000;

/**
 * Works on a run of type `validate` or `discover`: looks at its source or at the vendor's webhooks, writes no index, and
 * ends the run.
 */
export async function checkSource(engine: Engine, journal: RunJournal): Promise<'finished'> {
  const { run } = journal;
  await journal.commit({
    status: 'started',
    startedAt: run.startedAt ?? engine.clock.now().toISOString(),
    attempts: run.attempts + 1,
  });
  let reason: string;
  try {
    reason = await withinTime(run, (signal) => act(engine, journal, signal));
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    const [settlement, failure] = failureOf(run, error);
    await finishRun({ engine, journal }, { ...settlement, reason: error.message }, [failure]);
    return 'finished';
  }
  await finishRun({ engine, journal }, { outcome: 'success', reasonCode: 'ok', reason }, [
    { type: 'fetch', status: 'succeeded', data: { message: reason } },
  ]);
  return 'finished';
}

async function act(engine: Engine, journal: RunJournal, signal: AbortSignal): Promise<string> {
  const { run } = journal;
  if (run.registration !== undefined) return engine.arrangeHooks(run, signal);
  const { sample, note } = await engine.readSample(run, signal);
  const isListed = run.type === 'discover';
  await journal.commit({ sample: isListed ? toStreams(sample) : toSample(sample) });
  const done = isListed ? 'The streams were listed.' : 'The source can be read.';
  return [done, note].filter((text) => text !== undefined).join(' ');
}

/** How long a run of type `validate` or `discover` may take. */
export function limitSecondsOf({ type, checkedSource }: Pick<Run, 'type' | 'checkedSource'>): number {
  const source: unknown = checkedSource === undefined ? undefined : JSON.parse(checkedSource);
  const mayBeFetched = type === 'discover' || fetchedSchema.safeParse(source).success;
  return mayBeFetched ? FETCHED_LIMIT_SECONDS : LIMIT_SECONDS;
}

async function withinTime<Result>(run: Run, look: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const seconds = limitSecondsOf(run);
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    return await look(signal);
  } catch (error) {
    if (!signal.aborted || error instanceof MillraceError) throw error;
    throw new SourceError('source.too_slow', `${whatFailed(run)} within ${seconds} seconds.`, {
      cause: error,
    });
  }
}

function whatFailed({ type, registration }: Run): string {
  if (registration !== undefined) return 'The vendor did not answer';
  return type === 'discover' ? 'The source did not list its streams' : 'The source sent no records';
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
