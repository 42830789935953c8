import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { algoliasearch, type IngestionClient } from 'algoliasearch';

/** The real service, started as `npm start` does, whose application `BENCHAPP00` is written to the sink. */
export interface Service {
  pid: number;
  createTask(source: { type: 'csv' | 'json'; input: object }): Promise<string>;
  /** Starts the task and resolves when the run is finished; rejects unless it was a success. */
  runTask(taskID: string): Promise<void>;
  stop(): Promise<void>;
}

const START_SECONDS = 60;

export async function startService(sink: { host: string; key: string; allow: string }): Promise<Service> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, '../../local/main.ts'), '--port', '0', '--data', data, '--empty'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        MILLRACE_ALLOW_PRIVATE: sink.allow,
        MILLRACE_SEARCH_HOSTS: JSON.stringify({ BENCHAPP00: `http://${sink.host}` }),
      },
    },
  );
  const ingestion = await connect(join(data, 'connection.json'));
  const destinationID = await createDestination(ingestion, sink.key);
  return {
    pid: child.pid ?? 0,
    createTask: async (source) => {
      const { sourceID } = await ingestion.createSource({
        name: `bench ${source.type}`,
        type: source.type,
        input: source.input as never,
      });
      return (await ingestion.createTask({ sourceID, destinationID, action: 'replace' })).taskID;
    },
    runTask: async (taskID) => {
      const { runID } = await ingestion.runTask({ taskID });
      let run = await ingestion.getRun({ runID });
      while (run.status !== 'finished') {
        await delay(50);
        run = await ingestion.getRun({ runID });
      }
      if (run.outcome !== 'success') throw new Error(`The run ended as ${run.reasonCode}: ${run.reason}`);
    },
    stop: async () => {
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
      rmSync(data, { recursive: true, force: true });
    },
  };
}

async function connect(file: string): Promise<IngestionClient> {
  for (let waited = 0; !existsSync(file); waited += 0.1) {
    if (waited > START_SECONDS) throw new Error('The service did not start');
    await delay(100);
  }
  const connection = JSON.parse(readFileSync(file, 'utf8'));
  const url = new URL(connection.url);
  return algoliasearch(connection.appID, connection.apiKey).initIngestion({
    region: 'us',
    options: {
      hosts: [{ url: url.hostname, port: Number(url.port), accept: 'readWrite', protocol: 'http' }],
    },
  });
}

async function createDestination(ingestion: IngestionClient, apiKey: string): Promise<string> {
  const { authenticationID } = await ingestion.createAuthentication({
    type: 'algolia',
    name: 'sink',
    input: { appID: 'BENCHAPP00', apiKey },
  });
  const { destinationID } = await ingestion.createDestination({
    type: 'search',
    name: 'sink',
    authenticationID,
    input: { indexName: 'bench' },
  });
  return destinationID;
}
