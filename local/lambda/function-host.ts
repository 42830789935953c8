import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { FunctionDefinition, Invoke } from './function-definition.ts';
import type { Endpoints } from './function-environment.ts';
import { openFunctionLog } from './function-log.ts';
import { FunctionPool } from './function-pool.ts';
import { FunctionProcess } from './function-process.ts';
import { startRuntimeApi } from './runtime-api.ts';

export interface FunctionHostOptions {
  readonly functions: readonly FunctionDefinition[];
  readonly region: string;
  readonly endpoints: Endpoints;
  /** For `logs/<label>.log` and compiled code. */
  readonly dataDirectory: string;
  /** Certificates that functions trust besides the usual ones. */
  readonly certificatesFile?: string | undefined;
  /** Processes that a function needs at least, where its event sources invoke it so many times at once. */
  readonly concurrency?: Readonly<Record<string, number>>;
}

export interface FunctionHost {
  readonly invoke: Invoke;
  /** Starts one process of a function ahead of its first invocation. */
  warm(functionName: string): Promise<void>;
  stop(graceMilliseconds: number): Promise<void>;
}

/** Runs the functions of the template, each from its deployed bundle in processes of its own. */
export async function startFunctionHost(options: FunctionHostOptions): Promise<FunctionHost> {
  const runtimeApi = await startRuntimeApi();
  const logs = new Map(
    options.functions.map(({ name, label }) => [
      name,
      openFunctionLog(join(options.dataDirectory, 'logs', `${label}.log`)),
    ]),
  );
  const pools = new Map(
    options.functions.map((definition) => [
      definition.name,
      new FunctionPool({
        functionName: definition.name,
        maxProcesses: maxProcesses(definition, options.concurrency?.[definition.name]),
        start: () =>
          new FunctionProcess({
            definition,
            runtimeApi,
            region: options.region,
            endpoints: options.endpoints,
            certificatesFile: options.certificatesFile,
            log: logs.get(definition.name) ?? { write: () => {}, close: () => {} },
            compileCacheDirectory: join(options.dataDirectory, 'compiled'),
          }),
      }),
    ]),
  );
  const poolOf = (functionName: string) => {
    const pool = pools.get(functionName);
    if (!pool) throw new Error(`Function not found: ${functionName}`);
    return pool;
  };
  return {
    invoke: async (functionName, payload, invokeOptions) =>
      poolOf(functionName).invoke(payload, invokeOptions),
    warm: async (functionName) => poolOf(functionName).warm(),
    async stop(graceMilliseconds) {
      await Promise.all([...pools.values()].map((pool) => pool.stop(graceMilliseconds)));
      await runtimeApi.stop();
      for (const log of logs.values()) log.close();
    },
  };
}

/** More processes than this only take the processor from each other. */
function maxProcesses(definition: FunctionDefinition, needed = 0): number {
  return definition.reservedConcurrency ?? Math.max(4, availableParallelism() * 2, needed);
}
