/** The account that every ARN of the embedded services carries. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/** What an operation knows about the request beside its input. */
export interface Call {
  /** The region that the client signed for; ARNs are made in it. */
  readonly region: string;
  /** Aborts when the client has gone or the service stops: a long poll must then take nothing more. */
  readonly signal: AbortSignal;
}
