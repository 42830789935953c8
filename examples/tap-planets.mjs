/** A Singer tap of a few lines: `--discover` lists its stream, else it prints what came since the state that it is given. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const text = { type: 'string' };
const { values } = parseArgs({
  options: { config: text, catalog: text, state: text, discover: { type: 'boolean' } },
});
const print = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

const planets = ['Mercury', 'Venus', 'Earth', 'Mars', 'Jupiter', 'Saturn', 'Uranus', 'Neptune'];
const schema = { type: 'object', properties: { number: { type: 'integer' }, name: { type: 'string' } } };
const metadata = { 'table-key-properties': ['number'], 'valid-replication-keys': ['number'] };

if (values.discover) {
  const stream = {
    tap_stream_id: 'planets',
    stream: 'planets',
    schema,
    metadata: [{ breadcrumb: [], metadata }],
  };
  print({ streams: [stream] });
} else {
  const state = values.state === undefined ? {} : JSON.parse(readFileSync(values.state, 'utf8'));
  const known = state.bookmarks?.planets?.number ?? 0;
  print({ type: 'SCHEMA', stream: 'planets', schema, key_properties: ['number'] });
  for (let number = known + 1; number <= planets.length; number += 1) {
    print({ type: 'RECORD', stream: 'planets', record: { number, name: planets[number - 1] } });
  }
  print({ type: 'STATE', value: { bookmarks: { planets: { number: planets.length } } } });
}
