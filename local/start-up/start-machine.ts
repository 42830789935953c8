import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openFrontDoor } from '../http/front-door.ts';
import { readSampleFiles } from '../sample/sample-files.ts';
import { startSampleServer } from '../sample/sample-server.ts';
import { readSampleState, writeSampleState } from '../sample/sample-state.ts';
import type { SampleResult } from '../sample/start-sample.ts';
import { startServices } from '../services/start-services.ts';
import type { Deliver } from '../services/delivery/deliver.ts';
import { readApplicationID } from './application.ts';
import { buildStack } from './build-stack.ts';
import { writeConnection, writeServices, type Connection } from './connection.ts';
import { lockDataDirectory } from './lock.ts';
import { readMailSecret } from './mail-secret.ts';
import { choosePorts, type Ports } from './ports.ts';
import { startStack, type RunningStack } from './running-stack.ts';
import { startSearchIndexProcess } from './search-index-process.ts';
import type { Settings } from './settings.ts';

const REQUEST_GRACE_MILLISECONDS = 1000;

/** A machine that answers requests. */
export interface Machine {
  readonly connection: Connection;
  readonly dataDirectory: string;
  readonly isFirstStart: boolean;
  /** At the first start: what the sample came to. */
  readonly sample: SampleResult | undefined;
  /** The task to run again, where there is a sample. */
  readonly airportsTaskID: string | undefined;
  /** Settles with a sentence when something that the machine cannot do without has ended by itself. */
  readonly failed: Promise<string>;
  /** Takes no more requests, lets functions finish for a moment, and gives the data directory back. */
  stop(): Promise<void>;
}

/** Starts everything on one machine; when that fails, what was started is stopped again. */
export async function startMachine(settings: Settings, warn: (problem: string) => void): Promise<Machine> {
  const cleanUp = new AsyncDisposableStack();
  try {
    const failure = Promise.withResolvers<string>();
    const started = await startAll(settings, { cleanUp, warn, fail: failure.resolve });
    return { ...started, failed: failure.promise };
  } catch (error) {
    await cleanUp.disposeAsync();
    throw error;
  }
}

interface Starting {
  readonly cleanUp: AsyncDisposableStack;
  warn(problem: string): void;
  /** Something that the machine cannot do without has ended by itself. */
  fail(problem: string): void;
}

async function startAll(settings: Settings, starting: Starting): Promise<Omit<Machine, 'failed'>> {
  const { dataDirectory } = settings;
  const { cleanUp } = starting;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  cleanUp.defer(await lockDataDirectory(dataDirectory));
  const isFirstStart = !(await exists(join(dataDirectory, 'connection.json')));
  const ports = await choosePorts(dataDirectory, settings.port);
  const applicationID = await readApplicationID(dataDirectory);
  const stack = await startStackOnServices(settings, { ...starting, ports, applicationID });

  const connection = connectionOf(ports, stack.adminKey);
  const [index] = await Promise.all([
    startSearchIndexProcess({
      dataDirectory,
      port: ports.searchIndex,
      applicationID,
      apiKey: connection.apiKey,
      onFailure: starting.fail,
    }),
    stack.warm(stack.api.defaultFunction),
  ]);
  cleanUp.defer(index.stop);
  const serverURL = await startSamples(settings, { cleanUp, ports, isFirstStart });
  // What functions talk to is stopped after them, or their last words would be about that.
  cleanUp.defer(stack.stop);
  stack.openQueues();
  await openDoor(stack, { cleanUp, ports });
  await writeConnection(dataDirectory, connection);
  if (!isFirstStart) fireSchedules(stack, starting);
  return {
    connection,
    dataDirectory,
    isFirstStart,
    ...(await finishSample(dataDirectory, connection, serverURL)),
    stop: () => cleanUp.disposeAsync(),
  };
}

