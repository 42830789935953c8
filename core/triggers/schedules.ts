import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
  type GetScheduleCommandOutput,
} from '@aws-sdk/client-scheduler';
import { isDeepStrictEqual } from 'node:util';
import type { Environment } from '../foundation/environment.ts';

/** A hit that could not be sent for so long goes to the dead-letter queue, and its alarm goes off. */
const MAX_DELIVERY_AGE_SECONDS = 3600;
/** AWS's own maximum: the age decides. */
const MAX_DELIVERY_ATTEMPTS = 185;

/** One schedule of EventBridge Scheduler, as it should be. */
export interface WantedSchedule {
  /** In the application's group. */
  readonly name: string;
  readonly expression: string;
  readonly isEnabled: boolean;
  /** What is sent to the queue `starts` when it fires. */
  readonly input: string;
}

/** The schedules in EventBridge Scheduler. Everything can be done again. */
export interface Schedules {
  /** Makes it, or changes what differs; one that is right is left alone, so that it misses no instant. */
  put(wanted: WantedSchedule): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Where schedules live, what they send to, as whom, and where that ends which could not be sent. */
export type SchedulesEnvironment = Pick<
  Environment,
  'SCHEDULE_GROUP' | 'STARTS_QUEUE_ARN' | 'SCHEDULE_ROLE_ARN' | 'SCHEDULE_DEAD_LETTERS_ARN'
>;

/** The client is made on first use: few requests and sweeps need it. */
export function createSchedules(environment: SchedulesEnvironment): Schedules {
  const GroupName = environment.SCHEDULE_GROUP;
  let client: SchedulerClient | undefined;
  const scheduler = () => (client ??= new SchedulerClient({}));
  const get = (Name: string) => unlessGone(scheduler().send(new GetScheduleCommand({ GroupName, Name })));
  return {
    async put(wanted) {
      const settings = settingsOf(wanted, environment);
      const current = await get(wanted.name);
      if (current !== undefined && isDeepStrictEqual(settingsIn(current), settings)) return;
      const input = { ...settings, GroupName, Name: wanted.name };
      if (current === undefined) await scheduler().send(new CreateScheduleCommand(input));
      else await scheduler().send(new UpdateScheduleCommand(input));
    },
    async remove(Name) {
      await unlessGone(scheduler().send(new DeleteScheduleCommand({ GroupName, Name })));
    },
  };
}

function settingsOf({ expression, isEnabled, input }: WantedSchedule, environment: SchedulesEnvironment) {
  return {
    ScheduleExpression: expression,
    ScheduleExpressionTimezone: 'UTC',
    State: isEnabled ? ('ENABLED' as const) : ('DISABLED' as const),
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    Target: {
      Arn: environment.STARTS_QUEUE_ARN,
      RoleArn: environment.SCHEDULE_ROLE_ARN,
      Input: input,
      DeadLetterConfig: { Arn: environment.SCHEDULE_DEAD_LETTERS_ARN },
      RetryPolicy: {
        MaximumEventAgeInSeconds: MAX_DELIVERY_AGE_SECONDS,
        MaximumRetryAttempts: MAX_DELIVERY_ATTEMPTS,
      },
    },
  };
}

/** The same settings as Scheduler has them. */
function settingsIn(current: GetScheduleCommandOutput) {
  const { ScheduleExpression, ScheduleExpressionTimezone, State, FlexibleTimeWindow, Target } = current;
  return { ScheduleExpression, ScheduleExpressionTimezone, State, FlexibleTimeWindow, Target };
}

async function unlessGone<Answer>(answer: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}
