import type { SourceContext } from '../../connectors/contract/source-connector.ts';
import { deriveID } from '../../core/foundation/ids.ts';
import { leaseKeyOf } from '../../core/leases/lease.ts';
import type { RunConnection } from '../../core/runs/engine.ts';
import type { RecordSource } from '../../core/runs/ports.ts';
import type { Run } from '../../core/runs/run.ts';
import { IMMUTABLE_INPUT_FIELDS } from '../../core/sources/source-types.ts';
import type { SourceReading } from '../../core/sources/source-states.ts';
import type { Source } from '../../core/sources/source.ts';
import type { Task } from '../../core/tasks/task.ts';
import type { ConnectionDependencies } from './open-connection.ts';

/**
 * Which reading a run goes on with: when the source, what the task reads of it or the index is another one, what was read
 * before says nothing, and everything is read again.
 */
export function readingOf(
  { appID, taskID, recordSet = '' }: Run,
  { task, source, index }: { task: Task; source: Source; index: RunConnection['index'] },
): SourceReading {
  const input: Readonly<Record<string, unknown>> = 'input' in source ? source.input : {};
  const identity = (IMMUTABLE_INPUT_FIELDS[source.type] ?? []).map((name) => input[name] ?? null);
  const of = [task.sourceID, source.type, identity, task.input ?? null, leaseKeyOf(index)];
  return { appID, taskID, recordSet, of: deriveID(JSON.stringify(of)) };
}

/** What a source is opened with to go on where the task's runs before have come to. */
export async function openProgress(
  { sourceStates }: ConnectionDependencies,
  { action }: Run,
  reading: SourceReading,
): Promise<Pick<SourceContext<unknown>, 'inFull' | 'resumeFrom' | 'states'>> {
  const states = {
    keep: (text: string) => sourceStates.keep(reading, text),
    open: (key: string) => sourceStates.open(reading, key),
  };
  // What a run of `replace` does not read would be gone.
  if (action === 'replace') return { states, inFull: true };
  const resumeFrom = await sourceStates.find(reading);
  return { states, ...(resumeFrom === undefined ? {} : { resumeFrom }) };
}

/** Has each checkpoint of the run note how far the task has come, where its source can go on. */
export function noteProgress(
  { sourceStates }: Pick<ConnectionDependencies, 'sourceStates'>,
  {
    source,
    countsRepeats = false,
  }: { source: Pick<RecordSource, 'stateAt'>; countsRepeats?: boolean | undefined },
  { action, type }: Pick<Run, 'action' | 'type'>,
  reading: SourceReading,
): Pick<RunConnection, 'progress'> {
  const { stateAt } = source;
  if (stateAt === undefined || action === 'replace' || type === 'update') return {};
  return {
    progress(cursor, { hasRejected }) {
      // It has to be read again unless the run is a success, whose end moves the task on, or what was taken would count twice.
      if (hasRejected && !countsRepeats) return [];
      const state = stateAt(cursor);
      return state === undefined ? [] : [sourceStates.change(reading, state)];
    },
  };
}
