import type { SourceContext } from '../../connectors/contract/source-connector.ts';
import { findSourceConnector, type RegisteredSource } from '../../connectors/registry.ts';
import type { Engine } from '../../core/runs/engine.ts';
import { EngineFaultError } from '../../core/runs/engine-fault-error.ts';
import type { BatchLimits } from '../../core/runs/ports.ts';
import { requireConnector } from '../../core/sources/require-connector.ts';
import { sourceSchema } from '../../core/sources/source.ts';
import type { ConnectionDependencies } from './open-connection.ts';
import { toSourceContext } from './source-context.ts';

/** A sample is ten records: more is not worth holding. */
export const SAMPLE_LIMITS: BatchLimits = { maxRecords: 1_000, maxBytes: 1024 * 1024 };

/** Reads the beginning of the source that a run carries, or lists its streams, with the credentials that it names. */
export function createReadSample(dependencies: ConnectionDependencies): Engine['readSample'] {
  return async (run, signal) => {
    if (run.checkedSource === undefined) {
      throw new EngineFaultError('run.no_source', 'The run does not say which source to check.');
    }
    const source = sourceSchema.parse(JSON.parse(run.checkedSource));
    requireConnector(source);
    const connector = await findSourceConnector(source.type);
    const context = await toSourceContext(dependencies, run, { source, limits: SAMPLE_LIMITS });
    if (run.type === 'discover') return { sample: await listStreams(connector, context, signal) };
    return connector.check(context, signal);
  };
}

async function listStreams(
  { type, discover }: RegisteredSource,
  context: SourceContext<unknown>,
  signal: AbortSignal,
): Promise<Record<string, unknown>[]> {
  if (discover === undefined) {
    throw new EngineFaultError('run.no_streams', `Sources of type ${type} have no streams to list.`);
  }
  const streams = await discover(context, signal);
  return streams.map(({ name, jsonSchema, syncModes, keyProperties }) => ({
    name,
    syncModes,
    keyProperties,
    jsonSchema,
  }));
}
