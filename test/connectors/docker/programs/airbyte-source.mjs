/**
 * An Airbyte source as its protocol has it, with the streams `users` (key id, incremental by a cursor of its own, a state
 * per stream), `shop.orders` (two keys, one of them nested, in full) and `log` (no key). `misbehave` makes it do one thing
 * wrong.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { config: { type: 'string' }, catalog: { type: 'string' }, state: { type: 'string' } },
});
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const [command] = positionals;
const config = read(values.config);
const { users = 0, misbehave = '' } = config;

const print = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const trace = (error) => print({ type: 'TRACE', trace: { type: 'ERROR', emitted_at: 1, error } });
const status = (name, state) =>
  print({
    type: 'TRACE',
    trace: {
      type: 'STREAM_STATUS',
      emitted_at: 1,
      stream_status: { stream_descriptor: { name }, status: state },
    },
  });
const record = (stream, data, namespace) =>
  print({ type: 'RECORD', record: { stream, namespace, data, emitted_at: 1 } });

const streams = [
  {
    name: 'users',
    json_schema: { type: 'object', properties: { id: { type: 'integer' }, email: { type: 'string' } } },
    supported_sync_modes: ['full_refresh', 'incremental'],
    source_defined_cursor: true,
    default_cursor_field: ['id'],
    source_defined_primary_key: [['id']],
  },
  {
    name: 'orders',
    namespace: 'shop',
    json_schema: { type: 'object', properties: {} },
    supported_sync_modes: ['full_refresh'],
    source_defined_primary_key: [['number'], ['customer', 'id']],
  },
  { name: 'log', json_schema: {}, supported_sync_modes: ['full_refresh'] },
];

process.stdout.write('Picked up some options\n');
print({ type: 'LOG', log: { level: 'INFO', message: `Starting ${command}` } });
if (command === 'check') check();
else if (command === 'discover') print({ type: 'CATALOG', catalog: { streams } });
else if (command === 'read') sync();
else process.exit(2);

function check() {
  const isGood = config.token === undefined || config.token === 'right-token';
  const message = isGood ? null : `The token ${config.token} was refused`;
  print({
    type: 'CONNECTION_STATUS',
    connectionStatus: { status: isGood ? 'SUCCEEDED' : 'FAILED', message },
  });
}

function sync() {
  const states = values.state === undefined ? [] : read(values.state);
  for (const { stream, sync_mode } of read(values.catalog).streams) {
    if (stream.name === 'users') syncUsers(states, sync_mode);
    if (stream.name === 'orders') {
      record('orders', { number: 7, customer: { id: 'a|b' }, total: 1 }, 'shop');
      record('orders', { number: 8, customer: { id: 'c' }, total: 2 }, 'shop');
    }
    if (stream.name === 'log') record('log', { line: 'one' });
  }
}

function syncUsers(states, mode) {
  const known = states.find(({ stream }) => stream?.stream_descriptor.name === 'users');
  const from = mode === 'incremental' ? (known?.stream.stream_state.id ?? 0) : 0;
  status('users', 'STARTED');
  for (let id = from + 1; id <= users; id += 1)
    record('users', { id, email: `user${id}@example.com`, admin: false });
  if (misbehave === 'configError') {
    trace({ message: `The key ${config.token} may not read users`, failure_type: 'config_error' });
    process.exitCode = 1;
    return;
  }
  if (misbehave === 'transientError') {
    trace({ message: 'The API is down for a moment', failure_type: 'transient_error' });
    process.exitCode = 1;
    return;
  }
  const stream_state = { id: Math.max(from, users) };
  print({
    type: 'STATE',
    state: { type: 'STREAM', stream: { stream_descriptor: { name: 'users' }, stream_state } },
  });
  status('users', misbehave === 'incomplete' ? 'INCOMPLETE' : 'COMPLETE');
}
