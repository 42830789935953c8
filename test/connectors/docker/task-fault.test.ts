import type { Task } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { endOf, exitOf, faultOfRequest } from '../../../connectors/containers/fargate/task-fault.ts';

const IMAGE = 'docker.io/acme/tap:1';
const STOPPED = { lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited' as const };

function task(connector: object, more: Partial<Task> = {}): Task {
  return {
    lastStatus: 'RUNNING',
    containers: [{ name: 'prepare' }, { name: 'relay' }, { name: 'connector', ...connector }],
    ...more,
  };
}

test('a task whose connector runs, or has yet to start, has not ended', () => {
  expect(endOf(task({ lastStatus: 'RUNNING' }), IMAGE)).toBeUndefined();
  expect(endOf({ lastStatus: 'PROVISIONING' }, IMAGE)).toBeUndefined();
});

test('what a shell tells of a signal is that signal', () => {
  expect(exitOf(0)).toEqual({ code: 0, signal: null });
  expect(exitOf(3)).toEqual({ code: 3, signal: null });
  expect(exitOf(137)).toEqual({ code: null, signal: 'SIGKILL' });
});

// The reasons are in the words of https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
describe('a task that ended', () => {
  test.each([
    [
      'without its image, for a name that there is not',
      'CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref docker.io/acme/tap:1: not found',
      'docker.cannot_pull',
      'fatal',
    ],
    [
      'without its image, for what a registry allows to anybody',
      'CannotPullContainerError: toomanyrequests: You have reached your unauthenticated pull rate limit.',
      'docker.cannot_pull',
      'retryable',
    ],
    [
      'without a way out',
      'ResourceInitializationError: failed to validate logger args: signal: killed',
      'docker.cannot_start',
      'retryable',
    ],
  ])('%s', (_what, stoppedReason, code, disposition) => {
    const end = endOf(task({}, { ...STOPPED, stopCode: 'TaskFailedToStart', stoppedReason }), IMAGE);
    expect(end).toMatchObject({ code, disposition });
  });

  test('because its image has no shell, before its relay does', () => {
    const reason =
      'CannotStartContainerError: failed to create task for container: exec: "/bin/sh": stat /bin/sh: no such file or directory';
    expect(endOf(task({ lastStatus: 'STOPPED', reason }), IMAGE)).toMatchObject({
      code: 'docker.cannot_start',
      disposition: 'fatal',
      message: expect.stringContaining('Its image needs /bin/sh'),
    });
  });

  test('for want of memory says which setting gives it more', () => {
    const reason = 'OutOfMemoryError: Container killed due to memory usage';
    expect(endOf(task({ lastStatus: 'STOPPED', exitCode: 137, reason }), IMAGE)).toMatchObject({
      code: 'docker.out_of_memory',
      disposition: 'fatal',
      message: expect.stringContaining('connectorMemoryMB'),
    });
  });

  test('with its shell gone, and not by itself, has not succeeded whatever code it has', () => {
    expect(endOf(task({ lastStatus: 'STOPPED', exitCode: 0 }), IMAGE)).toEqual({
      code: null,
      signal: 'SIGKILL',
    });
    expect(endOf(task({ lastStatus: 'STOPPED', exitCode: 137 }), IMAGE)).toEqual({
      code: null,
      signal: 'SIGKILL',
    });
  });

  test('by somebody else, or by its relay, is tried again', () => {
    const byUser = task(
      { exitCode: 137 },
      { ...STOPPED, stopCode: 'UserInitiated', stoppedReason: 'By an operator' },
    );
    expect(endOf(byUser, IMAGE)).toMatchObject({
      disposition: 'retryable',
      message: expect.stringContaining('By an operator'),
    });
    const byRelay = { ...STOPPED, containers: [{ name: 'relay', exitCode: 10 }] };
    expect(endOf(byRelay, IMAGE)).toMatchObject({ code: 'docker.task_stopped', disposition: 'retryable' });
  });
});

test('what ECS refuses is fatal where somebody has to act, and shows nothing that is signed', () => {
  const refused = Object.assign(
    new Error('Not allowed at https://x/y?X-Amz-Signature=abc&X-Amz-Security-Token=def'),
    {
      name: 'AccessDeniedException',
    },
  );
  const fault = faultOfRequest(refused);
  expect(fault).toMatchObject({ code: 'docker.cannot_start', disposition: 'fatal' });
  expect(fault.message).not.toMatch(/abc|def/);
  const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  expect(faultOfRequest(throttled).disposition).toBe('retryable');
});
