// What no importer can beat: the bytes of the file fetched, cut at line ends and posted, 8 requests at a time, with
// nothing looked into.
import { Agent, get, request } from 'node:http';

const PART_BYTES = 2 * 1024 * 1024;
const IN_FLIGHT = 8;
const LINE_FEED = 0x0a;

const [, url] = process.argv.slice(2);
const [host, port] = process.env.BENCH_SINK.split(':');
const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
const flights = new Set();
let chunks = [];
let size = 0;

const response = await new Promise((resolve, reject) => get(url, resolve).on('error', reject));
for await (const chunk of response) {
  const cut = chunk.lastIndexOf(LINE_FEED) + 1;
  if (size + chunk.length < PART_BYTES || cut === 0) {
    add(chunk);
    continue;
  }
  add(chunk.subarray(0, cut));
  await send();
  if (cut < chunk.length) add(chunk.subarray(cut));
}
await send();
await Promise.all(flights);
agent.destroy();

function add(chunk) {
  chunks.push(chunk);
  size += chunk.length;
}

async function send() {
  const parts = chunks;
  const headers = {
    'content-length': size,
    'content-type': 'application/json',
    'x-algolia-application-id': 'BENCHAPP00',
    'x-algolia-api-key': process.env.BENCH_KEY,
  };
  chunks = [];
  size = 0;
  while (flights.size >= IN_FLIGHT) await Promise.race(flights);
  const flight = post(headers, parts).finally(() => flights.delete(flight));
  flights.add(flight);
}

function post(headers, parts) {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host, port, agent, method: 'POST', path: '/1/indexes/peer/batch', headers });
    outgoing.on('error', reject);
    outgoing.on('response', (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`The sink answered with ${answer.statusCode}`));
      answer.on('end', resolve).resume();
    });
    for (const part of parts) outgoing.write(part);
    outgoing.end();
  });
}
