import { MillraceError } from '../foundation/errors.ts';
import type { Engine } from './engine.ts';
import type { Run } from './run.ts';
import type { RunJournal } from './run-journal.ts';
import { failureOf, finishRun } from './settle-run.ts';
import { SourceError } from './source-error.ts';

/** Shorter than the request that waits for the answer. */
const CHECK_SECONDS = 20;

/** The sample lies in the run's own item, which DynamoDB holds to 400 KB. */
const MAX_SAMPLE_BYTES = 100_000;

/** Works on a run of type `validate`: looks at its source or at the vendor's webhooks, writes no index, and ends the run. */
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
  await journal.commit({ sample: toSample(sample) });
  return ['The source can be read.', note].filter((text) => text !== undefined).join(' ');
}

async function withinTime<Result>(
  { registration }: Run,
  look: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const signal = AbortSignal.timeout(CHECK_SECONDS * 1000);
  try {
    return await look(signal);
  } catch (error) {
    if (!signal.aborted || error instanceof MillraceError) throw error;
    const what = registration === undefined ? 'The source sent no records' : 'The vendor did not answer';
    throw new SourceError('source.too_slow', `${what} within ${CHECK_SECONDS} seconds.`, { cause: error });
  }
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
