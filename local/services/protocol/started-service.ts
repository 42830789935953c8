/** A service that listens on 127.0.0.1. */
export interface StartedService {
  /** Base URL, without a slash at the end. */
  readonly endpoint: string;
  /** Resolves when nothing listens any more and everything acknowledged is on disk. */
  stop(): Promise<void>;
}

export interface ServiceOptions {
  /** Where the service keeps its files; made if it is missing. */
  readonly dataDirectory: string;
  /** A free port when not given. */
  readonly port?: number;
}
