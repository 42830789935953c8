import { MillraceError } from './errors.ts';

/** What may stand in a log line: named scalars. Never headers, bodies, query strings or whole events. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  /** `error` is written with its name, code, message and stack, and those of its causes. */
  error(message: string, error: unknown, fields?: LogFields): void;
}

/** Writes one JSON object per line, each with `base`. */
export function createLog(base: LogFields = {}, write: (line: string) => void = writeToStdout): Log {
  const put = (level: string, message: string, fields: Readonly<Record<string, unknown>>) =>
    write(`${JSON.stringify({ level, time: new Date().toISOString(), message, ...base, ...fields })}\n`);
  return {
    info: (message, fields = {}) => put('info', message, fields),
    error: (message, error, fields = {}) => put('error', message, { ...fields, error: describeError(error) }),
  };
}

function describeError(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { name: typeof error };
  return {
    name: error.name,
    code: error instanceof MillraceError ? error.code : undefined,
    message: error.message,
    stack: error.stack,
    cause: error.cause === undefined ? undefined : describeError(error.cause),
  };
}

function writeToStdout(line: string): void {
  process.stdout.write(line);
}
