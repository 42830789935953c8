import variant from '@jitl/quickjs-singlefile-mjs-release-sync';
import { newQuickJSWASMModuleFromVariant } from 'quickjs-emscripten-core';
import { createInterface } from 'node:readline';

import { Guest, LoadError } from './guest.ts';
import { sandboxRequestSchema, type SandboxLine, type SandboxRequest } from './sandbox-protocol.ts';

/**
 * A program: takes requests as lines from stdin and answers a line per record. It holds no right but to read itself,
 * and ends when anything but the user's own exception happens: its parent starts another.
 */
const quickJS = await newQuickJSWASMModuleFromVariant(variant);

print({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const json: unknown = JSON.parse(line);
  work(sandboxRequestSchema.parse(json));
}

function work(request: SandboxRequest): void {
  const guest = load(request);
  if (guest === undefined) return;
  for (const record of request.records) {
    const { result, isSpent } = guest.run(record, seedOf(record, request.seed));
    if (isSpent) return leave({ result, leaving: true });
    print({ result });
  }
  leaveIfBroken(guest);
}

/** An engine that cannot clean up after the code must not see another batch. */
function leaveIfBroken(guest: Guest): void {
  try {
    guest.dispose();
    print({ done: true });
  } catch {
    leave({ done: true, leaving: true });
  }
}

function load(request: SandboxRequest): Guest | undefined {
  try {
    return new Guest(quickJS, request, (log) => print({ log }));
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    leave({ loadError: error.message });
    return undefined;
  }
}

function print(line: SandboxLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function leave(line: SandboxLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(0));
}

/** From the record itself: the same record gets the same random numbers, whatever batch it comes in. */
function seedOf(record: string, runSeed: number): number {
  let seed = runSeed ^ 0x811c9dc5;
  for (let index = 0; index < record.length; index += 1) {
    seed = Math.imul(seed ^ record.charCodeAt(index), 0x01000193);
  }
  return seed | 0;
}
