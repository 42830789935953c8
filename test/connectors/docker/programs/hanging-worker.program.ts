/** A worker that has a tap run which never ends: it says so once it began, and waits to be killed. */
import { createLocalContainers } from '../../../../connectors/containers/local-containers.ts';

const [image = '', settings = ''] = process.argv.slice(2);
const runner = createLocalContainers(JSON.parse(settings) as Parameters<typeof createLocalContainers>[0]);
const program = await runner.start(
  {
    image,
    name: image,
    files: { 'config.json': '{"hang":true}' },
    args: (place) => ['--config', `${place}/config.json`],
  },
  new AbortController().signal,
);
program.stdout.once('data', () => process.stdout.write('running\n'));
program.stderr.pipe(process.stderr);
await program.exited;
