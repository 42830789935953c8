import { openSource } from '../../../connectors/registry.ts';
import { systemClock } from '../../../core/foundation/clock.ts';

/**
 * Reads a good file, then a hostile one, as a worker does, and says by how much the second raised the memory of the process.
 * Arguments: type, URL of the good file, URL of the hostile one, whose fragment goes with it.
 */
async function read(type: string, url: string): Promise<void> {
  const source = await openSource(type, {
    input: { url },
    authentication: { type: 'basic', input: { username: 'shop', password: 'correct horse' } },
    limits: { maxRecords: 5_000, maxBytes: 2 * 1024 * 1024 },
    network: { allowPrivate: ['127.0.0.0/8'], trustedHosts: [] },
    vendorHosts: {},
    clock: systemClock,
    taskID: 'task-1',
    triggeredAt: new Date(),
  });
  for await (const batch of source.read(undefined, new AbortController().signal)) batch.release?.();
}

const [type = '', good = '', hostile = ''] = process.argv.slice(2);
await read(type, good);
const before = process.resourceUsage().maxRSS;
const error: unknown = await read(type, hostile).then(
  () => undefined,
  (thrown: unknown) => thrown,
);
const riseKiB = process.resourceUsage().maxRSS - before;
const { code, message } =
  error instanceof Error ? { code: '', ...error, message: error.message } : { code: 'none', message: '' };
process.stdout.write(JSON.stringify({ code, message, riseBytes: riseKiB * 1024 }));
process.exit(0);
