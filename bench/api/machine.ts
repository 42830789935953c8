import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

import { createTableClient, type TableAccess } from '../../core/foundation/table-client.ts';

const START_SECONDS = 90;

/** The real service as `npm start` runs it, and its table. Linux only: the table's address is read from a function. */
export interface Machine {
  readonly url: string;
  readonly appID: string;
  readonly apiKey: string;
  readonly table: TableAccess;
  stop(): Promise<void>;
}

export async function startMachine(): Promise<Machine> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const main = join(import.meta.dirname, '../../local/main.ts');
  const child = spawn(process.execPath, [main, '--port', '0', '--data', data, '--empty'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const file = join(data, 'connection.json');
  for (let waited = 0; !existsSync(file); waited += 0.1) {
    if (waited > START_SECONDS || child.exitCode !== null) throw new Error('The service did not start');
    await delay(100);
  }
  const connection = JSON.parse(readFileSync(file, 'utf8'));
  await fetch(`${connection.url}/1/sources`);
  return {
    url: connection.url,
    appID: connection.appID,
    apiKey: connection.apiKey,
    table: openTable(functionEnvironment(child)),
    async stop() {
      child.kill('SIGTERM');
      await once(child, 'exit');
      rmSync(data, { recursive: true, force: true });
    },
  };
}

/** The environment of a function process of the service, of which the table's name and address are part. */
function functionEnvironment(service: ChildProcess): Readonly<Record<string, string | undefined>> {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = readFileIfThere(`/proc/${pid}/stat`).split(') ')[1]?.split(' ')[1];
    const variables = readFileIfThere(`/proc/${pid}/environ`).split('\0');
    if (parent !== String(service.pid) || !variables.some((line) => line.startsWith('TABLE_NAME='))) continue;
    return Object.fromEntries(variables.map((line) => line.split(/=(.*)/s).slice(0, 2)));
  }
  throw new Error('The service runs no function that knows the table');
}

function readFileIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function openTable(environment: Readonly<Record<string, string | undefined>>): TableAccess {
  const client = new DynamoDBClient({
    region: environment['AWS_REGION'] ?? '',
    endpoint: environment['AWS_ENDPOINT_URL_DYNAMODB'] ?? '',
    credentials: {
      accessKeyId: environment['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: environment['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  });
  return { client: createTableClient(client), tableName: environment['TABLE_NAME'] ?? '' };
}
