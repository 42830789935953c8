import { InvalidInputError } from '../../core/foundation/errors.ts';
import { leaseKeyOf } from '../../core/leases/lease.ts';
import type { AttributeExclusion } from '../../core/records/attribute-exclusion.ts';
import { readCorrections } from '../../core/rejected-records/corrections.ts';
import { Replay } from '../../core/rejected-records/replay.ts';
import type { RunConnection } from '../../core/runs/engine.ts';
import type { RecordDestination } from '../../core/runs/ports.ts';
import type { Run, RunReplay } from '../../core/runs/run.ts';
import type { TransformStage } from '../../core/transformations/transform-stage.ts';
import type { ConnectionDependencies } from './open-connection.ts';

/** What a replay reads: the rejected records of another run, with those that were corrected. */
export async function openReplay(
  { table, rejectedRecords }: ConnectionDependencies,
  { appID, runID, trigger }: Run,
  parts: {
    replay: RunReplay;
    exclusion: AttributeExclusion | undefined;
    stage: TransformStage | undefined;
    index: RunConnection['index'];
    destination: RecordDestination;
  },
): Promise<Pick<RunConnection, 'source' | 'sourceDescription' | 'destination'>> {
  const { replay, exclusion, stage, index, destination } = parts;
  if (leaseKeyOf(index) !== replay.leaseKey) {
    throw new InvalidInputError(
      'replay.destination_moved',
      'The destination names another index since the records were rejected: run the task again.',
    );
  }
  const corrections =
    replay.isCorrected === true
      ? await readCorrections(table, { appID, triggerKey: trigger.key })
      : new Map<number, string>();
  const opened = new Replay({ appID, runID, replay, corrections, rejectedRecords, exclusion, stage });
  return {
    source: opened.source,
    sourceDescription: `rejected records of the run ${replay.runID}`,
    destination: opened.mark(destination),
  };
}
