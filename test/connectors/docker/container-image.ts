import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The tap of `image/tap.sh`, in an image of nothing but busybox. */
export const IMAGE = 'localhost/millrace-test-tap:1';
export const BUSYBOX = '/bin/busybox';

/** What there is to run containers with, if there is also something to make an image of. */
export const RUNTIME = existsSync(BUSYBOX)
  ? ['podman', 'docker'].find((each) => answers(each, 'info'))
  : undefined;

// Podman's own settings may not work within a container, as where tests mostly run; with runc these do everywhere.
if (RUNTIME === 'podman' && answers('runc', '--version')) {
  process.env['CONTAINERS_CONF'] ??= join(import.meta.dirname, '../../../.ci/containers.conf');
}

/** Makes the image, from what is on this machine. */
export function buildTestImage(directory: string): void {
  const context = join(directory, 'image');
  mkdirSync(context, { recursive: true });
  copyFileSync(BUSYBOX, join(context, 'busybox'));
  copyFileSync(join(import.meta.dirname, 'image/tap.sh'), join(context, 'tap.sh'));
  const lines = [
    'FROM scratch',
    'COPY busybox /bin/busybox',
    'COPY tap.sh /tap.sh',
    'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
    'ENTRYPOINT ["/bin/sh", "/tap.sh"]',
  ];
  const file = join(context, 'Containerfile');
  writeFileSync(file, lines.join('\n'));
  execFileSync(RUNTIME ?? '', ['build', '--tag', IMAGE, '--file', file, context], { stdio: 'pipe' });
}

function answers(program: string, argument: string): boolean {
  return spawnSync(program, [argument], { stdio: 'ignore' }).status === 0;
}
