import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { operation } from '../protocol/operation.ts';
import type { Route } from '../protocol/rest-protocol.ts';
import { firstFiring } from './next-firing.ts';
import {
  definitionFields,
  definitionSchema,
  scheduleName,
  type ScheduleDefinition,
} from './schedule-definition.ts';
import {
  arnOfGroup,
  arnOfSchedule,
  type GroupStore,
  type ScheduleChange,
  type ScheduleStore,
  type StoredSchedule,
} from './schedule-store.ts';

const DEFAULT_GROUP = 'default';
const clientToken = z.string().min(1).max(64).optional();

const putSchema = z.strictObject({
  Name: scheduleName,
  GroupName: scheduleName.default(DEFAULT_GROUP),
  ClientToken: clientToken,
  ...definitionFields,
});
const oneSchema = z.strictObject({
  Name: scheduleName,
  groupName: scheduleName.default(DEFAULT_GROUP),
  clientToken,
});
const listSchema = z.strictObject({
  ScheduleGroup: scheduleName.optional(),
  NamePrefix: scheduleName.optional(),
  State: z.enum(['ENABLED', 'DISABLED']).optional(),
  MaxResults: z.coerce.number().int().min(1).max(100).default(100),
  NextToken: z.string().optional(),
});
const createGroupSchema = z.strictObject({
  Name: scheduleName,
  ClientToken: clientToken,
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).default([]),
});

export interface ScheduleOperationsOptions {
  readonly groups: GroupStore;
  readonly store: ScheduleStore;
  /** Called after each change that may move the next instant. */
  readonly changed: () => void;
}

export function createScheduleRoutes({ groups, store, changed }: ScheduleOperationsOptions): Route[] {
  const create = operation(putSchema, (input) => {
    groups.findGroup(input.GroupName);
    const definition = definitionSchema.parse(input);
    const existing = store.get(input.GroupName, input.Name);
    if (existing) return repeatOrRefuse(existing, definition);
    store.insert(planChange(input, definition));
    changed();
    return { ScheduleArn: arnOfSchedule(store.find(input.GroupName, input.Name)) };
  });
  const update = operation(putSchema, (input) => {
    const schedule = store.find(input.GroupName, input.Name);
    store.replace(planChange(input, definitionSchema.parse(input)));
    changed();
    return { ScheduleArn: arnOfSchedule(schedule) };
  });
  const remove = operation(oneSchema, ({ groupName, Name }) => {
    store.find(groupName, Name);
    store.remove(groupName, Name);
    changed();
    return {};
  });
  const get = operation(oneSchema, ({ groupName, Name }) => describe(store.find(groupName, Name)));
  return [
    { method: 'POST', path: '/schedules/{Name}', operation: create },
    { method: 'PUT', path: '/schedules/{Name}', operation: update },
    { method: 'GET', path: '/schedules/{Name}', operation: get },
    { method: 'DELETE', path: '/schedules/{Name}', operation: remove },
    { method: 'GET', path: '/schedules', operation: operation(listSchema, (input) => list(store, input)) },
  ];
}

export function createGroupRoutes(groups: GroupStore): Route[] {
  return [
    {
      method: 'POST',
      path: '/schedule-groups/{Name}',
      operation: operation(createGroupSchema, ({ Name, Tags }, { region }) => ({
        ScheduleGroupArn: arnOfGroup(groups.createGroup(Name, region, JSON.stringify(Tags))),
      })),
    },
    {
      method: 'GET',
      path: '/schedule-groups/{Name}',
      operation: operation(z.strictObject({ Name: scheduleName }), ({ Name }) => {
        const group = groups.findGroup(Name);
        const date = group.created_at / 1000;
        return {
          Arn: arnOfGroup(group),
          Name,
          State: 'ACTIVE',
          CreationDate: date,
          LastModificationDate: date,
        };
      }),
    },
  ];
}

/** The same create again, as an SDK retries it when the first answer was lost, is not a conflict. */
function repeatOrRefuse(existing: StoredSchedule, definition: ScheduleDefinition): object {
  if (JSON.stringify(existing.definition) === JSON.stringify(definition)) {
    return { ScheduleArn: arnOfSchedule(existing) };
  }
  throw new AwsError('ConflictException', `Schedule ${existing.name} already exists.`, 409);
}

/** The expression is checked even when the schedule is disabled. */
function planChange(
  input: { GroupName: string; Name: string },
  definition: ScheduleDefinition,
): ScheduleChange {
  const at = Date.now();
  const first = firstFiring(definition, at);
  const firing = definition.State === 'ENABLED' ? first : undefined;
  return { group: input.GroupName, name: input.Name, definition, at, firing };
}

function list(store: ScheduleStore, input: z.output<typeof listSchema>): object {
  const found = store.list({
    group: input.ScheduleGroup,
    prefix: input.NamePrefix,
    state: input.State,
    after: input.NextToken,
    limit: input.MaxResults + 1,
  });
  const page = found.slice(0, input.MaxResults);
  const last = found.length > page.length ? page.at(-1) : undefined;
  return {
    Schedules: page.map((schedule) => ({
      Arn: arnOfSchedule(schedule),
      Name: schedule.name,
      GroupName: schedule.group_name,
      State: schedule.state,
      CreationDate: schedule.created_at / 1000,
      LastModificationDate: schedule.modified_at / 1000,
      Target: { Arn: schedule.definition.Target.Arn },
    })),
    NextToken: last && `${last.group_name}/${last.name}`,
  };
}

function describe(schedule: StoredSchedule): object {
  return {
    Arn: arnOfSchedule(schedule),
    Name: schedule.name,
    GroupName: schedule.group_name,
    CreationDate: schedule.created_at / 1000,
    LastModificationDate: schedule.modified_at / 1000,
    ...schedule.definition,
  };
}
