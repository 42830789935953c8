import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from '../start-up/write-file-atomically.ts';

const stateSchema = z.record(z.string(), z.object({ type: z.string(), physicalID: z.string() }));

/** Which physical resource belongs to each logical id, over all starts on one data directory. */
export interface StackState {
  physicalID(logicalID: string, type: string): string | undefined;
  /** Resolves when it is on disk. */
  remember(logicalID: string, type: string, physicalID: string): Promise<void>;
}

export async function openStackState(dataDirectory: string): Promise<StackState> {
  const file = join(dataDirectory, 'stack.json');
  const resources = await readState(file);
  let writing = Promise.resolve();
  return {
    physicalID: (logicalID, type) =>
      resources[logicalID]?.type === type ? resources[logicalID].physicalID : undefined,
    async remember(logicalID, type, physicalID) {
      if (resources[logicalID]?.physicalID === physicalID) return;
      resources[logicalID] = { type, physicalID };
      writing = writing.then(() => writeFileAtomically(file, `${JSON.stringify(resources, null, 2)}\n`));
      await writing;
    },
  };
}

async function readState(file: string): Promise<z.infer<typeof stateSchema>> {
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const json: unknown = JSON.parse(text);
  return stateSchema.parse(json);
}
