import { createServer, type AddressInfo, type Socket } from 'node:net';
import { setInterval } from 'node:timers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { openSource } from '../../connectors/registry.ts';
import { contextOf } from '../connectors/support/read-source.ts';
import { DEFAULT_RUN_POLICY } from '../../core/runs/run-policy.ts';
import { EngineWorld } from '../support/engine-world.ts';
import { startTable, type TestTable } from '../support/table.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

const ROWS = Array.from({ length: 2000 }, (_, index) => `id-${index},"Thing ${index}"\n`).join('');
const CSV = `id,title\n${ROWS}`;
const OBJECTS = JSON.stringify(Array.from({ length: 2000 }, (_, id) => ({ id: `id-${id}` })));
const BOMB = gzipSync(Buffer.concat([Buffer.from('id,title\n'), Buffer.alloc(32 * 1024 * 1024, 'a,b\n')]));

const head = (...headers: string[]) =>
  `HTTP/1.1 200 OK\r\n${headers.map((text) => `${text}\r\n`).join('')}\r\n`;
const length = (bytes: number) => `content-length: ${bytes}`;

interface Hostile {
  readonly name: string;
  readonly type?: 'csv' | 'json';
  /** What the server does with a connection once the request is there. */
  readonly answer: (socket: Socket) => void;
  /** Milliseconds, where the connector's own would take too long for a test. */
  readonly patience?: number;
  /** What the owner of the source reads. */
  readonly says: RegExp;
}

/** Sends as fast as the reader takes, until it goes. */
function sendForEver(socket: Socket, bytes: Buffer): void {
  const send = () => {
    while (!socket.destroyed && socket.write(bytes));
  };
  socket.on('drain', send);
  send();
}

