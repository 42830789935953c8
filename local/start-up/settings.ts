import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { readTopicNames } from './alert-topics.ts';
import { readContainerSettings, type ContainerSettings } from './container-settings.ts';
import { MAIL_SECRET_ARN } from './mail-secret.ts';
import { StartUpError } from './start-up-error.ts';

export const DEFAULT_PORT = 4747;

export const USAGE = `Usage: npm start -- [--port N] [--data DIRECTORY] [--empty]

  --port N           Port of the API on 127.0.0.1 (default ${DEFAULT_PORT}; 0 takes free ports); the local index and the
                     sample data take the two ports after it. Also: PORT.
  --data DIRECTORY   Where everything is kept (default .millrace). Also: MILLRACE_DATA.
  --empty            No sample pipeline at the first start.

  MILLRACE_ALLOW_PRIVATE   CIDRs, comma-separated, that sources may reach though private.
  MILLRACE_LEASE_SECONDS   Seconds after which a worker that stopped loses its index (default 60).
  MILLRACE_LIMITS          JSON: rate limits and quotas, such as {"requestsPerMinute":200,"sources":100} (default
                           off; what an object leaves out has the default of AWS).
  MILLRACE_PUSH_MAX_BYTES  Bytes that the body of a push may have (default 5242880).
  MILLRACE_MAX_RECORD_BYTES
                           Bytes that a record may have (default 100000).
  MILLRACE_RUN_RETENTION_DAYS
                           Days that runs, their events and incidents are kept (default 400).
  MILLRACE_WATCH_SECONDS   Seconds that a watched push or a validation waits (default and at most 25).
  MILLRACE_WEBHOOK_WINDOW_SECONDS
                           Seconds in which the hints of a webhook gather before one run takes them (default 2).
  MILLRACE_COMMERCETOOLS_PROJECTS
                           JSON: commercetools project → the application whose tasks it may notify.
  MILLRACE_SEARCH_HOSTS    JSON: application ID → base URL of its search API, where that is not Algolia's own.
  MILLRACE_VENDOR_HOSTS    JSON: vendor (bigcommerce, bigquery …) → base URL, where it is reached elsewhere.
  MILLRACE_SMTP_URL        smtp://host:port or smtps://host:port of the mail server that sends alerts by email.
  MILLRACE_SMTP_SECRET_FILE
                           File, readable by its owner alone, with {"username": "…", "password": "…"} for that server;
                           they travel over TLS only.
  MILLRACE_ALERT_SENDER    Who those emails come from.
  MILLRACE_ALERT_RECIPIENT Who gets the emails that tasks ask for by notifications.email.enabled.
  MILLRACE_COMMANDS        JSON: image → command (a list), for sources of type docker that are installed as programs.
  MILLRACE_CONTAINER_RUNTIME
                           What runs all other images (default: the first of docker and podman that answers).
  MILLRACE_ALERT_TOPIC_ARNS
                           SNS topics that alerts may go to, comma-separated: arn:aws:sns:us-east-1:000000000000:NAME.
  MILLRACE_INGESTION_HOSTS JSON: application ID → {"eu": URL, "us": URL} of its Ingestion API, for links.
  NODE_EXTRA_CA_CERTS      File with certificates of authorities to trust besides the usual ones.
`;

/** Settings of a stage that mean the same here as on AWS. */
const STAGE_VARIABLES = [
  'MILLRACE_ALERT_TOPIC_ARNS',
  'MILLRACE_ALLOW_PRIVATE',
  'MILLRACE_LEASE_SECONDS',
  'MILLRACE_LIMITS',
  'MILLRACE_MAX_RECORD_BYTES',
  'MILLRACE_PUSH_MAX_BYTES',
  'MILLRACE_RUN_RETENTION_DAYS',
  'MILLRACE_WATCH_SECONDS',
  'MILLRACE_WEBHOOK_WINDOW_SECONDS',
  'MILLRACE_SEARCH_HOSTS',
  'MILLRACE_VENDOR_HOSTS',
  'MILLRACE_INGESTION_HOSTS',
  'MILLRACE_COMMERCETOOLS_PROJECTS',
] as const;

/** What the person who starts the machine asked for. */
export interface Settings {
  /** The port asked for; the one of earlier starts, or the default, when nobody asked. */
  readonly port: number | undefined;
  readonly dataDirectory: string;
  readonly empty: boolean;
  readonly help: boolean;
  /** What goes into the stage, still as text. */
  readonly stageEnvironment: Readonly<Record<string, string | undefined>>;
  /** Where the user name and the password of the mail server are, if it wants any. */
  readonly smtpSecretFile?: string | undefined;
  /** SNS topics that alerts may be sent to. */
  readonly topicNames?: readonly string[];
  /** Certificates that functions trust besides the usual ones. */
  readonly certificatesFile?: string | undefined;
  /** What connectors in container images are run with. */
  readonly containers: ContainerSettings;
  /** Other functions than the project's, for tests. */
  readonly lambdasDirectory?: string;
}

/** The settings of flags and environment, flags first; one sentence for what cannot be understood. */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Settings {
  const flags = parseFlags(args);
  return {
    port: parsePort(flags.port ?? environment['PORT']),
    dataDirectory: resolve(flags.data ?? environment['MILLRACE_DATA'] ?? '.millrace'),
    empty: flags.empty ?? false,
    help: flags.help ?? false,
    smtpSecretFile: fileAt(environment['MILLRACE_SMTP_SECRET_FILE']),
    topicNames: readTopicNames(environment['MILLRACE_ALERT_TOPIC_ARNS']),
    certificatesFile: fileAt(environment['NODE_EXTRA_CA_CERTS']),
    containers: readContainerSettings(environment),
    stageEnvironment: {
      ...Object.fromEntries(STAGE_VARIABLES.map((variable) => [variable, environment[variable]])),
      ...readMailSettings(environment),
    },
  };
}

/** Elsewhere Amazon SES sends where no mail server is named; here there is none. */
function readMailSettings(environment: Readonly<Record<string, string | undefined>>) {
  const { MILLRACE_SMTP_URL = '', MILLRACE_ALERT_SENDER = '', MILLRACE_ALERT_RECIPIENT = '' } = environment;
  const { MILLRACE_SMTP_SECRET_FILE = '' } = environment;
  if ((MILLRACE_SMTP_URL === '') !== (MILLRACE_ALERT_SENDER === '')) {
    throw new StartUpError('Emails need both MILLRACE_SMTP_URL and MILLRACE_ALERT_SENDER.');
  }
  if (MILLRACE_SMTP_SECRET_FILE !== '' && MILLRACE_SMTP_URL === '') {
    throw new StartUpError('MILLRACE_SMTP_SECRET_FILE is of no use without MILLRACE_SMTP_URL.');
  }
  const secret = MILLRACE_SMTP_SECRET_FILE === '' ? {} : { MILLRACE_SMTP_SECRET_ARN: MAIL_SECRET_ARN };
  return { MILLRACE_SMTP_URL, MILLRACE_ALERT_SENDER, MILLRACE_ALERT_RECIPIENT, ...secret };
}

function fileAt(path: string | undefined): string | undefined {
  return path === undefined || path === '' ? undefined : resolve(path);
}

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        empty: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new StartUpError(`${problem}\n\n${USAGE}`, { cause: error });
  }
}

function parsePort(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_533) return port;
  throw new StartUpError(`The port must be a number from 0 to 65533, not "${text}".`);
}
