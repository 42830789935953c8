import { MillraceError } from '../foundation/errors.ts';
import type { Engine, SourceSample } from './engine.ts';
import type { Run } from './run.ts';
import type { RunJournal } from './run-journal.ts';
import { failureOf, finishRun } from './settle-run.ts';
import { SourceError } from './source-error.ts';

/** Shorter than the request that waits for the answer. */
const CHECK_SECONDS = 20;

/** The sample lies in the run's own item, which DynamoDB holds to 400 KB. */
const MAX_SAMPLE_BYTES = 100_000;

/** Works on a run of type `validate`: reads the beginning of its source, writes nowhere, and ends the run. */
export async function checkSource(engine: Engine, journal: RunJournal): Promise<'finished'> {
  const { run } = journal;
  await journal.commit({
    status: 'started',
    startedAt: run.startedAt ?? engine.clock.now().toISOString(),
    attempts: run.attempts + 1,
  });
  let note: string | undefined;
  try {
    const found = await readWithin(engine, run);
    note = found.note;
    await journal.commit({ sample: toSample(found.sample) });
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    const [settlement, failure] = failureOf(run, error);
    await finishRun({ engine, journal }, { ...settlement, reason: error.message }, [failure]);
    return 'finished';
  }
  const reason = ['The source can be read.', note].filter((text) => text !== undefined).join(' ');
  await finishRun({ engine, journal }, { outcome: 'success', reasonCode: 'ok', reason }, [
    { type: 'fetch', status: 'succeeded', data: { message: reason } },
  ]);
  return 'finished';
}

async function readWithin(engine: Engine, run: Run): Promise<SourceSample> {
  const signal = AbortSignal.timeout(CHECK_SECONDS * 1000);
  try {
    return await engine.readSample(run, signal);
  } catch (error) {
    if (!signal.aborted || error instanceof MillraceError) throw error;
    const message = `The source sent no records within ${CHECK_SECONDS} seconds.`;
    throw new SourceError('source.too_slow', message, { cause: error });
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
