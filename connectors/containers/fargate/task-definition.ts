import { createHash } from 'node:crypto';
import type { ContainerDefinition, RegisterTaskDefinitionCommandInput } from '@aws-sdk/client-ecs';

/** What a stage has to run connectors with. */
export interface FargateSettings {
  /** Prefix of what it makes: `millrace-<stage>`. */
  readonly prefix: string;
  readonly region: string;
  readonly cluster: string;
  readonly subnets: readonly string[];
  readonly securityGroup: string;
  /** Where the subnets have no other way out. */
  readonly assignPublicIP: boolean;
  readonly executionRole: string;
  readonly logGroup: string;
  /** The bucket through which files and output go. */
  readonly bucket: string;
  /** Of a whole task, of which the containers beside the connector take 512. */
  readonly memoryMB: number;
  /** An image with Node 24 and `mkfifo`. */
  readonly relayImage: string;
  /** Image → command, for images whose command cannot be known. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
}

export type TaskDefinition = RegisterTaskDefinitionCommandInput & {
  readonly containerDefinitions: ContainerDefinition[];
};

/** Where a connector finds its files, as everywhere. */
export const FILES = '/millrace';
const OUTPUT = '/millrace-output';
const SCRATCH = '/tmp';
const PREPARE_MEMORY_MB = 128;
const RELAY_MEMORY_MB = 384;
const STOP_SECONDS = 2;
const ONCE_READY = [{ containerName: 'prepare', condition: 'SUCCESS' as const }];
/** Memory up to which a task has so many units of a CPU, as Fargate combines them. */
const CPU_UNITS = [
  [4_096, 512],
  [8_192, 1_024],
  [16_384, 2_048],
  [30_720, 4_096],
] as const;

/**
 * The connector: $0 is where its output goes, the rest its arguments. The shell of whatever image has to understand it. The
 * command is its own, or Airbyte's, whose words are split as Airbyte itself does it.
 */
const RUN = (command: string) =>
  `set -f; ( ${command} ) >"$0/output" 2>"$0/said" </dev/null; echo $? >"$0/code"`;
const RUN_OWN = RUN('exec "$@"');
const RUN_AIRBYTE = RUN(
  'if [ -z "$AIRBYTE_ENTRYPOINT" ]; then ' +
    'echo "The image does not say its command in AIRBYTE_ENTRYPOINT: name it in the setting connectorCommands of the stage." >&2; ' +
    'exit 127; fi; exec $AIRBYTE_ENTRYPOINT "$@"',
);

/**
 * A task for an image: `prepare` fetches the files, then the connector runs beside `relay`, which takes its output away and ends
 * the task. None of them has a role or can write outside of what they share. Its family says all that is in it, so what is
 * registered once need not be again.
 */
export function taskDefinitionOf(options: TaskDefinitionOptions): TaskDefinition {
  const { memoryMB, executionRole, prefix } = options.settings;
  const definition = {
    networkMode: 'awsvpc' as const,
    requiresCompatibilities: ['FARGATE' as const],
    runtimePlatform: { cpuArchitecture: 'X86_64' as const, operatingSystemFamily: 'LINUX' as const },
    executionRoleArn: executionRole,
    memory: String(memoryMB),
    cpu: String(CPU_UNITS.find(([upTo]) => memoryMB <= upTo)?.[1] ?? 4_096),
    volumes: [{ name: 'files' }, { name: 'output' }, { name: 'scratch' }],
    containerDefinitions: [...besideContainers(options), connectorContainer(options)],
  };
  const hash = createHash('sha256').update(JSON.stringify(definition)).digest('hex').slice(0, 32);
  return { ...definition, family: `${prefix}-connector-${hash}` };
}

interface TaskDefinitionOptions {
  readonly settings: FargateSettings;
  readonly image: string;
  /** Absent where the image says it itself. */
  readonly command: readonly string[] | undefined;
  /** The text of the relay. */
  readonly program: string;
}

function besideContainers({ settings, program }: TaskDefinitionOptions): ContainerDefinition[] {
  const both = {
    ...containerDefaults(settings),
    image: settings.relayImage,
    user: '0',
    entryPoint: ['node', '--input-type=module', '--eval', program, FILES, OUTPUT, SCRATCH],
  };
  return [
    {
      ...both,
      name: 'prepare',
      essential: false,
      memory: PREPARE_MEMORY_MB,
      mountPoints: [mount('files', FILES), mount('output', OUTPUT), mount('scratch', SCRATCH)],
    },
    {
      ...both,
      name: 'relay',
      // With it, the task ends.
      essential: true,
      memory: RELAY_MEMORY_MB,
      mountPoints: [{ ...mount('output', OUTPUT), readOnly: true }],
      dependsOn: ONCE_READY,
    },
  ];
}

function connectorContainer({ settings, image, command }: TaskDefinitionOptions): ContainerDefinition {
  return {
    ...containerDefaults(settings),
    name: 'connector',
    image,
    // When it ends, the relay has yet to tell how.
    essential: false,
    memory: settings.memoryMB - PREPARE_MEMORY_MB - RELAY_MEMORY_MB,
    entryPoint: ['/bin/sh', '-c', command === undefined ? RUN_AIRBYTE : RUN_OWN, OUTPUT, ...(command ?? [])],
    mountPoints: [
      { ...mount('files', FILES), readOnly: true },
      mount('output', OUTPUT),
      mount('scratch', SCRATCH),
    ],
    dependsOn: ONCE_READY,
  };
}

function containerDefaults({ logGroup, region }: FargateSettings) {
  return {
    readonlyRootFilesystem: true,
    linuxParameters: { capabilities: { drop: ['ALL'] } },
    stopTimeout: STOP_SECONDS,
    logConfiguration: {
      logDriver: 'awslogs' as const,
      options: {
        'awslogs-group': logGroup,
        'awslogs-region': region,
        'awslogs-stream-prefix': 'connector',
        // A log must not hold up a run.
        mode: 'non-blocking',
        'max-buffer-size': '4m',
      },
    },
  };
}

function mount(sourceVolume: string, containerPath: string) {
  return { sourceVolume, containerPath };
}