/** Builds the template while the embedded services start, then provisions the one on the other. */
async function startStackOnServices(
  settings: Settings,
  { cleanUp, warn, fail, ports, applicationID }: Starting & { ports: Ports; applicationID: string },
): Promise<RunningStack> {
  const { dataDirectory, stageEnvironment, containers, lambdasDirectory, smtpSecretFile } = settings;
  const mailSecret = smtpSecretFile === undefined ? undefined : await readMailSecret(smtpSecretFile);
  const delivering = Promise.withResolvers<Deliver>();
  const services = startServices({
    dataDirectory: join(dataDirectory, 'services'),
    deliver: async (...parcel) => (await delivering.promise)(...parcel),
    onUnexpectedExit: (error) => fail(error.message),
  }).then((started) => {
    cleanUp.defer(() => started.stop());
    return started;
  });
  const building = buildStack({
    dataDirectory,
    applicationID,
    searchIndexURL: urlOf(ports.searchIndex),
    trustedHosts: [`127.0.0.1:${ports.samples}`, `127.0.0.1:${ports.searchIndex}`],
    stageEnvironment,
    containers,
    lambdasDirectory,
  });
  // Both have ended, well or not, before anything is undone.
  await Promise.allSettled([services, building]);
  const { endpoints } = await services;
  const stack = await startStack({
    stack: await building,
    endpoints,
    dataDirectory,
    apiURL: urlOf(ports.api),
    mailSecret,
    topicNames: settings.topicNames ?? [],
    certificatesFile: settings.certificatesFile,
    warn,
  });
  delivering.resolve(stack.deliver);
  await writeServices(dataDirectory, endpoints);
  return stack;
}

/** The sample's server runs at every start, since the sample's sources name it. */
async function startSamples(
  { dataDirectory, empty }: Settings,
  { cleanUp, ports, isFirstStart }: { cleanUp: AsyncDisposableStack; ports: Ports; isFirstStart: boolean },
): Promise<string | undefined> {
  const state = await readSampleState(dataDirectory);
  if (!state) await writeSampleState(dataDirectory, { state: empty || !isFirstStart ? 'none' : 'creating' });
  if (state?.state === 'none' || (!state && (empty || !isFirstStart))) return undefined;
  const server = await startSampleServer(await readSampleFiles(), ports.samples);
  cleanUp.defer(server.stop);
  return server.url;
}

async function finishSample(
  dataDirectory: string,
  connection: Connection,
  serverURL: string | undefined,
): Promise<Pick<Machine, 'sample' | 'airportsTaskID'>> {
  const state = await readSampleState(dataDirectory);
  if (state?.state === 'ready') return { sample: undefined, airportsTaskID: state.airportsTaskID };
  if (serverURL === undefined) return { sample: undefined, airportsTaskID: undefined };
  // Only a first start pays for loading Algolia's client.
  const { createSample } = await import('../sample/start-sample.ts');
  const sample = await createSample({ connection, serverURL, dataDirectory });
  return { sample, airportsTaskID: sample.airportsTaskID };
}

async function openDoor(
  stack: RunningStack,
  { cleanUp, ports }: { cleanUp: AsyncDisposableStack; ports: Ports },
): Promise<void> {
  const accountID = stack.plan.functions[0]?.arn.split(':')[4] ?? '';
  const door = await openFrontDoor({ ...stack.api, accountID, port: ports.api, invoke: stack.invoke });
  cleanUp.defer(() => door.stop(REQUEST_GRACE_MILLISECONDS));
}

/** What the stack's schedules look after has waited while the machine was off: each fires once, at once. */
function fireSchedules(stack: RunningStack, { warn }: Starting): void {
  for (const { targetArn, input } of stack.plan.schedules) {
    stack.deliver(targetArn, input).catch((error: unknown) => warn(String(error)));
  }
}

function connectionOf(ports: Ports, adminKey: RunningStack['adminKey']): Connection {
  const credentials = { appID: adminKey.applicationID, apiKey: adminKey.apiKey };
  return { url: urlOf(ports.api), ...credentials, search: { url: urlOf(ports.searchIndex), ...credentials } };
}

const urlOf = (port: number): string => `http://127.0.0.1:${port}`;

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
