import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';
import type { ServerResponse } from 'node:http';
import { zipSync } from 'fflate';
import { expect, it } from 'vitest';
import { listen, serve } from '../http/serve.ts';

const run = promisify(execFile);
const MAX_RISE_BYTES = 64 * 1024 * 1024;
const PROGRAM = join(import.meta.dirname, 'read-source.program.ts');
const GOOD = {
  csv: `id,text\n${Array.from({ length: 20_000 }, (_, index) => `${index},"${'x'.repeat(40)}"\n`).join('')}`,
  json: JSON.stringify({ data: Array.from({ length: 20_000 }, (_, id) => ({ id, text: 'x'.repeat(40) })) }),
};

const ROWS = Buffer.concat([
  Buffer.from('id,text\n'),
  Buffer.alloc(200 * 1024 * 1024, `1,${'x'.repeat(997)}\n`),
]);
const ONE_LINE = Buffer.concat([Buffer.from('id,text\n'), Buffer.alloc(200 * 1024 * 1024, 'x')]);

/** Sends as fast as the reader takes, until it goes. */
function sendForEver(response: ServerResponse, beginning: string, bytes: Buffer): void {
  response.on('error', () => {});
  response.write(beginning);
  const send = () => {
    while (!response.destroyed && response.write(bytes));
  };
  response.on('drain', send);
  send();
}

const send =
  (content: Buffer, headers: Record<string, string> = {}) =>
  (response: ServerResponse) =>
    void response.writeHead(200, headers).end(content);
const endless = (beginning: string, text: string) => (response: ServerResponse) => {
  response.writeHead(200);
  sendForEver(response, beginning, Buffer.alloc(65_536, text));
};

interface Bomb {
  readonly name: string;
  readonly type?: 'csv' | 'json';
  readonly answer: (response: ServerResponse) => void;
  readonly says: RegExp;
  readonly fragment?: string;
}

const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

const BOMBS: Bomb[] = [
  { name: 'gzip', answer: send(gzipSync(ROWS)), says: /grows beyond what is read/ },
  {
    name: 'gzip of one line',
    answer: send(gzipSync(ONE_LINE)),
    says: /grows beyond what is read|larger than 16 MB/,
  },
  { name: 'zstd', answer: send(zstdCompressSync(ROWS)), says: /grows beyond what is read/ },
  {
    name: 'br',
    answer: send(brotliCompressSync(ROWS, brotli), { 'content-encoding': 'br' }),
    says: /grows beyond what is read/,
  },
  { name: 'zip', answer: send(Buffer.from(zipSync({ 'a.csv': ROWS }))), says: /grows beyond what is read/ },
  {
    name: 'zip with the bomb beside the file',
    answer: send(Buffer.from(zipSync({ '.hidden': ROWS, 'a.csv': Buffer.from('id\n1\n') }))),
    says: /too much beside/,
  },
  { name: 'an endless line', answer: endless('id,text\n1,', 'x'), says: /larger than 16 MB/ },
  { name: 'an endless quoted field', answer: endless('id,text\n1,"', 'x\n'), says: /larger than 16 MB/ },
  { name: 'an endless header of CSV', answer: endless('id', ',column'), says: /larger than 16 MB/ },
  { name: 'an endless string', type: 'json', answer: endless('[{"id":"', 'x'), says: /larger than 16 MB/ },
  {
    name: 'endless nesting',
    type: 'json',
    answer: endless('[{"id":', '['),
    says: /nested more than 64 deep/,
  },
  {
    name: 'endless attributes',
    type: 'json',
    answer: endless('[{"a":1', ',"b":2'),
    says: /more than 10000 attributes/,
  },
  {
    name: 'an endless value before the records',
    type: 'json',
    answer: endless('{"a":[1', ',1'),
    says: /larger than 16 MB/,
    fragment: '#/data',
  },
  {
    name: 'endless nesting before the records',
    type: 'json',
    answer: endless('{"a":', '['),
    says: /nested more than 64 deep/,
    fragment: '#/data',
  },
];

async function readInProcess(type: 'csv' | 'json', url: string) {
  const good = await serve((_, response) => response.end(GOOD[type]));
  const fragment = type === 'json' ? '#/data' : '';
  const { stdout } = await run(process.execPath, [PROGRAM, type, `${good.url}/good${fragment}`, url]);
  return JSON.parse(stdout) as { code: string; message: string; riseBytes: number };
}

it.each(BOMBS)(
  '$name ends the reading and takes less than 64 MB',
  async ({ type = 'csv', answer, says, fragment = '' }) => {
    const { url } = await serve((_, response) => answer(response));
    const { message, riseBytes } = await readInProcess(type, `${url}/bomb${fragment}`);
    expect(message).toMatch(says);
    expect(riseBytes).toBeLessThan(MAX_RISE_BYTES);
  },
  90_000,
);

it.each([
  ['http', 'HTTP/1.1 200 OK\r\n', 'x-header: xxxxxxxx\r\n'],
  ['ftp', '220-', 'x'],
  ['sftp', '', 'x'],
])(
  'an endless greeting over %s takes less than 64 MB',
  async (scheme, beginning, text) => {
    const { port } = await listen((socket) => {
      const bytes = Buffer.alloc(65_536, text);
      const more = () => {
        while (!socket.destroyed && socket.write(bytes));
      };
      socket.write(beginning);
      socket.on('drain', more);
      more();
    });
    const { code, riseBytes } = await readInProcess('csv', `${scheme}://127.0.0.1:${port}/a.csv`);
    expect(code).toMatch(/^http\./);
    expect(riseBytes).toBeLessThan(MAX_RISE_BYTES);
  },
  90_000,
);
