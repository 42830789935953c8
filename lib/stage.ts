import { limitsSchema, type Limits } from '../core/foundation/limits.ts';
import * as z from 'zod';

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
  /** Application ID → region (eu, us) → base URL of its Ingestion API, for links to what is not at Algolia's own hosts. */
  readonly ingestionHosts: Readonly<
    Record<string, Readonly<{ eu?: string | undefined; us?: string | undefined }>>
  >;
  /** Vendor (bigcommerce, bigquery, insights …) → base URL, where it is reached elsewhere than at its own address. */
  readonly vendorHosts: Readonly<Record<string, string>>;
  /** CIDRs that sources may reach though private. */
  readonly allowPrivate: readonly string[];
  /** `host:port` entries that sources may reach though private. */
  readonly trustedHosts: readonly string[];
  /** Seconds after which a worker that stopped beating loses its lease on an index. */
  readonly leaseSeconds: number;
  /** Days that runs and their events are kept, those copied from Algolia too. */
  readonly runRetentionDays: number;
  /** Bytes that the body of a push may have. */
  readonly pushMaxBytes: number;
  /** Bytes that a record may have to be sent to the search API; Algolia's paid plans take 100 KB. */
  readonly maxRecordBytes: number;
  /** Seconds that a request waits for a worker (a watched push, a validation); API Gateway gives up on any request after 30. */
  readonly watchSeconds: number;
  /** JSON, of the one machine only: what it runs connectors in container images with; empty on AWS. */
  readonly localContainers: string;
  /** Whether connectors in container images run as tasks of ECS; never on one machine, which runs them itself. */
  readonly connectors: boolean;
  /** MB that the task of a connector has, 512 of them for what runs beside it. */
  readonly connectorMemoryMB: number;
  /** Image, as a source names it → its command, where the image does not say it as Airbyte's do. */
  readonly connectorCommands: Readonly<Record<string, readonly string[]>>;
  /** The image, with Node 24, of what runs beside a connector. */
  readonly connectorRelayImage: string;
  /** Subnets to run connectors in, which have a way out; without them there is a VPC for it. */
  readonly connectorNetwork?: { readonly vpcId: string; readonly subnetIds: readonly string[] } | undefined;
  /** What one application may ask for and keep. */
  readonly limits: Limits;
  /** Days that logs are kept. */
  readonly logRetentionDays: number;
  /** How many runs are worked on at once (the mapping's maximum concurrency, at least 2). */
  readonly runConcurrency: number;
  /** Seconds in which the hints of a webhook gather before one run takes them; 0 for none. */
  readonly webhookWindowSeconds: number;
  /** commercetools project → the application whose tasks it may notify. With one, there is a queue for notifications. */
  readonly commercetoolsProjects: Readonly<Record<string, string>>;
  /** The partner event source, associated with the account, that notifications come from; else they are sent to the queue. */
  readonly commercetoolsEventSource?: string | undefined;
  /** Who emails of alerts come from; without it none are sent. Verified at Amazon SES, unless `smtpURL` is given. */
  readonly alertSender?: string | undefined;
  /** Who gets the emails that tasks ask for by `notifications.email.enabled`. */
  readonly alertRecipient?: string | undefined;
  /** `smtp://host:port` or `smtps://host:port` of the mail server, where that is not Amazon SES. */
  readonly smtpURL?: string | undefined;
  /** A secret `{"username","password"}` for the mail server. */
  readonly smtpSecretArn?: string | undefined;
  /** SNS topics that alerts may be sent to. */
  readonly alertTopicArns: readonly string[];
  /** SNS topic that every alarm notifies; without one the alarms only change state. */
  readonly alarmTopicArn?: string | undefined;
}

