/**
 * Every environment variable that a deployed function may have. `lib/` writes them under these names, `readEnvironment`
 * reads them; nothing else touches `process.env`.
 */
export interface Environment {
  /** The DynamoDB table. */
  TABLE_NAME: string;
  /** The queue `runs`. */
  RUNS_QUEUE_URL: string;
  /** The queue `starts`. */
  STARTS_QUEUE_URL: string;
  /** The group of EventBridge Scheduler in which tasks have their schedules. */
  SCHEDULE_GROUP: string;
  /** The queue `starts`, to which the schedules send. */
  STARTS_QUEUE_ARN: string;
  /** The role with which they do so. */
  SCHEDULE_ROLE_ARN: string;
  /** The queue for what they could not send. */
  SCHEDULE_DEAD_LETTERS_ARN: string;
  /** The EventBridge bus that carries `RunFinished`. */
  BUS_NAME: string;
  /** The Secrets Manager secret with the first admin key: `{"applicationID","apiKey"}`. */
  ADMIN_SECRET_ARN: string;
  /** The KMS key that seals credentials. */
  KEY_ARN: string;
  /** JSON object: application ID → base URL of its search API, where that is not Algolia's own. `{}` by default. */
  SEARCH_HOSTS: string;
  /** The queue `links`. */
  LINKS_QUEUE_URL: string;
  /** JSON object: application ID → region → base URL of its Ingestion API, where that is not Algolia's own. */
  INGESTION_HOSTS: string;
  /** JSON object: vendor → base URL, where it is reached elsewhere than at its own address. `{}` by default. */
  VENDOR_HOSTS: string;
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
  /** The queue `alerts`. */
  ALERTS_QUEUE_URL: string;
  /** Who emails come from; empty where none are sent. */
  ALERT_SENDER: string;
  /** Who gets the emails that tasks ask for; empty for nobody. */
  ALERT_RECIPIENT: string;
  /** `smtp://host:port` or `smtps://…` of the mail server; empty where Amazon SES sends. */
  SMTP_URL: string;
  /** The Secrets Manager secret with the mail server's `{"username","password"}`; empty where it wants none. */
  SMTP_SECRET_ARN: string;
  /** ARNs of the SNS topics that alerts may go to, comma-separated. */
  ALERT_TOPIC_ARNS: string;
  /** Where the API answers, for links; without a slash at its end. */
  API_URL: string;
  /** JSON object: name → URL of each dead-letter queue. */
  DEAD_LETTER_QUEUES: string;
  /** Seconds in which the hints of a webhook gather before one run takes them. */
  WEBHOOK_WINDOW_SECONDS: string;
  /** JSON object: commercetools project → the application whose tasks it may notify. `{}` by default. */
  COMMERCETOOLS_PROJECTS: string;
  /** JSON object: what the one machine runs connectors in container images with. Empty on AWS. */
  LOCAL_CONTAINERS: string;
  /** JSON object: what connectors in container images are run with as tasks of ECS. Empty where the stage has none of it. */
  CONTAINER_TASKS: string;
}

export type EnvironmentName = keyof Environment;

/** Reads the named variables; a missing one is an error that names the keys and never a value. */
export function readEnvironment<Name extends EnvironmentName>(...names: Name[]): Pick<Environment, Name> {
  const missing = names.filter((name) => process.env[name] === undefined);
  if (missing.length > 0) throw new Error(`Environment variables are not set: ${missing.join(', ')}`);
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the filter above proved that every key is there
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? ''])) as Pick<Environment, Name>;
}
