/** Where requests may go besides public addresses. */
export interface NetworkPolicy {
  /** CIDRs that may be reached though private. */
  readonly allowPrivate: readonly string[];
  /** `host:port` entries that may be reached though private. */
  readonly trustedHosts: readonly string[];
}
