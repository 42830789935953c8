import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SourceError } from '../../core/runs/source-error.ts';
import type { LocalContainerSettings } from './local-containers.ts';

const RUNTIMES = ['docker', 'podman'] as const;
const PROBE_MILLISECONDS = 10_000;

/** A program that understands `run`, `ps` and `rm` as docker does. */
export interface ContainerRuntime {
  readonly path: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The first runtime on the PATH that answers: a client without its daemon does not. */
export async function findRuntime({
  environment,
  runtime,
}: Pick<LocalContainerSettings, 'environment' | 'runtime'>): Promise<ContainerRuntime> {
  const candidates = runtime === '' ? RUNTIMES : [runtime];
  for (const path of candidates) {
    const works = await promisify(execFile)(path, ['info'], {
      env: environment,
      timeout: PROBE_MILLISECONDS,
    }).then(
      () => true,
      () => false,
    );
    if (works) return { path, environment };
  }
  throw new SourceError(
    'docker.no_runtime',
    `There is no container runtime on this machine that answers (looked for ${candidates.join(', ')} on the PATH): ` +
      'install one, or name a command for the image in MILLRACE_COMMANDS.',
  );
}
