// The script that most people write: the whole file into memory, parsed, and given to the official client, to its
// `saveObjects` or its `replaceAllObjects`.
import { algoliasearch } from 'algoliasearch';
import { parse } from 'csv-parse/sync';

const [kind, url, method] = process.argv.slice(2);
const [host, port] = process.env.BENCH_SINK.split(':');
const client = algoliasearch('BENCHAPP00', process.env.BENCH_KEY, {
  hosts: [{ url: host, port: Number(port), accept: 'readWrite', protocol: 'http' }],
});
const NUMERIC = new Set(['latitude', 'longitude', 'rating', 'votes']);

const response = await fetch(url);
const records =
  kind === 'csv'
    ? parse(Buffer.from(await response.arrayBuffer()), {
        columns: true,
        cast: (value, { column, header }) =>
          header || !NUMERIC.has(column) ? value : value === '' ? null : Number(value),
      })
    : JSON.parse(await response.text());
for (const record of records) record.objectID = record.id;
await client[method]({ indexName: 'peer', objects: records });
process.stdout.write(`${records.length}\n`);
