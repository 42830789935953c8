import { createServer } from 'node:http';

/** What any receiver costs at least: reads a delivery's body and answers. In a process of its own, as the service is. */
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => response.writeHead(202).end());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/\n`);
});
