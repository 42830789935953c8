import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

/** `node file-server.ts DIR`: serves the files of DIR on a free loopback port, with ETag and Range; prints the port. */
const directory = process.argv[2] ?? '.';

const server = createServer((request, response) => {
  const file = join(directory, (request.url ?? '/').replaceAll('..', ''));
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) {
    response.writeHead(404).end();
    return;
  }
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  response.writeHead(from > 0 ? 206 : 200, {
    'content-type': file.endsWith('.csv') ? 'text/csv' : 'application/json',
    'content-length': size - from,
    'accept-ranges': 'bytes',
    etag: `"${size}"`,
    ...(from > 0 ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : {}),
  });
  createReadStream(file, { start: from, highWaterMark: 1 << 20 }).pipe(response);
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