const SOURCES: Hostile[] = [
  { name: 'never answers', answer: () => undefined, patience: 150, says: /did not answer for/ },
  {
    name: 'falls silent in the middle',
    answer: (socket) => socket.write(head(length(CSV.length)) + CSV.slice(0, 20_000)),
    patience: 150,
    says: /sent no bytes for/,
  },
  {
    name: 'trickles, a byte at a time',
    answer: (socket) => {
      socket.write(head(length(CSV.length)));
      let at = 0;
      const trickle = setInterval(() => socket.write(CSV.slice(at, (at += 1))), 20);
      socket.on('close', () => clearInterval(trickle));
    },
    patience: 750,
    says: /bytes in \d+ s; at least 1024 a second/,
  },
  {
    name: 'promises more bytes than it sends',
    answer: (socket) => socket.end(head(length(CSV.length + 1)) + CSV),
    says: /sent \d+ bytes of the \d+ that its Content-Length promised/,
  },
  {
    name: 'sends more bytes than it promised, which cuts the last row',
    answer: (socket) => socket.end(head(length(CSV.length - 5)) + CSV),
    says: /valid HTTP|quote/,
  },
  {
    name: 'is cut inside a quoted field, with a length',
    answer: (socket) => socket.end(head(length(CSV.length)) + CSV.slice(0, CSV.lastIndexOf('"') - 2)),
    says: /Content-Length promised/,
  },
  {
    name: 'is cut inside a quoted field, with no length that would show it',
    answer: (socket) => socket.end(head('connection: close') + CSV.slice(0, CSV.lastIndexOf('"') - 2)),
    says: /quote.*line 2001|line 2001.*quote/i,
  },
  {
    name: 'is cut between two chunks',
    answer: (socket) => socket.end(`${head('transfer-encoding: chunked')}400\r\n${CSV.slice(0, 1024)}\r\n`),
    says: /before the connection ended/,
  },
  {
    name: 'is cut inside an array, with no length that would show it',
    type: 'json',
    answer: (socket) => socket.end(head('connection: close') + OBJECTS.slice(0, -20)),
    says: /ends|cut/,
  },
  {
    name: 'answers with the HTML page of a login',
    answer: (socket) => {
      const page = '<!DOCTYPE html>\n<form action="/login">,</form>';
      socket.end(head('content-type: text/csv', length(page.length)) + page);
    },
    says: /HTML page instead of CSV/,
  },
  {
    name: 'answers with a page that hides behind a comment',
    type: 'json',
    answer: (socket) => {
      const page = '<!-- cached --><html></html>';
      socket.end(head('content-type: application/json', length(page.length)) + page);
    },
    says: /HTML page instead of JSON/,
  },
  {
    name: 'sends gzip that is cut',
    answer: (socket) => {
      const cut = gzipSync(CSV).subarray(0, -200);
      socket.write(head('content-encoding: gzip', length(cut.length)));
      socket.end(cut);
    },
    says: /gzip file ends in the middle/,
  },
  {
    name: 'says gzip and sends plain text',
    answer: (socket) => socket.end(head('content-encoding: gzip', length(CSV.length)) + CSV),
    says: /gzip file is damaged/,
  },
  {
    name: 'sends a bomb',
    answer: (socket) => {
      socket.write(head(length(BOMB.length)));
      socket.end(BOMB);
    },
    says: /grows beyond what is read/,
  },
  {
    name: 'sends a line without an end',
    answer: (socket) => {
      socket.write(`${head('connection: close')}id,title\n`);
      sendForEver(socket, Buffer.alloc(65_536, 'x'));
    },
    says: /larger than 16 MB/,
  },
  {
    name: 'sends a record without an end',
    type: 'json',
    answer: (socket) => {
      socket.write(`${head('connection: close')}[{"id":"`);
      sendForEver(socket, Buffer.alloc(65_536, 'x'));
    },
    says: /larger than 16 MB/,
  },
  {
    name: 'sends headers without an end',
    answer: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      sendForEver(socket, Buffer.from(`x-header: ${'x'.repeat(1000)}\r\n`));
    },
    says: /valid HTTP/,
  },
  {
    name: 'redirects in a circle',
    answer: (socket) => socket.end(`HTTP/1.1 302 Found\r\nlocation: /again\r\n${length(0)}\r\n\r\n`),
    says: /redirects more often/,
  },
];

async function serve(answer: Hostile['answer']): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => answer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
}

test.each(SOURCES)(
  'a source that $name fails its run with the reason, and the old index stays',
  async ({ type = 'csv', answer, patience, says }) => {
    const url = await serve(answer);
    const world: EngineWorld = new EngineWorld(table, {
      live: [{ objectID: 'old' }],
      settings: { maxTries: 2 },
      openConnection: async (run) => ({
        index: { searchAppID: world.appID, indexName: 'things' },
        sourceDescription: `${type} file ${url}`,
        source: await openSource(
          type,
          contextOf(
            { url, uniqueIDColumn: 'id' },
            {
              limits: { maxRecords: 500, maxBytes: 1024 * 1024 },
              timeouts:
                patience === undefined ? {} : { headersMilliseconds: patience, idleMilliseconds: patience },
              taskID: run.taskID,
            },
          ),
        ),
        destination: world.index.open(run.runID, run.action),
        policy: DEFAULT_RUN_POLICY,
      }),
    });
    // A task that accepts every bad record does not accept a source that cannot be read.
    const run = await world.startAndWork('replace', 100);
    expect(run).toMatchObject({ status: 'finished', outcome: 'failure', reasonCode: 'critical' });
    expect(run.reason).toMatch(says);
    expect(run.reason).toMatch(/The index was left as it was\.$/);
    const critical = (await world.events(run)).find(({ status }) => status === 'critical');
    expect(critical).toMatchObject({ type: 'fetch', data: { message: expect.stringMatching(says) } });
    expect(world.index.objectIDs).toEqual(['old']);
    expect(world.index.swaps).toBe(0);
    expect(world.index.temporary.size).toBe(0);
  },
);
