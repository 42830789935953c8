import { dockerContext, openCommands } from '../../docker/open-docker.ts';
import type { SourceSubject } from '../source-subject.ts';

/** A Singer tap that is installed as a program: what the containers hold is tested in `test/connectors/docker/`. */
export const dockerSubject: SourceSubject = {
  type: 'docker',
  manyRecords: 100_000,
  async start(records) {
    const { runner, starts, remove } = openCommands();
    const isLarge = records > 1_000;
    const input = {
      image: 'tap-test',
      imageType: 'singer',
      registry: 'dockerhub',
      configuration: { records, stateEvery: isLarge ? 500 : 10, padding: isLarge ? 700 : 0 },
    };
    const taskInput = { streams: [{ name: 'items', syncMode: 'incremental' as const }] };
    return {
      context: dockerContext(runner, input, { taskInput }),
      requests: starts,
      secrets: [],
      stop: async () => remove(),
    };
  },
};
