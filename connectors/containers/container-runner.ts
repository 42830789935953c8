import type { Readable } from 'node:stream';

/** One start of a connector: an image with arguments and files. */
export interface ProgramRequest {
  /** A full reference such as `docker.io/airbyte/source-faker:latest`. */
  readonly image: string;
  /** What the source calls its image: the operator may have put a command in its place. */
  readonly name: string;
  /** Name → content; the program can read them and nobody else, for as long as it runs. */
  readonly files: Readonly<Record<string, string>>;
  /** What must not be kept in any log, longest first. */
  readonly secrets?: readonly string[];
  /** The arguments, given the directory in which the program finds the files. */
  readonly args: (directory: string) => readonly string[];
}

/** How a program ended: by itself with a code, or by a signal. */
export interface ProgramExit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A program that was started. Whatever happens to whoever started it, it does not outlive them by more than moments. */
export interface RunningProgram {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Settles when the program is gone; never rejects. */
  readonly exited: Promise<ProgramExit>;
  /** Ends it if it still runs and removes its files; resolves when both is done. */
  stop(): Promise<void>;
}

/**
 * Runs connectors that come as container images. Errors: `SourceError` for what the owner of the source or of the machine
 * can act on.
 */
export interface ContainerRunner {
  start(request: ProgramRequest, signal: AbortSignal): Promise<RunningProgram>;
  /** The same, with what it starts marked as a run's, where that outlives a worker. */
  forRun?(runID: string): ContainerRunner;
}
