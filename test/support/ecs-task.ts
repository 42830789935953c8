import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerOfTask, RunTaskInput, TaskDefinition } from './ecs-schemas.ts';

interface ContainerLaunch {
  /** Of the container, unique on this machine. */
  readonly name: string;
  readonly container: ContainerOfTask;
  /** Its entry point and its command together. */
  readonly argv: readonly string[];
  readonly mounts: readonly { readonly host: string; readonly path: string; readonly readOnly: boolean }[];
}

/** How a container is started and ended here; or the reason why it cannot be. */
export type Launcher = (launch: ContainerLaunch) => Launched | { readonly reason: string };

interface Launched {
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly kill?: () => void;
}

type Status = 'PENDING' | 'RUNNING' | 'STOPPED';

interface ContainerState {
  readonly name: string;
  lastStatus: Status;
  exitCode?: number;
  reason?: string;
  child?: ChildProcess;
  kill?: (() => void) | undefined;
}

interface RunningTaskOptions {
  readonly id: string;
  readonly definition: TaskDefinition;
  readonly input: RunTaskInput;
  readonly directory: string;
  readonly launcher: Launcher;
}

/** A task, which runs from when it is made. */
export class RunningTask {
  readonly arn: string;
  readonly startedBy: string | undefined;
  readonly input: RunTaskInput;
  readonly ended: Promise<void>;
  /** What its containers printed: what the log would have. */
  log = '';
  isWanted = true;
  #lastStatus: Status = 'PENDING';
  #stopCode: string | undefined;
  #stoppedReason: string | undefined;
  readonly #containers: ContainerState[];
  readonly #options: RunningTaskOptions;

  constructor(options: RunningTaskOptions) {
    this.#options = options;
    this.input = options.input;
    this.startedBy = options.input.startedBy;
    this.arn = `arn:aws:ecs:us-east-1:000000000000:task/${options.input.cluster}/${options.id}`;
    this.#containers = options.definition.containerDefinitions.map(({ name }) => ({
      name,
      lastStatus: 'PENDING',
    }));
    for (const { name } of options.definition.volumes) mkdirSync(join(options.directory, name));
    this.ended = this.#run();
  }

  get isRunning(): boolean {
    return this.#lastStatus !== 'STOPPED';
  }

  /** The processes of its containers that run. */
  get processIDs(): number[] {
    return this.#containers.flatMap(({ lastStatus, child }) =>
      lastStatus === 'RUNNING' ? (child?.pid ?? []) : [],
    );
  }

  describe() {
    return {
      taskArn: this.arn,
      lastStatus: this.#lastStatus,
      stopCode: this.#stopCode,
      stoppedReason: this.#stoppedReason,
      containers: this.#containers.map(({ name, lastStatus, exitCode, reason }) => ({
        name,
        lastStatus,
        exitCode,
        reason,
      })),
    };
  }

  stop(code: string, reason: string): void {
    if (!this.isWanted) return;
    this.isWanted = false;
    this.#stopCode = code;
    this.#stoppedReason = reason;
    for (const { child, kill, lastStatus } of this.#containers) {
      if (lastStatus !== 'RUNNING') continue;
      kill?.();
      killGroup(child?.pid);
    }
  }

  async #run(): Promise<void> {
    // As on AWS, what was asked for is there a moment later.
    await new Promise((resolve) => setImmediate(resolve));
    const running: Promise<void>[] = [];
    for (const container of this.#options.definition.containerDefinitions) {
      running.push(this.#runContainer(container, running));
    }
    this.#lastStatus = 'RUNNING';
    await Promise.all(running);
    this.isWanted = false;
    this.#lastStatus = 'STOPPED';
    this.#stopCode ??= 'EssentialContainerExited';
    this.#stoppedReason ??= 'Essential container in task exited';
  }

  async #runContainer(container: ContainerOfTask, others: readonly Promise<void>[]): Promise<void> {
    const state = this.#stateOf(container.name);
    for (const { containerName, condition } of container.dependsOn) {
      const index = this.#options.definition.containerDefinitions.findIndex(
        ({ name }) => name === containerName,
      );
      await others[index];
      if (condition !== 'SUCCESS' || this.#stateOf(containerName).exitCode === 0) continue;
      this.stop('TaskFailedToStart', `A dependency of the container ${container.name} failed`);
    }
    if (this.isWanted) await this.#launch(container, state);
    state.lastStatus = 'STOPPED';
    if (container.essential) this.stop('EssentialContainerExited', 'Essential container in task exited');
  }

  async #launch(container: ContainerOfTask, state: ContainerState): Promise<void> {
    const { input, directory, launcher, id } = this.#options;
    const { command = [] } =
      input.overrides.containerOverrides.find(({ name }) => name === container.name) ?? {};
    const launched = launcher({
      name: `${container.name}-${id}`,
      container,
      argv: [...container.entryPoint, ...command],
      mounts: container.mountPoints.map(({ sourceVolume, containerPath, readOnly }) => ({
        host: join(directory, sourceVolume),
        path: containerPath,
        readOnly,
      })),
    });
    if ('reason' in launched) {
      state.reason = launched.reason;
      if (launched.reason.startsWith('CannotPull')) this.stop('TaskFailedToStart', launched.reason);
      return;
    }
    const [program = '', ...args] = launched.argv;
    const child = spawn(program, args, {
      env: { ...launched.environment },
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    Object.assign(state, { child, kill: launched.kill, lastStatus: 'RUNNING' });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    }
    state.exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 137));
    });
    // With its first process ends all that is in a container.
    killGroup(child.pid);
  }

  #stateOf(name: string): ContainerState {
    const state = this.#containers.find((each) => each.name === name);
    if (state === undefined) throw new Error(`There is no container ${name}`);
    return state;
  }
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}
