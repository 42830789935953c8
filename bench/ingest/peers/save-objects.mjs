// The script that a careful user would write: streams the file over HTTP, parses it with csv-parse or stream-json and
// sends batches of 1,000 with the official client, one after another as `saveObjects` does.
import { Readable } from 'node:stream';

import { algoliasearch } from 'algoliasearch';
import { parse } from 'csv-parse';

const [kind, url] = process.argv.slice(2);
const [host, port] = process.env.BENCH_SINK.split(':');
const client = algoliasearch('BENCHAPP00', process.env.BENCH_KEY, {
  hosts: [{ url: host, port: Number(port), accept: 'readWrite', protocol: 'http' }],
});

const response = await fetch(url);
let batch = [];
let sent = 0;
for await (const record of records(Readable.fromWeb(response.body))) {
  batch.push({ objectID: record.id, ...record });
  if (batch.length === 1000) await flush();
}
await flush();
process.stdout.write(`${sent}\n`);

async function flush() {
  if (batch.length === 0) return;
  await client.saveObjects({ indexName: 'peer', objects: batch });
  sent += batch.length;
  batch = [];
}

async function* records(body) {
  if (kind === 'csv') {
    const numeric = new Set(['latitude', 'longitude', 'rating', 'votes']);
    yield* body.pipe(
      parse({
        columns: true,
        cast: (value, { column, header }) =>
          header || !numeric.has(column) ? value : value === '' ? null : Number(value),
      }),
    );
    return;
  }
  const { streamArray } = await import('stream-json/streamers/stream-array.js');
  for await (const { value } of body.pipe(streamArray.withParserAsStream())) yield value;
}