/** Where each setting is looked up: first under the context key, then under the environment's first set variable. */
const STAGE_SETTINGS = {
  name: { contextKey: 'stage', variables: ['MILLRACE_STAGE'] },
  // The CDK CLI sets CDK_DEFAULT_REGION from the profile in use.
  region: { contextKey: 'region', variables: ['MILLRACE_REGION', 'CDK_DEFAULT_REGION'] },
  applicationID: { contextKey: 'applicationID', variables: ['MILLRACE_APPLICATION_ID'] },
  searchHosts: { contextKey: 'searchHosts', variables: ['MILLRACE_SEARCH_HOSTS'] },
  ingestionHosts: { contextKey: 'ingestionHosts', variables: ['MILLRACE_INGESTION_HOSTS'] },
  vendorHosts: { contextKey: 'vendorHosts', variables: ['MILLRACE_VENDOR_HOSTS'] },
  allowPrivate: { contextKey: 'allowPrivate', variables: ['MILLRACE_ALLOW_PRIVATE'] },
  trustedHosts: { contextKey: 'trustedHosts', variables: ['MILLRACE_TRUSTED_HOSTS'] },
  leaseSeconds: { contextKey: 'leaseSeconds', variables: ['MILLRACE_LEASE_SECONDS'] },
  runRetentionDays: { contextKey: 'runRetentionDays', variables: ['MILLRACE_RUN_RETENTION_DAYS'] },
  pushMaxBytes: { contextKey: 'pushMaxBytes', variables: ['MILLRACE_PUSH_MAX_BYTES'] },
  maxRecordBytes: { contextKey: 'maxRecordBytes', variables: ['MILLRACE_MAX_RECORD_BYTES'] },
  watchSeconds: { contextKey: 'watchSeconds', variables: ['MILLRACE_WATCH_SECONDS'] },
  localContainers: { contextKey: 'localContainers', variables: [] },
  connectors: { contextKey: 'connectors', variables: ['MILLRACE_CONNECTORS'] },
  connectorMemoryMB: { contextKey: 'connectorMemoryMB', variables: ['MILLRACE_CONNECTOR_MEMORY_MB'] },
  connectorCommands: { contextKey: 'connectorCommands', variables: ['MILLRACE_CONNECTOR_COMMANDS'] },
  connectorRelayImage: { contextKey: 'connectorRelayImage', variables: ['MILLRACE_CONNECTOR_RELAY_IMAGE'] },
  connectorNetwork: { contextKey: 'connectorNetwork', variables: ['MILLRACE_CONNECTOR_NETWORK'] },
  limits: { contextKey: 'limits', variables: ['MILLRACE_LIMITS'] },
  logRetentionDays: { contextKey: 'logRetentionDays', variables: ['MILLRACE_LOG_RETENTION_DAYS'] },
  runConcurrency: { contextKey: 'runConcurrency', variables: ['MILLRACE_RUN_CONCURRENCY'] },
  webhookWindowSeconds: {
    contextKey: 'webhookWindowSeconds',
    variables: ['MILLRACE_WEBHOOK_WINDOW_SECONDS'],
  },
  commercetoolsProjects: {
    contextKey: 'commercetoolsProjects',
    variables: ['MILLRACE_COMMERCETOOLS_PROJECTS'],
  },
  commercetoolsEventSource: {
    contextKey: 'commercetoolsEventSource',
    variables: ['MILLRACE_COMMERCETOOLS_EVENT_SOURCE'],
  },
  alertSender: { contextKey: 'alertSender', variables: ['MILLRACE_ALERT_SENDER'] },
  alertRecipient: { contextKey: 'alertRecipient', variables: ['MILLRACE_ALERT_RECIPIENT'] },
  smtpURL: { contextKey: 'smtpURL', variables: ['MILLRACE_SMTP_URL'] },
  smtpSecretArn: { contextKey: 'smtpSecretArn', variables: ['MILLRACE_SMTP_SECRET_ARN'] },
  alertTopicArns: { contextKey: 'alertTopicArns', variables: ['MILLRACE_ALERT_TOPIC_ARNS'] },
  alarmTopicArn: { contextKey: 'alarmTopicArn', variables: ['MILLRACE_ALARM_TOPIC_ARN'] },
} as const satisfies Record<keyof Stage, { contextKey: string; variables: readonly string[] }>;

// CloudWatch Logs accepts these and no others:
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Docker's own images, from a registry of AWS that sets no limits to its own networks. */
const RELAY_IMAGE = 'public.ecr.aws/docker/library/node:24-slim';

/** A list as the command line and the environment can carry it (comma-separated), or as cdk.json can (an array). */
function listOf<Item extends z.ZodType<string, string>>(item: Item) {
  return z.preprocess(splitByComma, z.array(item)).default([]);
}

const baseURL = z.url({ protocol: /^https?$/ });

