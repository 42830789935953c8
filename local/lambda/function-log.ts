import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Past this a log is put aside as `<name>.log.1`, over the one before. */
const MAX_LOG_BYTES = 10_000_000;

export interface FunctionLog {
  write(text: string | Buffer): void;
  close(): void;
}

/** Appends what a function prints to its file; at most two files of `maxBytes` are kept. */
export function openFunctionLog(file: string, maxBytes = MAX_LOG_BYTES): FunctionLog {
  mkdirSync(dirname(file), { recursive: true });
  let descriptor: number | undefined = openSync(file, 'a', 0o600);
  let bytes = fstatSync(descriptor).size;
  return {
    write(text) {
      if (descriptor === undefined) return;
      if (bytes > maxBytes) {
        closeSync(descriptor);
        renameSync(file, `${file}.1`);
        descriptor = openSync(file, 'a', 0o600);
        bytes = 0;
      }
      bytes += writeSync(descriptor, Buffer.from(text));
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor);
      descriptor = undefined;
    },
  };
}
