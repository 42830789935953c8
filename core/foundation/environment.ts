/**
 * Every environment variable that a deployed function may have. `lib/` writes them under these names, `readEnvironment`
 * reads them; nothing else touches `process.env`.
 */
export interface Environment {
  /** The DynamoDB table. */
  TABLE_NAME: string;
  /** The queue `runs`. */
  RUNS_QUEUE_URL: string;
  /** The EventBridge bus that carries `RunFinished`. */
  BUS_NAME: string;
  /** The Secrets Manager secret with the first admin key: `{"applicationID","apiKey"}`. */
  ADMIN_SECRET_ARN: string;
  /** The KMS key that seals credentials. */
  KEY_ARN: string;
  /** JSON object: application ID → base URL of its search API, where that is not Algolia's own. `{}` by default. */
  SEARCH_HOSTS: string;
  /** CIDRs, comma-separated, that sources may reach though private. Empty by default. */
  ALLOW_PRIVATE: string;
  /** `host:port` entries, comma-separated, that sources may reach though private (the sample pipeline's server). */
  TRUSTED_HOSTS: string;
  /** Seconds after which a worker that stopped beating loses its index lease. */
  LEASE_SECONDS: string;
  /** The S3 bucket that holds pushed records until they are applied. */
  PUSH_BUCKET: string;
  /** Bytes that the body of a push may have, decompressed. */
  PUSH_MAX_BYTES: string;
  /** Seconds that a request which waits for a worker waits before it answers where to look instead. */
  WATCH_SECONDS: string;
  /** The function that runs transformations. */
  RUN_TRANSFORM_NAME: string;
  /** JSON object: how much an application may ask for and keep, as `Limits` says. */
  LIMITS: string;
  /** Bytes that a record may have to be sent to the search API. */
  MAX_RECORD_BYTES: string;
  /** Days that runs and their events are kept. */
  RUN_RETENTION_DAYS: string;
}

export type EnvironmentName = keyof Environment;

/** Reads the named variables; a missing one is an error that names the keys and never a value. */
export function readEnvironment<Name extends EnvironmentName>(...names: Name[]): Pick<Environment, Name> {
  const missing = names.filter((name) => process.env[name] === undefined);
  if (missing.length > 0) throw new Error(`Environment variables are not set: ${missing.join(', ')}`);
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the filter above proved that every key is there
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? ''])) as Pick<Environment, Name>;
}
