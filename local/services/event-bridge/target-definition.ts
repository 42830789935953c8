import * as z from 'zod';
import { retryPolicySchema } from '../delivery/retry-policy.ts';
import { parseJsonPath } from './json-path.ts';

const jsonPath = z.string().refine(isJsonPath, 'is not a JSON path');

/** A rule's target. Only functions and queues are targets on one machine. */
export const targetSchema = z
  .strictObject({
    Id: z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/),
    Arn: z.string().regex(/^arn:[^:]+:(lambda|sqs):/, 'only functions and queues are targets here'),
    RoleArn: z.string().optional(),
    Input: z.string().max(8192).optional(),
    InputPath: jsonPath.optional(),
    InputTransformer: z
      .strictObject({
        InputPathsMap: z.record(z.string(), jsonPath).default({}),
        InputTemplate: z.string().min(1).max(8192),
      })
      .optional(),
    SqsParameters: z.strictObject({ MessageGroupId: z.string().optional() }).optional(),
    RetryPolicy: retryPolicySchema.optional(),
    DeadLetterConfig: z.strictObject({ Arn: z.string().optional() }).optional(),
  })
  .refine(
    ({ Input, InputPath, InputTransformer }) =>
      [Input, InputPath, InputTransformer].filter((value) => value !== undefined).length <= 1,
    'only one of Input, InputPath and InputTransformer',
  );
export type TargetDefinition = z.output<typeof targetSchema>;

function isJsonPath(path: string): boolean {
  try {
    parseJsonPath(path);
    return true;
  } catch {
    return false;
  }
}
