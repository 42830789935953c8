import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import * as z from 'zod';
import { createDeliver } from '../event-sources/deliver.ts';
import { pollQueue } from '../event-sources/poll-queue.ts';
import type { HttpRoute } from '../http/find-route.ts';
import type { Invoke } from '../lambda/function-definition.ts';
import { startFunctionHost, type FunctionHost } from '../lambda/function-host.ts';
import type { Deliver } from '../services/delivery/deliver.ts';
import { startLambda } from '../services/lambda/start-lambda.ts';
import type { StartedService } from '../services/protocol/started-service.ts';
import type { ServiceName } from '../services/start-services.ts';
import { createAwsClients, type AwsClients } from '../template/aws-clients.ts';
import type { MachinePlan } from '../template/machine-plan.ts';
import { provision } from '../template/provision.ts';
import { openStackState } from '../template/stack-state.ts';
import { makeTopics } from './alert-topics.ts';
import type { BuiltStack } from './build-stack.ts';
import { keepMailSecret } from './mail-secret.ts';

/** How long functions may finish what they do when the machine stops. */
const FUNCTION_GRACE_MILLISECONDS = 2000;

export interface RunningStackOptions {
  readonly stack: BuiltStack;
  readonly endpoints: Readonly<Record<ServiceName, string>>;
  readonly dataDirectory: string;
  readonly apiURL: string;
  /** For the mail server, as JSON. */
  readonly mailSecret: string | undefined;
  /** SNS topics that alerts may be sent to. */
  readonly topicNames: readonly string[];
  /** Certificates that functions trust besides the usual ones. */
  readonly certificatesFile: string | undefined;
  warn(problem: string): void;
}

interface HttpApi {
  readonly apiID: string;
  readonly routes: readonly HttpRoute[];
  /** The function behind the route `$default`. */
  readonly defaultFunction: string;
}

/** The provisioned stack with its functions; queues are polled once `openQueues` is called. */
export interface RunningStack {
  readonly plan: MachinePlan;
  readonly adminKey: { readonly applicationID: string; readonly apiKey: string };
  readonly invoke: Invoke;
  readonly deliver: Deliver;
  /** The routes of the HTTP API, each with the function behind it. */
  readonly api: HttpApi;
  /** Starts one process of a function ahead of its first invocation. */
  warm(functionName: string): Promise<void>;
  openQueues(): void;
  stop(): Promise<void>;
}

/** Provisions the template on the embedded services and gets its functions ready to be invoked. */
export async function startStack(options: RunningStackOptions): Promise<RunningStack> {
  const { stack, endpoints, dataDirectory } = options;
  const clients = createAwsClients(endpoints, stack.names.region);
  if (options.mailSecret !== undefined) await keepMailSecret(clients.secretsManager, options.mailSecret);
  await makeTopics(clients.sns, options.topicNames);
  const state = await openStackState(dataDirectory);
  const { plan, outputs } = await provision({ ...stack, clients, state, apiURL: options.apiURL });
  const adminKey = await readAdminKey(clients, outputs['AdminKeySecretArn']);
  // Functions are told where it is before there is any to invoke.
  const host = Promise.withResolvers<FunctionHost>();
  const lambda = await startLambda({
    invoke: async (...invocation) => (await host.promise).invoke(...invocation),
    isFunction: (name) => plan.functions.some((definition) => definition.name === name),
  });
  const functions = await startFunctionHost({
    functions: plan.functions,
    region: stack.names.region,
    endpoints: { ...endpoints, LAMBDA: lambda.endpoint },
    dataDirectory,
    certificatesFile: options.certificatesFile,
    concurrency: Object.fromEntries(
      plan.eventSourceMappings.map(({ functionName, maxConcurrency }) => [functionName, maxConcurrency]),
    ),
  });
  host.resolve(functions);
  const { invoke } = functions;
  const pollers: ReturnType<typeof pollQueue>[] = [];
  return {
    plan,
    adminKey,
    invoke,
    deliver: createDeliver({ plan, sqs: clients.sqs, invoke }),
    api: findApi(plan),
    warm: functions.warm,
    openQueues() {
      const { warn } = options;
      pollers.push(
        ...plan.eventSourceMappings.map((mapping) => pollQueue(mapping, { sqs: clients.sqs, invoke, warn })),
      );
    },
    stop: () => stopStack(pollers, { functions, lambda }, clients),
  };
}

async function stopStack(
  pollers: readonly ReturnType<typeof pollQueue>[],
  { functions, lambda }: { readonly functions: FunctionHost; readonly lambda: StartedService },
  clients: AwsClients,
): Promise<void> {
  // The pollers wait for their invocations, which end with the functions at the latest.
  const polled = Promise.all(pollers.map((poller) => poller.stop()));
  await functions.stop(FUNCTION_GRACE_MILLISECONDS);
  await polled;
  await lambda.stop();
  clients.destroy();
}

const adminKeySchema = z.object({ applicationID: z.string(), apiKey: z.string() });

async function readAdminKey(clients: AwsClients, secretArn: string | undefined) {
  if (secretArn === undefined) throw new Error('The template has no output AdminKeySecretArn.');
  const { SecretString } = await clients.secretsManager.send(
    new GetSecretValueCommand({ SecretId: secretArn }),
  );
  const value: unknown = JSON.parse(SecretString ?? '{}');
  return adminKeySchema.parse(value);
}

function findApi(plan: MachinePlan): HttpApi {
  const [first] = plan.routes;
  if (!first || plan.routes.some(({ apiID }) => apiID !== first.apiID)) {
    throw new Error('The template must have exactly one HTTP API with routes.');
  }
  const routes = plan.routes.map(({ routeKey, integrationID }) => {
    const functionArn = plan.integrations.get(integrationID);
    const found = plan.functions.find(({ arn }) => arn === functionArn);
    if (!found) throw new Error(`The route ${routeKey} leads to no function of the template.`);
    return { routeKey, functionName: found.name };
  });
  const standard = routes.find(({ routeKey }) => routeKey === '$default');
  if (!standard) throw new Error('The template must have a route $default.');
  return { apiID: first.apiID, routes, defaultFunction: standard.functionName };
}
