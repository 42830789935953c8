import { COMMANDS, dockerContext } from '../../docker/open-docker.ts';
import { bundleRelay, openFargate, processLauncher } from '../../docker/open-fargate.ts';
import type { SourceSubject } from '../source-subject.ts';

let relay: Promise<string> | undefined;

/** The same tap as a task of ECS, in an ECS of this machine. */
export const dockerOnFargateSubject: SourceSubject = {
  type: 'docker',
  manyRecords: 100_000,
  async start(records) {
    relay ??= bundleRelay();
    const { runner, ecs, close } = await openFargate({
      program: await relay,
      launcher: processLauncher({ 'docker.io/library/tap-test:latest': {} }),
      settings: { commands: { 'tap-test': COMMANDS['tap-test'] } },
    });
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
      requests: () => ecs.tasks.length,
      secrets: [],
      stop: close,
    };
  },
};
