import * as z from 'zod';
import { retryPolicySchema } from '../delivery/retry-policy.ts';

const epochSeconds = z.number().nonnegative();

/** Targets that the one machine has: a function (invoked) or a queue (sent to). */
const targetSchema = z.strictObject({
  Arn: z.string().regex(/^arn:[^:]+:(lambda|sqs):/, 'only functions and queues are targets here'),
  RoleArn: z.string().startsWith('arn:'),
  Input: z.string().min(1).max(262_144).optional(),
  RetryPolicy: retryPolicySchema.default(retryPolicySchema.parse({})),
  DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
  SqsParameters: z.strictObject({ MessageGroupId: z.string().optional() }).optional(),
});

const flexibleWindowSchema = z
  .strictObject({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: z.int().min(1).max(1440).optional(),
  })
  .refine((window) => (window.Mode === 'FLEXIBLE') === (window.MaximumWindowInMinutes !== undefined), {
    message: 'MaximumWindowInMinutes goes with the mode FLEXIBLE, and only with it',
  });

/** The names of groups and schedules. */
export const scheduleName = z.string().regex(/^[0-9a-zA-Z-_.]{1,64}$/);

/** What CreateSchedule and UpdateSchedule say; an update replaces all of it. */
export const definitionFields = {
  ScheduleExpression: z.string().min(1).max(256),
  ScheduleExpressionTimezone: z.string().min(1).max(50).default('UTC'),
  StartDate: epochSeconds.optional(),
  EndDate: epochSeconds.optional(),
  Description: z.string().max(512).optional(),
  KmsKeyArn: z.string().optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  FlexibleTimeWindow: flexibleWindowSchema,
  Target: targetSchema,
};
export const definitionSchema = z.object(definitionFields);
export type ScheduleDefinition = z.output<typeof definitionSchema>;
