import type { RecordSource } from '../../../core/runs/ports.ts';
import type { SourceConnector, SourceContext } from '../../contract/source-connector.ts';
import { readSample } from '../file/file-source.ts';
import { discoverStreams } from './discover-streams.ts';
import { dockerInputSchema, type DockerInput } from './docker-input.ts';
import { openSession } from './session.ts';
import { readStreams } from './read-streams.ts';
import { parseDockerCursor } from './docker-cursor.ts';
import { chooseStreams, streamsOf } from './select-streams.ts';
import { checkConnection } from './check-connection.ts';

/** A connector that is slow to list everything is not waited for. */
const SAMPLE_RECORDS = 10;

/** Sources of Singer and Airbyte: programs in container images that print records. */
export const dockerConnector: SourceConnector<DockerInput> = {
  type: 'docker',
  authenticationTypes: ['apiKey', 'basic', 'oauth', 'googleServiceAccount', 'secrets'],
  inputSchema: dockerInputSchema,
  open,
  async check(context, signal) {
    await checkConnection(openSession(context, signal));
    const limits = { ...context.limits, maxRecords: SAMPLE_RECORDS };
    return { sample: await readSample(open({ ...context, limits, inFull: true }), signal) };
  },
  discover: (context, signal) => discoverStreams(openSession(context, signal)),
  async plan(context, signal) {
    const named = streamsOf(context.taskInput);
    if (named.length > 0) return named.map(({ name }) => name);
    const catalog = await discoverStreams(openSession(context, signal));
    const { taskInput, recordSet } = context;
    return chooseStreams(catalog, { taskInput, recordSet, inFull: false }).map(({ stream }) => stream.name);
  },
};

function open(context: SourceContext<DockerInput>): RecordSource {
  return {
    read: (cursor, signal) => readStreams(openSession(context, signal), cursor),
    stateAt(cursor) {
      const { state } = parseDockerCursor(cursor);
      const isIncremental = streamsOf(context.taskInput).some(({ syncMode }) => syncMode === 'incremental');
      return state === '' || !isIncremental ? undefined : state;
    },
  };
}