const stageSchema = z.object({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/, 'must be 1 to 20 lower-case letters, digits and hyphens, a letter first')
    .default('dev'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region such as eu-west-1')
    .default('us-east-1'),
  applicationID: z
    .string()
    // The name of a task's schedule, of 64 characters at most, holds it.
    .regex(/^[A-Za-z0-9_-]{1,25}$/, 'must be 1 to 25 letters, digits, hyphens and underscores')
    .default('MILLRACE'),
  searchHosts: z
    .preprocess(parseJson, z.record(z.string(), z.url({ protocol: /^https?$/ }), 'must be a JSON object'))
    .default({}),
  ingestionHosts: z
    .preprocess(
      parseJson,
      z.record(
        z.string(),
        z.strictObject({ eu: baseURL.optional(), us: baseURL.optional() }),
        'must be a JSON object of application: {"eu": URL, "us": URL}',
      ),
    )
    .default({}),
  vendorHosts: z.preprocess(parseJson, z.record(z.string(), baseURL, 'must be a JSON object')).default({}),
  allowPrivate: listOf(z.union([z.cidrv4(), z.cidrv6()], 'must be CIDRs such as 10.0.0.0/8')),
  trustedHosts: listOf(z.string().regex(/^[^\s:/]+:\d{1,5}$/, 'must be host:port entries')),
  leaseSeconds: z.coerce.number().int().min(3).max(900).default(60),
  runRetentionDays: z.coerce.number().int().min(1).max(3650).default(400),
  pushMaxBytes: z.coerce.number().int().min(1_000).max(5_242_880).default(5_242_880),
  // https://www.algolia.com/doc/guides/scaling/algolia-service-limits/
  maxRecordBytes: z.coerce.number().int().min(1_000).max(1_000_000).default(100_000),
  watchSeconds: z.coerce.number().int().min(1).max(25).default(25),
  localContainers: z.string().default(''),
  connectors: z
    .union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })], 'must be true or false')
    .default(false),
  connectorMemoryMB: z.coerce
    .number()
    .int()
    .min(2_048)
    .max(30_720)
    .multipleOf(1_024, 'must be a multiple of 1024')
    .default(3_072),
  connectorCommands: z
    .preprocess(
      parseJson,
      z.record(
        z.string(),
        z.array(z.string()).min(1),
        'must be a JSON object of image: [program, argument, …]',
      ),
    )
    // A function has 4 KB for all that it is told.
    .refine((commands) => JSON.stringify(commands).length <= 1_500, 'must have at most 1,500 characters')
    .default({}),
  connectorRelayImage: z.string().regex(/^\S+$/, 'must be an image').default(RELAY_IMAGE),
  connectorNetwork: z
    .preprocess(
      parseJson,
      z.strictObject(
        {
          vpcId: z.string().regex(/^vpc-[0-9a-f]+$/, 'must be the ID of a VPC'),
          subnetIds: z.array(z.string().regex(/^subnet-[0-9a-f]+$/, 'must be IDs of subnets')).min(1),
        },
        'must be a JSON object of vpcId and subnetIds',
      ),
    )
    .optional(),
  limits: z.preprocess(parseJson, limitsSchema),
  logRetentionDays: z.coerce
    .number()
    .pipe(z.literal(LOG_RETENTION_DAYS, `must be one of ${LOG_RETENTION_DAYS.join(', ')}`))
    .default(30),
  runConcurrency: z.coerce.number().int().min(2).max(1000).default(10),
  webhookWindowSeconds: z.coerce.number().int().min(0).max(60).default(2),
  commercetoolsProjects: z
    .preprocess(parseJson, z.record(z.string(), z.string(), 'must be a JSON object of project: application'))
    .default({}),
  commercetoolsEventSource: z
    .string()
    .regex(
      /^aws\.partner\/commercetools\.com\/.+$/,
      'must be the name of a partner event source of commercetools',
    )
    .optional(),
  alertSender: z.email('must be an email address').optional(),
  alertRecipient: z.email('must be an email address').optional(),
  smtpURL: z
    .string()
    // Not in the URL: what is in a template or in a function's configuration is no secret.
    .regex(
      /^smtps?:\/\/[^\s/@:]+:\d{1,5}$/,
      'must be smtp://host:port or smtps://host:port; a user name and a password belong into the secret that smtpSecretArn names',
    )
    .optional(),
  smtpSecretArn: z
    .string()
    .regex(/^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:.+$/, 'must be the ARN of a secret')
    .optional(),
  alertTopicArns: listOf(
    z.string().regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]+$/, 'must be ARNs of SNS topics'),
  ),
  alarmTopicArn: z
    .string()
    .regex(/^arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:.+$/, 'must be the ARN of an SNS topic')
    .optional(),
});

/** The stage that the CDK context (`-c stage=…`) and the environment describe; an error names each key at fault. */
export function readStage(
  contextLookup: (key: string) => unknown,
  environment: Readonly<Record<string, string | undefined>>,
): Stage {
  const found = Object.entries(STAGE_SETTINGS).map(([field, { contextKey, variables }]) => [
    field,
    contextLookup(contextKey) ?? firstSet(variables, environment),
  ]);
  const parsed = stageSchema.safeParse(Object.fromEntries(found));
  if (parsed.success) return parsed.data;
  throw new Error(`The stage is not configured: ${parsed.error.issues.map(describeIssue).join('; ')}`);
}

function firstSet(
  variables: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return variables
    .map((variable) => environment[variable])
    .find((value) => value !== undefined && value !== '');
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const [setting] = Object.entries(STAGE_SETTINGS).filter(([field]) => field === issue.path[0]);
  if (!setting) return issue.message;
  const [, { contextKey, variables }] = setting;
  return `${[contextKey, ...issue.path.slice(1)].join('.')} (or ${variables[0]}): ${issue.message}`;
}

function splitByComma(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return value
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    // Left as it is: the schema then says that it must be an object.
    return value;
  }
}
