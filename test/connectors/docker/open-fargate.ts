import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECSClient } from '@aws-sdk/client-ecs';
import { CreateBucketCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  createFargateContainers,
  type FargatePace,
} from '../../../connectors/containers/fargate/fargate-containers.ts';
import type { FargateSettings } from '../../../connectors/containers/fargate/task-definition.ts';
import { buildBundles } from '../../../lib/bundles.ts';
import { startS3 } from '../../../local/services/s3/start-s3.ts';
import { startEcs } from '../../support/ecs-server.ts';
import { FAST } from './fast-pace.ts';
import type { Launcher } from '../../support/ecs-task.ts';
import { TEST_CREDENTIALS } from '../../support/table.ts';

export const RELAY_IMAGE = 'localhost/millrace-test-node:1';

/** The relay as one file, bundled as functions are. */
export async function bundleRelay(): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-relay-'));
  try {
    const lambdasDirectory = join(directory, 'lambdas');
    mkdirSync(join(lambdasDirectory, 'relay'), { recursive: true });
    const program = join(import.meta.dirname, '../../../lambdas/work-run/relay.program.ts');
    writeFileSync(join(lambdasDirectory, 'relay/index.ts'), '');
    writeFileSync(join(lambdasDirectory, 'relay/relay.program.ts'), `import ${JSON.stringify(program)};`);
    const { relay = '' } = await buildBundles({ lambdasDirectory, outDirectory: join(directory, 'out') });
    return readFileSync(join(relay, 'relay.program.mjs'), 'utf8');
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** ECS and S3 on this machine, and a runner over them. */
export async function openFargate(options: {
  program: string;
  launcher: Launcher;
  settings?: Partial<FargateSettings>;
  pace?: FargatePace;
}) {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-fargate-'));
  mkdirSync(join(directory, 'tasks'));
  const s3Service = await startS3({ dataDirectory: directory });
  const ecs = await startEcs({ directory: join(directory, 'tasks'), launcher: options.launcher });
  const s3 = new S3Client({
    ...TEST_CREDENTIALS,
    endpoint: s3Service.endpoint,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  const ecsClient = new ECSClient({ ...TEST_CREDENTIALS, endpoint: ecs.endpoint, maxAttempts: 1 });
  await s3.send(new CreateBucketCommand({ Bucket: 'connectors' }));
  const settings: FargateSettings = {
    prefix: 'millrace-test',
    region: 'us-east-1',
    cluster: 'connectors',
    subnets: ['subnet-1'],
    securityGroup: 'sg-1',
    assignPublicIP: true,
    executionRole: 'arn:aws:iam::000000000000:role/execution',
    logGroup: 'connectors',
    bucket: 'connectors',
    memoryMB: 3072,
    relayImage: RELAY_IMAGE,
    commands: {},
    ...options.settings,
  };
  return {
    ecs,
    settings,
    has: async (Key: string) =>
      s3.send(new HeadObjectCommand({ Bucket: 'connectors', Key })).then(
        () => true,
        () => false,
      ),
    endpoints: { ecs: ecs.endpoint, s3: s3Service.endpoint },
    runner: createFargateContainers({
      settings,
      ecs: ecsClient,
      s3,
      program: async () => options.program,
      pace: options.pace ?? FAST,
    }),
    close: async () => {
      await ecs.stop();
      s3.destroy();
      ecsClient.destroy();
      await s3Service.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Containers as processes: what they share is a directory, whose place is filled in where they name it. Image → its
 * environment.
 */
export function processLauncher(
  images: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Launcher {
  return ({ container, argv, mounts }) => {
    const environment = container.image === RELAY_IMAGE ? {} : images[container.image];
    if (environment === undefined) {
      return {
        reason: `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${container.image}: not found`,
      };
    }
    const place = (text: string) => {
      // Programs of tests may lie below /tmp themselves.
      const mount = mounts.find(
        ({ path }) => text === path || (path !== '/tmp' && text.startsWith(`${path}/`)),
      );
      return mount === undefined ? text : mount.host + text.slice(mount.path.length);
    };
    const [program = '', ...args] = argv.map(place);
    return {
      argv: [program === 'node' ? process.execPath : program, ...args],
      environment: { PATH: process.env['PATH'] ?? '', ...environment },
    };
  };
}
