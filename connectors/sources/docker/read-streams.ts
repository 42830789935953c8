import type { Cursor, RecordBatch } from '../../../core/records/record-batch.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { ConnectorProcess } from './connector-process.ts';
import { discoverStreams } from './discover-streams.ts';
import { changed, parseDockerCursor, START, type DockerCursor } from './docker-cursor.ts';
import { keepState, openState } from './kept-state.ts';
import type { SelectedStream } from './protocol.ts';
import { chooseStreams } from './select-streams.ts';
import type { Session } from './session.ts';
import { StreamReader } from './stream-reader.ts';

/** So that the run's checkpoints, its deadline and a wish to cancel it need not wait for a slow connector. */
const FLUSH_MILLISECONDS = 5_000;
/** So often a connector is started from one place without coming any further. */
const MAX_STARTS = 5;

/** The records of the streams that a task names, from `cursor` on, or from where the task's runs before came to. */
export async function* readStreams(
  session: Session,
  cursor: Cursor | undefined,
): AsyncGenerator<RecordBatch> {
  const { context, protocol } = session;
  const place = cursor === undefined ? startOf(session) : parseDockerCursor(cursor);
  if (place.done) return;
  if (place.starts >= MAX_STARTS) throw noProgress();
  const catalog = await discoverStreams(session);
  const selected = chooseStreams(catalog, {
    taskInput: context.taskInput,
    recordSet: context.recordSet,
    inFull: context.inFull === true,
  });
  const stored = await openState(context, place.state);
  if (stored === undefined && cursor !== undefined) {
    throw changed('The state that the connector had come to is not kept any more');
  }
  const state =
    cursor === undefined ? protocol.forgetStreams(stored ?? '', inFull(selected)) : (stored ?? '');
  const process = await session.start((directory) => protocol.readArgs(directory, state !== ''), {
    'catalog.json': protocol.selectStreams(catalog, selected),
    ...(state === '' ? {} : { 'state.json': protocol.toStateFile(state) }),
  });
  try {
    const reader = new StreamReader({
      protocol,
      selected,
      taskID: context.taskID,
      limits: context.limits,
      place,
      state,
      keepState: (text) => keepState(context, text),
      note: (text) => process.note(text),
      blot: (text) => session.blot(text),
    });
    yield* readBatches(session, process, reader);
  } finally {
    await process.stop();
  }
}

function startOf({ context }: Session): DockerCursor {
  return { ...START, state: context.inFull === true ? '' : (context.resumeFrom ?? '') };
}

function inFull(selected: readonly SelectedStream[]) {
  return selected.filter(({ isIncremental }) => !isIncremental).map(({ stream }) => stream);
}

async function* readBatches(
  { signal }: Session,
  process: ConnectorProcess,
  reader: StreamReader,
): AsyncGenerator<RecordBatch> {
  let sealedAt = performance.now();
  const seal = (isDone = false) => {
    sealedAt = performance.now();
    return reader.seal(process.bytesRead, isDone);
  };
  try {
    for (;;) {
      const lines = await process.nextLines(FLUSH_MILLISECONDS);
      if (lines === undefined) break;
      for (const line of lines === 'waiting' ? [] : lines) {
        if (!reader.take(line)) {
          yield await seal();
          reader.take(line);
        }
        if (reader.isFull()) yield await seal();
      }
      if (performance.now() - sealedAt >= FLUSH_MILLISECONDS) yield await seal();
    }
    reader.assertNoFault();
    await process.confirmSuccess();
    reader.assertComplete();
  } catch (error) {
    // What came before the failure is whole and good.
    if (!signal.aborted && reader.hasRecords()) yield await seal();
    throw error;
  }
  yield await seal(true);
}

function noProgress(): SourceError {
  return new SourceError(
    'docker.no_progress',
    `The connector was started ${MAX_STARTS} times in a row and did not come beyond what it had sent before: ` +
      'a slice of a run is too short for it. It has to send states on its way, or fewer streams have to be read by one task.',
  );
}
