/**
 * A Singer tap as its specification has it, with the streams `items` (records 1 … `records`, incremental by id) and
 * `notes` (no key, in full only). `misbehave` in its configuration makes it do one thing wrong.
 */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    config: { type: 'string' },
    catalog: { type: 'string' },
    state: { type: 'string' },
    discover: { type: 'boolean' },
  },
});
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const config = read(values.config);
const { records = 0, stateEvery = 10, misbehave = '', at = 0, padding = 0 } = config;

const itemsSchema = {
  type: 'object',
  properties: { id: { type: 'integer' }, name: { type: 'string' }, price: { type: 'number' } },
};

async function print(value) {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
}

if (values.discover) await discover();
else await sync();

async function discover() {
  if (misbehave === 'badCatalog') return print('this is no catalog');
  if (misbehave === 'refusesConfig') {
    process.stderr.write(`CRITICAL the token ${config.token} is not accepted\n`);
    process.exit(1);
  }
  const metadata = (keys, more) => [{ breadcrumb: [], metadata: { 'table-key-properties': keys, ...more } }];
  const streams = [
    {
      tap_stream_id: 'items',
      stream: 'items',
      schema: itemsSchema,
      metadata: metadata(['id'], { 'valid-replication-keys': ['id'] }),
    },
    {
      tap_stream_id: 'notes',
      stream: 'notes',
      schema: { type: 'object', properties: {} },
      metadata: metadata([]),
    },
  ];
  // Over several lines, as Python's tools print it.
  await print(JSON.stringify({ streams }, null, 2));
}

async function sync() {
  const state = values.state === undefined ? {} : read(values.state);
  for (const { tap_stream_id: name, metadata } of read(values.catalog).streams) {
    const own = metadata.find(({ breadcrumb }) => breadcrumb.length === 0).metadata;
    if (own.selected !== true) continue;
    if (name === 'items') await syncItems(state, own['replication-method'] === 'INCREMENTAL');
    else {
      await print({ type: 'SCHEMA', stream: 'notes', schema: {}, key_properties: [] });
      for (let note = 1; note <= 3; note += 1)
        await print({ type: 'RECORD', stream: 'notes', record: { text: `note ${note}` } });
    }
  }
  if (misbehave === 'neverExits') setInterval(() => undefined, 60_000);
  if (misbehave === 'failsAtEnd') process.exit(3);
}

async function syncItems(state, isIncremental) {
  const from = isIncremental ? (state.bookmarks?.items?.id ?? 0) : 0;
  // In any case: a tap may.
  await print({ type: 'schema', stream: 'items', schema: itemsSchema, key_properties: ['id'] });
  for (let id = from + 1; id <= records; id += 1) {
    if (id === at) await misbehaveNow();
    const name = `Lamp ${id}${padding > 0 ? 'x'.repeat(padding) : ''}`;
    await print(
      `{"type": "RECORD", "stream": "items", "record": {"id": ${id}, "name": ${JSON.stringify(name)}, "price": ${id}.50, "huge": 9007199254740993}, "time_extracted": "2026-01-01T00:00:00Z"}`,
    );
    if (id % stateEvery === 0 || (id === records && misbehave !== 'noFinalState')) {
      await print({
        type: 'STATE',
        value: { bookmarks: { items: { id, pad: 's'.repeat(config.statePadding ?? 0) } } },
      });
    }
  }
}

async function misbehaveNow() {
  switch (misbehave) {
    case 'garbage':
      await print('Traceback (most recent call last):');
      await print('{"type": "RECORD", "stream": "items", "record": {"id"');
      await print('{"type":"WHATEVER","x":1}');
      return print('[1,2,3]');
    case 'badRecords':
      await print({ type: 'RECORD', stream: 'items', record: 'text' });
      return print({ type: 'RECORD', stream: 'items', record: { name: 'without an id' } });
    case 'longLine': {
      const part = 'x'.repeat(1024 * 1024);
      for (let written = 0; written < 1024; written += 1) {
        if (!process.stdout.write(part)) await once(process.stdout, 'drain');
      }
      return;
    }
    case 'hangs':
      setInterval(() => undefined, 60_000);
      return new Promise(() => undefined);
    case 'fails':
      process.stderr.write(`Could not reach the shop with ${config.token ?? 'no token'}\n`);
      process.exit(1);
      return;
    case 'closesOutput':
      process.stdout.end();
      await once(process.stdout, 'close').catch(() => undefined);
      return process.exit(0);
    case 'killed':
      process.kill(process.pid, 'SIGKILL');
      return new Promise(() => undefined);
    default:
  }
}
