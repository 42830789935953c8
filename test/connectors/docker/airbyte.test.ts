import { afterEach, beforeEach, expect, test } from 'vitest';
import { airbyteProtocol } from '../../../connectors/sources/docker/airbyte-protocol.ts';
import { dockerConnector } from '../../../connectors/sources/docker/index.ts';
import { dockerInputSchema, imageReferenceOf } from '../../../connectors/sources/docker/docker-input.ts';
import type { TaskSourceInput } from '../../../core/tasks/task-source-input.ts';
import { Secret } from '../../../core/foundation/secret.ts';
import type { MillraceError } from '../../../core/foundation/errors.ts';
import { collect, type Parsed } from '../support/parse-bytes.ts';
import { failureOf, MANY } from '../contract/read-subject.ts';
import { dockerContext, openCommands } from './open-docker.ts';

let commands: ReturnType<typeof openCommands>;
beforeEach(() => {
  commands = openCommands();
});
afterEach(() => commands.remove());

const never = new AbortController().signal;

function contextOf(configuration: Record<string, unknown>, more: Record<string, unknown> = {}) {
  const input = dockerInputSchema.parse({ image: 'source-test', configuration });
  return { ...dockerContext(commands.runner, {}, more), input, limits: MANY };
}

async function read(
  configuration: Record<string, unknown>,
  streams: Extract<TaskSourceInput, { streams: unknown }>['streams'],
  more: Record<string, unknown> = {},
) {
  const source = dockerConnector.open(contextOf(configuration, { taskInput: { streams }, ...more }));
  const reading: Parsed & { state?: string | undefined; error?: MillraceError } = { texts: [], rejected: [] };
  try {
    for await (const batch of source.read(undefined, never)) {
      collect(batch, reading);
      reading.state = source.stateAt?.(batch.cursor);
    }
  } catch (error) {
    reading.error = error as MillraceError;
  }
  return reading;
}

test('a stream goes on from run to run by its own state, while another is read in full each time', async () => {
  const streams = [
    { name: 'users', syncMode: 'incremental' as const, properties: ['email'] },
    { name: 'shop.orders', syncMode: 'fullTable' as const },
  ];
  const first = await read({ users: 2 }, streams);
  expect(first.texts).toEqual([
    '{"objectID":"users|1","id":1,"email":"user1@example.com"}',
    '{"objectID":"users|2","id":2,"email":"user2@example.com"}',
    String.raw`{"objectID":"shop.orders|7|a\\|b","number":7,"customer":{"id":"a|b"},"total":1}`,
    '{"objectID":"shop.orders|8|c","number":8,"customer":{"id":"c"},"total":2}',
  ]);
  const second = await read({ users: 3 }, streams, { resumeFrom: first.state });
  expect(second.texts.map((text) => (JSON.parse(text) as { objectID: string }).objectID)).toEqual([
    'users|3',
    String.raw`shop.orders|7|a\|b`,
    'shop.orders|8|c',
  ]);
  const full = await read({ users: 3 }, streams, { resumeFrom: first.state, inFull: true });
  expect(full.texts).toHaveLength(5);
});

test('records without a key get an id of what they hold, the same in every run', async () => {
  const streams = [{ name: 'log', syncMode: 'fullTable' as const }];
  const [one, other] = [await read({}, streams), await read({}, streams)];
  expect(one.texts).toEqual(other.texts);
  expect(one.texts[0]).toMatch(/^\{"objectID":"[0-9a-f-]{36}","line":"one"\}$/);
});

test.each([
  [
    'configError',
    'docker.configuration',
    'fatal',
    'The connector refuses its configuration: The key [secret] may not',
  ],
  ['transientError', 'docker.failed', 'retryable', 'The connector failed: The API is down for a moment'],
  ['incomplete', 'docker.incomplete', 'retryable', 'did not read the stream users to its end'],
])('%s is %s, which is %s', async (misbehave, code, disposition, message) => {
  const authentication = { type: 'secrets', input: { token: new Secret('canary-token') } };
  const streams = [{ name: 'users', syncMode: 'incremental' as const }];
  const { texts, error } = await read({ users: 2, misbehave, token: '${token}' }, streams, {
    authentication,
  });
  expect(texts).toHaveLength(2);
  expect(error).toMatchObject({ code, disposition, message: expect.stringContaining(message) });
});

