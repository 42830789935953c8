import { LOCAL_CREDENTIALS } from '../template/aws-clients.ts';
import type { FunctionDefinition } from './function-definition.ts';

/** Where a function's SDK clients find the embedded services: `AWS_ENDPOINT_URL_<SERVICE>` without its prefix. */
export type Endpoints = Readonly<Record<string, string>>;

/**
 * The whole environment of a function process: what Lambda sets, what the template sets, where the embedded services
 * are, whom the operator trusts, and nothing else of the environment that the runtime itself was started in.
 */
export function functionEnvironment(
  definition: FunctionDefinition,
  options: {
    readonly runtimeApi: string;
    readonly region: string;
    readonly endpoints: Endpoints;
    readonly certificatesFile?: string | undefined;
  },
): Record<string, string> {
  return {
    ...definition.environment,
    ...Object.fromEntries(
      Object.entries(options.endpoints).map(([service, url]) => [`AWS_ENDPOINT_URL_${service}`, url]),
    ),
    AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    AWS_REGION: options.region,
    AWS_DEFAULT_REGION: options.region,
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMegabytes),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${definition.name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    AWS_LAMBDA_RUNTIME_API: options.runtimeApi,
    LAMBDA_TASK_ROOT: definition.bundleDirectory,
    _HANDLER: definition.handler,
    ...(options.certificatesFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: options.certificatesFile }),
    LANG: 'en_US.UTF-8',
    TZ: 'UTC',
  };
}
