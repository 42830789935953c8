import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Orders } from './orders.ts';

/** The directories of a task that its containers share. */
export interface TaskPlaces {
  readonly files: string;
  readonly output: string;
  readonly scratch: string;
}

/** Of the image's system: Node itself can make none. */
const MAKE_PIPE = 'mkfifo';
const ANYBODY_READS = 0o644;
const ANYBODY_WRITES = 0o666;
const SCRATCH_MODE = 0o1777;

/** Puts the connector's files where it finds them, and pipes where its output goes. Its user may be any. */
export async function prepare(ordersURL: string, { files, output, scratch }: TaskPlaces): Promise<void> {
  const orders = await Orders.open(ordersURL);
  const input = await orders.input();
  chmodSync(files, 0o755);
  chmodSync(output, 0o755);
  chmodSync(scratch, SCRATCH_MODE);
  for (const [name, content] of Object.entries(input.files)) {
    writeFileSync(join(files, name), content);
    chmodSync(join(files, name), ANYBODY_READS);
  }
  for (const name of ['output', 'said']) {
    execFileSync(MAKE_PIPE, [join(output, name)]);
    chmodSync(join(output, name), ANYBODY_WRITES);
  }
  writeFileSync(join(output, 'code'), '');
  chmodSync(join(output, 'code'), ANYBODY_WRITES);
}
