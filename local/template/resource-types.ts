import type { ResourceType } from './resource-type.ts';
import { httpApi } from './resources/apigatewayv2-api.ts';
import { httpIntegration } from './resources/apigatewayv2-integration.ts';
import { httpRoute } from './resources/apigatewayv2-route.ts';
import { httpStage } from './resources/apigatewayv2-stage.ts';
import { alarm } from './resources/cloudwatch-alarm.ts';
import { globalTable } from './resources/dynamodb-global-table.ts';
import { eventBus } from './resources/events-event-bus.ts';
import { eventRule } from './resources/events-rule.ts';
import { rolePolicy } from './resources/iam-policy.ts';
import { role } from './resources/iam-role.ts';
import { key } from './resources/kms-key.ts';
import { eventInvokeConfig } from './resources/lambda-event-invoke-config.ts';
import { eventSourceMapping } from './resources/lambda-event-source-mapping.ts';
import { lambdaFunction } from './resources/lambda-function.ts';
import { permission } from './resources/lambda-permission.ts';
import { logGroup } from './resources/logs-log-group.ts';
import { schedule } from './resources/scheduler-schedule.ts';
import { scheduleGroup } from './resources/scheduler-schedule-group.ts';
import { secret } from './resources/secrets-manager-secret.ts';
import { bucket, bucketPolicy } from './resources/s3-bucket.ts';
import { queue } from './resources/sqs-queue.ts';
import { queuePolicy } from './resources/sqs-queue-policy.ts';

const KNOWN: readonly ResourceType[] = [
  alarm,
  bucket,
  bucketPolicy,
  eventBus,
  eventInvokeConfig,
  eventRule,
  eventSourceMapping,
  globalTable,
  httpApi,
  httpIntegration,
  httpRoute,
  httpStage,
  key,
  lambdaFunction,
  logGroup,
  permission,
  queue,
  queuePolicy,
  role,
  rolePolicy,
  schedule,
  scheduleGroup,
  secret,
];

/** Every resource type that a template may hold; a template with another one does not start. */
export const RESOURCE_TYPES: ReadonlyMap<string, ResourceType> = new Map(
  KNOWN.map((resourceType) => [resourceType.type, resourceType]),
);
