import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Algoliasearch } from 'algoliasearch';
import { afterEach, expect, test } from 'vitest';
import { API_KEY, APP_ID, createClient, startIndex } from './start-index.ts';

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'search-index-'));
  cleanups.push(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function startChild(
  directory: string,
  ...flags: string[]
): Promise<{ child: ChildProcessWithoutNullStreams; port: number }> {
  const keyFile = join(directory, 'key');
  writeFileSync(keyFile, `${API_KEY}\n`);
  const program = new URL('../../../local/search-index/main.ts', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [program, '--data', directory, '--app-id', APP_ID, '--api-key-file', keyFile, ...flags],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  cleanups.push(() => void child.kill('SIGKILL'));
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, port: Number(new URL(JSON.parse(line).url).port) };
  }
  throw new Error('The index ended before it was ready');
}

async function save(
  client: Algoliasearch,
  indexName: string,
  object: { objectID: string; v?: number },
): Promise<number> {
  const [task] = await client.saveObjects({ indexName, objects: [object] });
  return task?.taskID ?? -1;
}

async function startLagging(publishLagMs: number): Promise<Awaited<ReturnType<typeof startIndex>>> {
  const index = await startIndex({ faults: { publishLagMs } });
  cleanups.push(() => index.stop());
  return index;
}

test('with a lag a write is neither searchable, browsable nor counted before its task is published', async () => {
  const index = await startLagging(150);
  const { client } = index;
  const indexName = 'late';
  const first = await client.batch({
    indexName,
    batchWriteParams: { requests: [{ action: 'addObject', body: { objectID: '1' } }] },
  });
  expect(await client.getTask({ indexName, taskID: first.taskID })).toMatchObject({ status: 'notPublished' });
  await expect(client.searchSingleIndex({ indexName })).rejects.toMatchObject({ status: 404 });
  await client.waitForTask({ indexName, taskID: first.taskID });
  const second = await client.batch({
    indexName,
    batchWriteParams: { requests: [{ action: 'addObject', body: { objectID: '2' } }] },
  });
  expect((await client.searchSingleIndex({ indexName })).nbHits).toBe(1);
  expect((await client.browse({ indexName })).hits).toHaveLength(1);
  expect((await client.listIndices()).items[0]).toMatchObject({
    entries: 1,
    pendingTask: true,
    numberOfPendingTasks: 1,
  });
  await client.waitForTask({ indexName, taskID: second.taskID });
  expect((await client.searchSingleIndex({ indexName })).nbHits).toBe(2);
  expect((await client.listIndices()).items[0]).toMatchObject({ entries: 2, pendingTask: false });
});

test('a write with a shorter lag waits for those before it', async () => {
  const index = await startLagging(200);
  const indexName = 'queue';
  const saveOne = (v: number) => save(index.client, indexName, { objectID: '1', v });
  const first = await saveOne(1);
  index.faults.publishLagMs = 0;
  const second = await saveOne(2);
  expect(second).toBeGreaterThan(first);
  expect(await index.client.getTask({ indexName, taskID: second })).toMatchObject({
    status: 'notPublished',
  });
  await index.client.waitForTask({ indexName, taskID: second });
  expect(await index.client.getObject({ indexName, objectID: '1' })).toMatchObject({ v: 2 });
});

test('replaceAllObjects works under a lag', async () => {
  const { client } = await startLagging(20);
  await client.replaceAllObjects({ indexName: 'lagging', objects: [{ objectID: '1' }] });
  expect((await client.browse({ indexName: 'lagging' })).hits).toEqual([{ objectID: '1' }]);
});

test('kill -9 loses nothing that was acknowledged, published or not', async () => {
  const directory = makeDirectory();
  const before = await startChild(directory, '--faults');
  const client = createClient(before.port);
  const indexName = 'survivor';
  await client.saveObjects({ indexName, objects: [{ objectID: 'published' }], waitForTasks: true });
  await fetch(`http://127.0.0.1:${before.port}/test/faults`, {
    method: 'POST',
    body: '{"publishLagMs":600}',
  });
  const pending = await save(client, indexName, { objectID: 'pending' });
  const exited = once(before.child, 'exit');
  before.child.kill('SIGKILL');
  await exited;

  const after = await startChild(directory);
  const revived = createClient(after.port);
  expect(await revived.getObject({ indexName, objectID: 'published' })).toBeTruthy();
  await revived.waitForTask({ indexName, taskID: pending });
  expect(await revived.getObject({ indexName, objectID: 'pending' })).toBeTruthy();
  const next = await save(revived, indexName, { objectID: 'later' });
  expect(next).toBeGreaterThan(pending);
});

test('a second index on the same data refuses to start', async () => {
  const directory = makeDirectory();
  await startChild(directory);
  await expect(startChild(directory)).rejects.toThrow('ended before it was ready');
});

test('the program ends on SIGTERM and, if so asked, with its parent', async () => {
  const { child } = await startChild(makeDirectory());
  const ended = once(child, 'exit');
  child.stdin.end();
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  const orphan = await startChild(makeDirectory(), '--exit-with-parent');
  const orphanEnded = once(orphan.child, 'exit');
  orphan.child.stdin.end();
  expect(await orphanEnded).toEqual([0, null]);
});
