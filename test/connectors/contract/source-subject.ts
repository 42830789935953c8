import type { SourceContext } from '../../../connectors/contract/source-connector.ts';

/** What one request to the vendor's test server was answered with instead of the right answer. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A vendor's test server with so many records, and how the source is opened against it. */
export interface RunningSubject {
  /** Everything but `limits`, which the suite varies. */
  readonly context: Omit<SourceContext<unknown>, 'limits'>;
  /** Requests that reached the server so far. */
  requests(): number;
  /**
   * The next requests are answered like this, one each, then rightly again. Absent where the source does not speak HTTP
   * (files by sftp, processes).
   */
  refuse?(refusals: readonly Refusal[]): void;
  /** The headers with which this vendor asks to wait that many seconds, with a status of 429. */
  waitHeaders?(seconds: number): Readonly<Record<string, string>>;
  /** The same source with credentials that the server refuses; absent where the type takes none. */
  readonly wrongCredentials?: Omit<SourceContext<unknown>, 'limits'>;
  /** Texts that must never show up in an error or a cursor: secrets of both contexts. */
  readonly secrets: readonly string[];
  /** Where the vendor can be told to deliver webhooks: the URLs that it delivers to at present. */
  activeHooks?(): readonly string[];
  /** Switches off what is registered, as vendors do after failures. */
  switchOffHooks?(): void;
  /** The ids of some records, for sources that can be asked for single ones. */
  readonly someEntityIDs?: readonly string[];
  stop(): Promise<void>;
}

/** One source type as the contract suite tests it. */
export interface SourceSubject {
  readonly type: string;
  /**
   * Starts a server whose source has `records` records (pages small enough that 50 of them take several requests, where
   * there are pages). The records are made one after the other as they are asked for where `records` is large.
   */
  start(records: number): Promise<RunningSubject>;
  /** Records for the memory test: large enough to show growth, few enough to take seconds. 0 where it is shown elsewhere. */
  readonly manyRecords: number;
}
