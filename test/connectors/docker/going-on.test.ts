import { afterEach, beforeEach, expect, test } from 'vitest';
import { dockerConnector } from '../../../connectors/sources/docker/index.ts';
import { dockerInputSchema } from '../../../connectors/sources/docker/docker-input.ts';
import type { Cursor } from '../../../core/records/record-batch.ts';
import { FEW } from '../contract/read-subject.ts';
import { collect, type Parsed } from '../support/parse-bytes.ts';
import { dockerContext, openCommands } from './open-docker.ts';

let commands: ReturnType<typeof openCommands>;
beforeEach(() => {
  commands = openCommands();
});
afterEach(() => commands.remove());

async function read(configuration: Record<string, unknown>, cursor?: Cursor) {
  const input = dockerInputSchema.parse({
    image: 'tap-test',
    imageType: 'singer',
    registry: 'dockerhub',
    configuration,
  });
  const taskInput = { streams: [{ name: 'items', syncMode: 'incremental' as const }] };
  const context = { ...dockerContext(commands.runner, {}, { taskInput }), input, limits: FEW };
  const reading: Parsed & { cursors: Cursor[] } = { texts: [], rejected: [], cursors: [] };
  for await (const batch of dockerConnector.open(context).read(cursor, new AbortController().signal)) {
    collect(batch, reading);
    reading.cursors.push(batch.cursor);
  }
  return reading;
}

test('the records since a state are passed over where they are the same, whenever the states come', async () => {
  const { texts, cursors } = await read({ records: 40 });
  // After 14 records: a state at the tenth, and four more.
  const cursor = cursors[1];
  expect(cursor).toMatchObject({ since: 4, records: 14 });
  for (const stateEvery of [10, 3]) {
    const rest = await read({ records: 40, stateEvery }, cursor);
    expect(rest.texts).toEqual(texts.slice(14));
    expect(rest.cursors.at(-1)).toMatchObject({ records: 40, done: true });
  }
  expect((await read({ records: 40 }, cursors.at(-1))).texts).toEqual([]);
});

test.each([
  ['others', { records: 40, padding: 3 }, 'does not send the same records again'],
  ['fewer', { records: 12 }, 'sent fewer records than before'],
])('a run starts over when the connector sends %s', async (_which, configuration, message) => {
  const { cursors } = await read({ records: 40 });
  await expect(read(configuration, cursors[1])).rejects.toMatchObject({
    code: 'source.changed',
    message: expect.stringContaining(message),
  });
});

test('a connector that never comes further is given up', async () => {
  const { cursors } = await read({ records: 40 });
  await expect(read({ records: 40 }, { ...cursors[1], starts: 5 })).rejects.toMatchObject({
    code: 'docker.no_progress',
    disposition: 'fatal',
  });
});
