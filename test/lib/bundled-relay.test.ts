import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildBundles } from '../../lib/bundles.ts';
import { openFargate, processLauncher } from '../connectors/docker/open-fargate.ts';

const WORK_RUN = join(import.meta.dirname, '../../lambdas/work-run');
const IMAGE = 'docker.io/acme/greeter:1';

let directory: string;
let fargate: Awaited<ReturnType<typeof openFargate>>;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-bundled-relay-'));
  fargate = await openFargate({
    program: '',
    launcher: processLauncher({ [IMAGE]: { AIRBYTE_ENTRYPOINT: '/bin/echo Hello' } }),
  });
});
afterAll(async () => {
  await fargate.close();
  rmSync(directory, { recursive: true });
});

test('a bundle runs a connector by the program that lies beside it, with the clients and settings of its environment', async () => {
  const lambdasDirectory = join(directory, 'lambdas');
  mkdirSync(join(lambdasDirectory, 'runner'), { recursive: true });
  const entry = (path: string) => JSON.stringify(join(WORK_RUN, path));
  writeFileSync(
    join(lambdasDirectory, 'runner/index.ts'),
    `export { openContainers } from ${entry('open-containers.ts')};\n`,
  );
  writeFileSync(join(lambdasDirectory, 'runner/relay.program.ts'), `import ${entry('relay.program.ts')};\n`);
  const { runner = '' } = await buildBundles({ lambdasDirectory, outDirectory: join(directory, 'out') });

  const program = `
    const { openContainers } = await import(${JSON.stringify(pathToFileURL(join(runner, 'index.mjs')).href)});
    const runner = openContainers({ LOCAL_CONTAINERS: '', CONTAINER_TASKS: ${JSON.stringify(JSON.stringify(fargate.settings))} });
    const request = { image: ${JSON.stringify(IMAGE)}, name: 'greeter', files: {}, args: (place) => ['from', place] };
    const running = await runner.forRun('run-1').start(request, new AbortController().signal);
    for await (const chunk of running.stdout) process.stdout.write(chunk);
    const { code } = await running.exited;
    await running.stop();
    process.exit(code);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    env: {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_SESSION_TOKEN: 'x'.repeat(1_200),
      AWS_ENDPOINT_URL_ECS: fargate.endpoints.ecs,
      AWS_ENDPOINT_URL_S3: fargate.endpoints.s3,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString();
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(printed).toMatch(/^Hello from \/\S+\/files\n$/);
  // What ECS holds a definition to, with room for the command and the image.
  expect(JSON.stringify(fargate.ecs.definitions[0]).length).toBeLessThan(32 * 1024);
}, 60_000);

test('a function that is told of neither runs none', async () => {
  const { openContainers } = await import('../../lambdas/work-run/open-containers.ts');
  expect(openContainers({ LOCAL_CONTAINERS: '', CONTAINER_TASKS: '' })).toBeUndefined();
});
