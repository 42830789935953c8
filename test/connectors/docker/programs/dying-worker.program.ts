/** A worker that has a connector run on Fargate which never ends to print: it says so once it began, and waits to be killed. */
import { ECSClient } from '@aws-sdk/client-ecs';
import { S3Client } from '@aws-sdk/client-s3';
import { createFargateContainers } from '../../../../connectors/containers/fargate/fargate-containers.ts';
import type { FargateSettings } from '../../../../connectors/containers/fargate/task-definition.ts';
import { FAST } from '../fast-pace.ts';
import { TEST_CREDENTIALS } from '../../../support/table.ts';

interface Options {
  readonly settings: FargateSettings;
  readonly endpoints: { readonly ecs: string; readonly s3: string };
  readonly program: string;
}

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
const { settings, endpoints, program } = JSON.parse(Buffer.concat(chunks).toString()) as Options;
const runner = createFargateContainers({
  settings: { ...settings, commands: { endless: [process.execPath, '-e'] } },
  ecs: new ECSClient({ ...TEST_CREDENTIALS, endpoint: endpoints.ecs }),
  s3: new S3Client({
    ...TEST_CREDENTIALS,
    endpoint: endpoints.s3,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  }),
  program: async () => program,
  pace: FAST,
});
const running = await runner.start(
  {
    image: 'docker.io/library/tap-test:latest',
    name: 'endless',
    files: {},
    args: () => ['const more = () => process.stdout.write("x".repeat(1e5), more); more()'],
  },
  new AbortController().signal,
);
running.stdout.once('readable', () => process.stdout.write('running\n'));
await running.exited;
