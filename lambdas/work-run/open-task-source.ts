import { findDestinationConnector } from '../../connectors/destinations/registry.ts';
import { openSource } from '../../connectors/registry.ts';
import type { Destination } from '../../core/destinations/destination.ts';
import type { AttributeExclusion } from '../../core/records/attribute-exclusion.ts';
import { createExcludingSource } from '../../core/records/excluding-source.ts';
import type { RunConnection } from '../../core/runs/engine.ts';
import { createEntitySource } from '../../core/runs/entity-source.ts';
import { createPartSource, type ListParts } from '../../core/runs/part-source.ts';
import type { BatchLimits, RecordSource } from '../../core/runs/ports.ts';
import { readRunEntities } from '../../core/runs/run-entities.ts';
import type { Run } from '../../core/runs/run.ts';
import type { ConnectedSource } from '../../core/sources/require-connector.ts';
import type { Source } from '../../core/sources/source.ts';
import type { Task } from '../../core/tasks/task.ts';
import type { TransformStage } from '../../core/transformations/transform-stage.ts';
import { createTransformedSource } from '../../core/transformations/transformed-source.ts';
import type { ConnectionDependencies } from './open-connection.ts';
import { noteProgress, openProgress, readingOf } from './source-progress.ts';
import { toSourceContext } from './source-context.ts';

/** As much as one invocation of the sandbox takes, so that several can work on the next few batches. */
const TRANSFORM_LIMITS: BatchLimits = { maxRecords: 1_000, maxBytes: 1024 * 1024 };

interface TaskParts {
  readonly task: Task;
  readonly source: ConnectedSource;
  readonly destination: Destination;
  readonly exclusion: AttributeExclusion | undefined;
  readonly stage: TransformStage | undefined;
  /** Where the destination can be asked for it. */
  readonly listParts: ListParts | undefined;
  readonly index: RunConnection['index'];
}

/** What a run reads: its task's source, without what the destination excludes, through its mapping and transformation. */
export async function openTaskSource(
  dependencies: ConnectionDependencies,
  run: Run,
  parts: TaskParts,
): Promise<Pick<RunConnection, 'source' | 'sourceDescription' | 'progress'>> {
  const { source, destination, exclusion, stage } = parts;
  const limits =
    stage === undefined ? findDestinationConnector(destination.type).batchLimits : TRANSFORM_LIMITS;
  const reading = readingOf(run, parts);
  const context = {
    ...(await toSourceContext(dependencies, run, { ...parts, limits })),
    ...(await openProgress(dependencies, run, reading)),
  };
  const opened = await openSource(source.type, context);
  const entityIDs =
    run.type === 'update' ? (await readRunEntities(dependencies.table, run)).entityIDs : undefined;
  const named = entityIDs === undefined ? opened : nameEntities(opened, entityIDs, parts);
  const slim = exclusion === undefined ? named : createExcludingSource(named, exclusion);
  return {
    source: stage === undefined ? slim : createTransformedSource(slim, stage),
    sourceDescription: describeSource(source),
    ...noteProgress(dependencies, { source: opened, countsRepeats: context.countsRepeats }, run, reading),
  };
}

/** A shop is asked for products; where the index holds their variants, each product stands for several records. */
function nameEntities(
  opened: RecordSource,
  entityIDs: readonly string[],
  { destination, listParts }: TaskParts,
): RecordSource {
  const { readEntities } = opened;
  return destination.input.recordType === 'variant' && readEntities !== undefined && listParts !== undefined
    ? createPartSource({ readEntities: readEntities.bind(opened) }, entityIDs, listParts)
    : createEntitySource(opened, entityIDs);
}

/** Without the query, which may hold a credential. */
function describeSource(source: Source): string {
  if (source.type !== 'csv' && source.type !== 'json') return `${source.type} source ${source.name}`;
  const { protocol, host, pathname } = new URL(source.input.url);
  return `${source.type} file ${protocol}//${host}${pathname}`;
}
