import type { TaskSourceInput } from '../../../core/tasks/task-source-input.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { CatalogStream, SelectedStream } from './protocol.ts';

const MAX_NAMED = 20;

type TaskStream = Extract<TaskSourceInput, { streams: unknown }>['streams'][number];

/** The streams that a task names; none where it leaves that open. */
export function streamsOf(taskInput: TaskSourceInput | undefined): readonly TaskStream[] {
  return taskInput !== undefined && 'streams' in taskInput ? taskInput.streams : [];
}

/**
 * The streams of the catalog that are read: those that the task names, or all; of them one where a record set is asked for.
 * `inFull` reads each from its beginning whatever the task says.
 */
export function chooseStreams(
  catalog: readonly CatalogStream[],
  options: { taskInput: TaskSourceInput | undefined; recordSet: string | undefined; inFull: boolean },
): SelectedStream[] {
  const named = streamsOf(options.taskInput);
  const wanted = named.length > 0 ? named : catalog.map(readAsItIs);
  const chosen = wanted
    .filter(({ name }) => options.recordSet === undefined || name === options.recordSet)
    .map((each) => choose(catalog, each, options.inFull));
  if (chosen.length > 0) return chosen;
  throw options.recordSet === undefined
    ? new SourceError('docker.no_streams', 'The connector has no streams: check its configuration.')
    : new SourceError('docker.unknown_stream', `The task names no stream ${options.recordSet} any more.`);
}

function readAsItIs({ name, syncModes }: CatalogStream): TaskStream {
  return { name, syncMode: syncModes.includes('fullTable') ? 'fullTable' : 'incremental' };
}

function choose(
  catalog: readonly CatalogStream[],
  { name, syncMode, properties }: TaskStream,
  inFull: boolean,
): SelectedStream {
  const stream = catalog.find((each) => each.name === name);
  if (stream === undefined) {
    const known = catalog.slice(0, MAX_NAMED).map((each) => each.name);
    throw new SourceError(
      'docker.unknown_stream',
      `The connector has no stream ${name}; it has ${known.join(', ')}${catalog.length > MAX_NAMED ? ' …' : ''}.`,
    );
  }
  if (!stream.syncModes.includes(syncMode)) {
    // A log has no other way to be read; without a state it is read from its beginning.
    throw new SourceError(
      'docker.sync_mode',
      `The stream ${name} cannot be read as ${syncMode}: its connector offers ${stream.syncModes.join(', ')}.`,
    );
  }
  const canBeFull = stream.syncModes.includes('fullTable');
  return { stream, properties, isIncremental: syncMode === 'incremental' && !(inFull && canBeFull) };
}
