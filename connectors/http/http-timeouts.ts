/** How long each stage of a request may take, in milliseconds. */
export interface HttpTimeouts {
  /** From asking the name server to the connection being ready, TLS included. */
  readonly connectMilliseconds: number;
  /** From the last byte of the request to the last header of the answer. */
  readonly headersMilliseconds: number;
  /** The longest silence of the peer while bytes of the request or of the answer are due; a slow reader is no silence. */
  readonly idleMilliseconds: number;
}

export const DEFAULT_TIMEOUTS: HttpTimeouts = {
  connectMilliseconds: 5000,
  headersMilliseconds: 10_000,
  idleMilliseconds: 30_000,
};
