import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDynamoDb, type DynamoDbOptions } from '../../../local/services/dynamodb/start-dynamo-db.ts';
import { isRunning } from '../../support/is-running.ts';
import { clientOptions } from './support/client-options.ts';
import { eventually } from './support/eventually.ts';
import { temporaryDirectory } from './support/temporary-directory.ts';

async function start(options: DynamoDbOptions) {
  const service = await startDynamoDb(options);
  onTestFinished(() => service.stop());
  const client = new DynamoDBClient(clientOptions(service.endpoint));
  onTestFinished(() => client.destroy());
  return { service, client };
}

async function createTable(client: DynamoDBClient) {
  await client.send(
    new CreateTableCommand({
      TableName: 'table',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    }),
  );
}

const putItem = (pk: string) => new PutItemCommand({ TableName: 'table', Item: { pk: { S: pk } } });

test('what was written before a clean stop is there after the next start', async () => {
  const dataDirectory = temporaryDirectory();
  const first = await start({ dataDirectory });
  await createTable(first.client);
  await first.client.send(putItem('kept'));
  await first.service.stop();
  const second = await start({ dataDirectory });
  const { Item } = await second.client.send(
    new GetItemCommand({ TableName: 'table', Key: { pk: { S: 'kept' } } }),
  );
  expect(Item).toEqual({ pk: { S: 'kept' } });
});

test('kill -9 in the middle of writes loses none that was acknowledged', async () => {
  const dataDirectory = temporaryDirectory();
  const { service, client } = await start({ dataDirectory });
  await createTable(client);
  const acknowledged: string[] = [];
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    for (let n = 0; ; n += 1) {
      await client.send(putItem(`${writer}-${n}`));
      acknowledged.push(`${writer}-${n}`);
      if (acknowledged.length === 300) process.kill(service.pid, 'SIGKILL');
    }
  });
  await Promise.allSettled(writers);
  const next = await start({ dataDirectory });
  const { Items = [] } = await next.client.send(
    new ScanCommand({ TableName: 'table', ConsistentRead: true }),
  );
  const stored = new Set(Items.map((item) => item['pk']?.S));
  expect(acknowledged.length).toBeGreaterThanOrEqual(300);
  expect(acknowledged.filter((pk) => !stored.has(pk))).toEqual([]);
});

test('an orphan of a killed run is ended at the next start', async () => {
  const dataDirectory = temporaryDirectory();
  const orphan = await startDynamoDb({ dataDirectory });
  const next = await start({ dataDirectory });
  expect(() => process.kill(orphan.pid, 0)).toThrow('ESRCH');
  await expect(createTable(next.client)).resolves.toBeUndefined();
});

test('whoever starts it and exits without a stop leaves nothing behind', async () => {
  const program = JSON.stringify(
    join(import.meta.dirname, '../../../local/services/dynamodb/start-dynamo-db.ts'),
  );
  const dataDirectory = temporaryDirectory();
  const starter = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { startDynamoDb } from ${program};
     const { pid } = await startDynamoDb({ dataDirectory: ${JSON.stringify(dataDirectory)} });
     process.stdout.write(String(pid), () => process.exit(0));`,
  ]);
  let output = '';
  starter.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  expect(await once(starter, 'exit')).toEqual([0, null]);
  expect(Number(output)).toBeGreaterThan(0);
  await eventually(() => !isRunning(Number(output)));
});

test('a process that only has the pid of an orphan is left alone', async () => {
  const dataDirectory = temporaryDirectory();
  const first = await startDynamoDb({ dataDirectory });
  await first.stop();
  const stranger = spawn('sleep', ['30'], { stdio: 'ignore' });
  onTestFinished(() => {
    stranger.kill('SIGKILL');
  });
  await once(stranger, 'spawn');
  writeFileSync(join(dataDirectory, 'dynamodb', 'pid'), `${stranger.pid}\n`);
  const { service } = await start({ dataDirectory });
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  expect(readFileSync(join(dataDirectory, 'dynamodb', 'pid'), 'utf8').trim()).toBe(String(service.pid));
});

test('an unexpected end is told once, a stop is not', async () => {
  const errors: Error[] = [];
  const onUnexpectedExit = (error: Error) => errors.push(error);
  const stopped = await start({ dataDirectory: temporaryDirectory(), onUnexpectedExit });
  await stopped.service.stop();
  const killed = await start({ dataDirectory: temporaryDirectory(), onUnexpectedExit });
  process.kill(killed.service.pid, 'SIGKILL');
  await eventually(() => errors.length > 0);
  expect(errors.map(({ message }) => message)).toEqual(['dynoxide ended unexpectedly (SIGKILL)']);
});

test('it listens on the port that was asked for', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  const { service } = await start({ dataDirectory: temporaryDirectory(), port });
  expect(service.endpoint).toBe(`http://127.0.0.1:${port}`);
});

test('a port that is taken is an error, not a service of somebody else', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as { port: number };
  await expect(startDynamoDb({ dataDirectory: temporaryDirectory(), port })).rejects.toThrow('EADDRINUSE');
});

test('a child that cannot start is an error that shows what it said', async () => {
  const engine = {
    name: 'broken',
    command: process.execPath,
    buildArguments: () => ['-e', 'console.error("no such table file"); process.exit(3)'],
  };
  const starting = startDynamoDb({ dataDirectory: temporaryDirectory(), engine });
  await expect(starting).rejects.toThrow(/broken did not start on port \d+\. Its output: no such table file/);
});
