/** What one record may take inside the sandbox; the whole of what protects the machine is in `sandbox-process.ts`. */
export const RECORD_MILLISECONDS = 1_000;

/** Jobs (continuations of promises) that one record may run. */
export const MAX_JOBS_PER_RECORD = 100_000;

/** What one record may become, in characters of JSON; Algolia takes 100 KB per record at most. */
export const MAX_OUTPUT_CHARACTERS = 1_000_000;

/** Lines that one batch may print, and how long each may be. */
export const MAX_LOG_LINES = 50;
export const MAX_LOG_CHARACTERS = 1_000;

/** QuickJS's own stack. The process has more (`--stack-size`), so that QuickJS notices first and throws cleanly. */
export const STACK_BYTES = 128 * 1024;

/** Below what WebAssembly may have in all, so that QuickJS notices first where it can. */
export const HEAP_BYTES = 48 * 1024 * 1024;
