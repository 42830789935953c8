import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../start-up/write-file-atomically.ts';

const stateSchema = z.discriminatedUnion('state', [
  /** The machine was first started with `--empty`. */
  z.object({ state: z.literal('none') }),
  /** Being made: repaired at the next start if this one ends before it is ready. */
  z.object({ state: z.literal('creating') }),
  /** Made and run; what the owner does with it since is theirs. */
  z.object({ state: z.literal('ready'), airportsTaskID: z.string() }),
]);

export type SampleState = z.infer<typeof stateSchema>;

export async function readSampleState(dataDirectory: string): Promise<SampleState | undefined> {
  const text = await readFile(join(dataDirectory, 'sample.json'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const json: unknown = JSON.parse(text);
  return stateSchema.parse(json);
}

export async function writeSampleState(dataDirectory: string, state: SampleState): Promise<void> {
  await writeFileAtomically(join(dataDirectory, 'sample.json'), `${JSON.stringify(state)}\n`);
}
