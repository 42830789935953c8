import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalContainers } from '../../../connectors/containers/local-containers.ts';
import type { ContainerRunner } from '../../../connectors/containers/container-runner.ts';
import type { SourceContext } from '../../../connectors/contract/source-connector.ts';
import { systemClock } from '../../../core/foundation/clock.ts';

const SINGER_TAP = join(import.meta.dirname, 'programs/singer-tap.mjs');
const AIRBYTE_SOURCE = join(import.meta.dirname, 'programs/airbyte-source.mjs');

export const COMMANDS = {
  'tap-test': [process.execPath, SINGER_TAP],
  'source-test': [process.execPath, AIRBYTE_SOURCE],
};

/** Runs a script that is given as its arguments. */
const INLINE = { 'tap-inline': [process.execPath] };

/** Programs in the place of images, in a folder of their own; and how often one was started. */
export function openCommands(): {
  runner: ContainerRunner;
  directory: string;
  starts: () => number;
  remove: () => void;
} {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-docker-'));
  const environment = { PATH: process.env['PATH'] ?? '' };
  const runner = createLocalContainers({
    directory,
    environment,
    commands: { ...COMMANDS, ...INLINE },
    runtime: '',
  });
  let starts = 0;
  return {
    directory,
    runner: {
      start: (request, signal) => {
        starts += 1;
        return runner.start(request, signal);
      },
    },
    starts: () => starts,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** What a docker source is opened with, but for its limits. */
export function dockerContext(
  containers: ContainerRunner,
  input: Record<string, unknown>,
  more: Partial<SourceContext<unknown>> = {},
): Omit<SourceContext<unknown>, 'limits'> {
  return {
    input,
    network: { allowPrivate: [], trustedHosts: [] },
    vendorHosts: {},
    clock: systemClock,
    taskID: 'task-1',
    triggeredAt: new Date('2026-01-01T00:00:00Z'),
    containers,
    ...more,
  };
}
