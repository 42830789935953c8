/** What a worker tells the task of a connector, in an object that it writes again and again. */
export interface RelayOrders {
  /** Other than before as long as the worker lives. */
  readonly beat: number;
  /** Where these orders are read next time, signed anew. */
  readonly ordersURL: string;
  /** Where `RelayInput` is read, until the relay has sent its first part. */
  readonly inputURL: string;
  /** Where parts are put, from this number on: no more than what the worker is willing to have waiting. */
  readonly firstPart: number;
  readonly partURLs: readonly string[];
  readonly pace: RelayPace;
}

export interface RelayPace {
  /** Output that makes a part at once; what is less waits for `flushMilliseconds`. */
  readonly partBytes: number;
  readonly flushMilliseconds: number;
  /** Between two looks for orders or for an exit code. */
  readonly pollMilliseconds: number;
  /** How often the worker's beat is looked for, and how long it may be the same. */
  readonly beatMilliseconds: number;
  readonly silenceMilliseconds: number;
  /** No task lives longer. */
  readonly wallMilliseconds: number;
}

/** The files of a connector, and what must not be in its log. */
export interface RelayInput {
  readonly files: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/** The first line of a part, as JSON; what follows it is the connector's output. */
export interface PartHeader {
  /** What it printed to stderr since the part before. */
  readonly said: string;
  /** Whether its output is at its end. */
  readonly hasEnded: boolean;
  /** How it ended, in the last part: a shell's code, which is 128 and the signal for one that was killed. */
  readonly code?: number;
}

/** Why a relay gave up, as its own exit code. */
export const RELAY_EXITS = { wall: 10, silence: 11, refused: 12 } as const;
