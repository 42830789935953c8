import { constants } from 'node:os';
import type { Container, Task } from '@aws-sdk/client-ecs';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { ProgramExit } from '../container-runner.ts';
import { RELAY_EXITS } from './relay/protocol.ts';

/** What Docker Hub says to who fetched too much, and what networks say, passes; what is wrong with a name does not. */
const PASSES = /toomanyrequests|rate limit|timeout|timed out|connection reset|\bEOF\b|\b50\d\b|unavailable/iu;
const MAX_REASON_CHARACTERS = 300;

/** A shell's code for a program, as the system would have told it. */
export function exitOf(code: number): ProgramExit {
  const [signal] = Object.entries(constants.signals).find(([, number]) => number === code - 128) ?? [];
  return signal === undefined ? { code, signal: null } : { code: null, signal };
}

/** How the connector of a task ended, once ECS knows it; a fault where it never ran, or its task did not let it. */
export function endOf(task: Task, image: string): ProgramExit | SourceError | undefined {
  const connector = containerOf(task, 'connector');
  const isOver = task.lastStatus === 'STOPPED' || connector?.lastStatus === 'STOPPED';
  if (!isOver) return undefined;
  const reasons = [...(task.containers ?? []).map(({ reason }) => reason), task.stoppedReason];
  const reason = reasons.filter((each) => each !== undefined && each !== '').join('; ');
  return (
    faultOfStart(reason, image) ??
    faultOfMemory(connector) ??
    faultOfRelay(containerOf(task, 'relay')?.exitCode) ??
    (connector?.exitCode === undefined ||
    task.stopCode === 'UserInitiated' ||
    task.stopCode === 'SpotInterruption'
      ? fault('task_stopped', `The task of the connector was stopped: ${cut(reason)}`, 'retryable')
      : // The shell's own code: it was ended before it could tell that of the connector.
        exitOf(connector.exitCode === 0 ? 137 : connector.exitCode))
  );
}

function faultOfStart(reason: string, image: string): SourceError | undefined {
  if (/CannotPull|CannotPullImageManifest|pull image/iu.test(reason)) {
    return fault(
      'cannot_pull',
      `The image ${image} cannot be fetched by ECS: ${cut(reason)} Check its name and version; it has to be public, or in a ` +
        "repository millrace/… of this account's ECR, and the subnets need a way to its registry.",
      PASSES.test(reason) ? 'retryable' : 'fatal',
    );
  }
  if (/CannotStartContainer|CannotCreateContainer|exec format|executable file not found/iu.test(reason)) {
    return fault(
      'cannot_start',
      `The connector cannot be started: ${cut(reason)} Its image needs /bin/sh, and has to be for linux/amd64.`,
      'fatal',
    );
  }
  if (/ResourceInitializationError|Timeout waiting|EphemeralStorage/iu.test(reason)) {
    return fault('cannot_start', `The task of the connector did not come up: ${cut(reason)}`, 'retryable');
  }
  return undefined;
}

function faultOfMemory(connector: Container | undefined): SourceError | undefined {
  if (!/OutOfMemory/iu.test(connector?.reason ?? '')) return undefined;
  return fault(
    'out_of_memory',
    'The connector needed more memory than it has: raise connectorMemoryMB of the stage, or read fewer streams by one task.',
    'fatal',
  );
}

function faultOfRelay(exitCode: number | undefined): SourceError | undefined {
  switch (exitCode) {
    case RELAY_EXITS.wall:
      return fault('task_stopped', 'The task of the connector lasted for as long as any may.', 'retryable');
    case RELAY_EXITS.silence:
    case RELAY_EXITS.refused:
      return fault(
        'task_stopped',
        'The task of the connector could not send its output: it lost its worker, or S3 refused it.',
        'retryable',
      );
    default:
      return undefined;
  }
}

/** What ECS or S3 said to a request. */
export function faultOfRequest(error: unknown): SourceError {
  const name = error instanceof Error ? error.name : 'Error';
  const message = error instanceof Error ? error.message : '';
  // A setting, a right or a quota that is missing stays so until somebody acts; the rest may pass.
  const isFatal = /AccessDenied|ClusterNotFound|InvalidParameter|PlatformUnknown|Unsupported/u.test(name);
  return new SourceError(
    'docker.cannot_start',
    `ECS or S3 refused to run the connector (${name}): ${cut(message)}`,
    { disposition: isFatal ? 'fatal' : 'retryable', cause: error },
  );
}

export function fault(code: string, message: string, disposition: 'fatal' | 'retryable'): SourceError {
  return new SourceError(`docker.${code}`, message, { disposition });
}

function containerOf(task: Task, name: string): Container | undefined {
  return task.containers?.find((each) => each.name === name);
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/gu, ' ').trim();
  // What is signed in a URL is a key to what it names.
  const shown = line.replaceAll(/([?&]X-Amz-[\w-]+)=[^&\s]*/gu, '$1=…');
  return `${shown.slice(0, MAX_REASON_CHARACTERS)}${/[.!?]$/u.test(shown) ? '' : '.'}`;
}
