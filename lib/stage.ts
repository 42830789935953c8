/**
 * One deployment's configuration: what differs between a stage on AWS and one machine. Read from the CDK context or the
 * environment by `readStage`; the one-machine runtime passes its own. Defaults are those of AWS.
 */
export interface Stage {
  /** Prefix of every physical name: `millrace-<name>`. */
  readonly name: string;
  /** AWS region the stacks are synthesised for; `us-east-1` when none is set. */
  readonly region: string;
  /** The application ID of the first admin key. */
  readonly applicationID: string;
  /** Application ID → base URL of its search API, where that is not Algolia's own. */
  readonly searchHosts: Readonly<Record<string, string>>;
  /** CIDRs that sources may reach though private. */
  readonly allowPrivate: readonly string[];
  /** `host:port` entries that sources may reach though private. */
  readonly trustedHosts: readonly string[];
  /** Seconds after which a worker that stopped beating loses its lease on an index. */
  readonly leaseSeconds: number;
  /** Days that runs and their events are kept. */
  readonly runRetentionDays: number;
  /** Days that logs are kept. */
  readonly logRetentionDays: number;
  /** How many runs are worked on at once (the mapping's maximum concurrency, at least 2). */
  readonly runConcurrency: number;
}
