import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { BUSYBOX, RUNTIME } from './container-image.ts';
import { RELAY_IMAGE } from './open-fargate.ts';

const LINKED = 'ldd';

/** Makes an image of the Node that runs this, with what it links to and busybox: what there is on this machine. */
export function buildNodeImage(directory: string): void {
  const context = join(directory, 'node-image');
  mkdirSync(context, { recursive: true });
  const linked = execFileSync(LINKED, [process.execPath], { encoding: 'utf8' });
  const libraries = [...linked.matchAll(/(\/\S+\.so\S*)/gu)].map(([, path]) => path ?? '');
  const lines = ['FROM scratch', 'COPY busybox /bin/busybox', 'COPY node /bin/node'];
  copyFileSync(BUSYBOX, join(context, 'busybox'));
  copyFileSync(process.execPath, join(context, 'node'));
  for (const path of libraries) {
    copyFileSync(path, join(context, basename(path)));
    lines.push(`COPY ${basename(path)} ${dirname(path)}/`);
  }
  lines.push('RUN ["/bin/busybox", "--install", "-s", "/bin"]');
  const file = join(context, 'Containerfile');
  writeFileSync(file, lines.join('\n'));
  execFileSync(RUNTIME ?? '', ['build', '--tag', RELAY_IMAGE, '--file', file, context], { stdio: 'pipe' });
}