test('check asks the source itself, and shows what it refuses without its secret', async () => {
  const authentication = { type: 'secrets', input: { token: new Secret('canary-token') } };
  const wrong = contextOf({ users: 3, token: '${token}' }, { authentication });
  const error = await failureOf(() => dockerConnector.check(wrong, never));
  expect(error).toMatchObject({
    code: 'docker.configuration',
    message: 'The connector refuses its configuration: The token [secret] was refused',
  });
  const unknown = contextOf({ users: 3, token: '${key}' }, { authentication });
  expect((await failureOf(() => dockerConnector.check(unknown, never))).message).toContain(
    "names the field key of the source's authentication, which has: token",
  );
  const { sample } = await dockerConnector.check(contextOf({ users: 30 }), never);
  expect(sample).toHaveLength(10);
});

test('a state larger than a cursor is kept beside it, and given back to the connector', async () => {
  const kept = new Map<string, string>();
  const states = {
    keep: async (text: string) => {
      kept.set(`key-${kept.size}`, text);
      return `key-${kept.size - 1}`;
    },
    open: async (key: string) => kept.get(key),
  };
  const input = dockerInputSchema.parse({
    image: 'tap-test',
    imageType: 'singer',
    registry: 'dockerhub',
    configuration: { records: 20, statePadding: 50_000 },
  });
  const streams = [{ name: 'items', syncMode: 'incremental' as const }];
  const open = (more: object) =>
    dockerConnector.open({ ...contextOf({}, { taskInput: { streams }, states, ...more }), input });
  let state: string | undefined;
  for await (const { cursor } of open({}).read(undefined, never)) {
    expect(Buffer.byteLength(JSON.stringify(cursor))).toBeLessThan(4096);
    state = open({}).stateAt?.(cursor);
  }
  expect(kept.size).toBe(1);
  const counts: number[] = [];
  for await (const { count } of open({ resumeFrom: state }).read(undefined, never)) counts.push(count);
  expect(counts).toEqual([0]);
});

test('the file of a state is what its kind asks for', () => {
  const stream = (name: string, id: string) =>
    `{"type":"STREAM","stream":{"stream_descriptor":{"name":"${name}"},"stream_state":{"id":${id}}}}`;
  let state = airbyteProtocol.mergeState('', stream('a', '1'));
  state = airbyteProtocol.mergeState(state, stream('b', '9007199254740993'));
  state = airbyteProtocol.mergeState(state, stream('a', '2'));
  expect(airbyteProtocol.toStateFile(state)).toContain('{"id":9007199254740993}');
  expect(JSON.parse(airbyteProtocol.toStateFile(state))).toHaveLength(2);
  const legacy = airbyteProtocol.mergeState('', '{"type":"LEGACY","data":{"cursor":"x"}}');
  expect(airbyteProtocol.toStateFile(legacy)).toBe('{"cursor":"x"}');
  const global = '{"type":"GLOBAL","global":{"shared_state":{"lsn":1},"stream_states":[]}}';
  expect(airbyteProtocol.toStateFile(airbyteProtocol.mergeState('', global))).toBe(`[${global}]`);
});

test.each([
  [{ image: 'zendesk' }, 'docker.io/airbyte/source-zendesk:latest'],
  [{ image: 'source-faker', version: '6.0.1' }, 'docker.io/airbyte/source-faker:6.0.1'],
  [{ image: 'registry.example.com:5000/a/b' }, 'registry.example.com:5000/a/b:latest'],
  [{ image: 'acme/tap', imageType: 'singer', registry: 'ghcr', version: '2' }, 'ghcr.io/acme/tap:2'],
  [{ image: 'tap', imageType: 'singer', registry: 'dockerhub' }, 'docker.io/library/tap:latest'],
  [{ image: 'airbyte/source-faker' }, 'docker.io/airbyte/source-faker:latest'],
  [{ image: 'localhost/tap', imageType: 'singer', registry: 'dockerhub' }, 'localhost/tap:latest'],
  [{ image: 'acme/tap@sha256:abc', imageType: 'custom', registry: 'ghcr' }, 'ghcr.io/acme/tap@sha256:abc'],
])('the image of %j is %s', (input, reference) => {
  expect(imageReferenceOf(dockerInputSchema.parse({ configuration: {}, ...input }))).toBe(reference);
});
