import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { operation, type Operation } from '../protocol/operation.ts';
import { parseScheduleExpression } from '../schedule/schedule-expression.ts';
import { compileEventPattern } from './event-pattern.ts';
import { arnOfRule, DEFAULT_BUS, type RuleStore, type StoredRule } from './rule-store.ts';
import { targetSchema } from './target-definition.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAX_TARGETS = 5;

const name = z.string().regex(/^[.\-_A-Za-z0-9]{1,64}$/);
const busName = z.string().default(DEFAULT_BUS);
const ruleKey = z.strictObject({ Name: name, EventBusName: busName });

const putSchema = z.strictObject({
  Name: name,
  EventBusName: busName,
  EventPattern: z.string().max(4096).optional(),
  ScheduleExpression: z.string().max(256).optional(),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  Description: z.string().max(512).optional(),
  RoleArn: z.string().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
});
const putTargetsSchema = z.strictObject({
  Rule: name,
  EventBusName: busName,
  Targets: z.array(targetSchema).min(1),
});
const removeTargetsSchema = z.strictObject({
  Rule: name,
  EventBusName: busName,
  Ids: z.array(z.string()).min(1),
  Force: z.boolean().optional(),
});

/** The operations on rules; `changed` is called after each change. All lists are one page: a bus has at most 300 rules. */
export function createRuleOperations(store: RuleStore, changed: () => void): Record<string, Operation> {
  return {
    PutRule: operation(putSchema, (input, { region }) => {
      const rule = describeNew(input, store.findBus(input.EventBusName).name, region);
      store.putRule(rule);
      changed();
      return { RuleArn: arnOfRule(rule) };
    }),
    DescribeRule: operation(ruleKey, (input) => describe(findRule(store, input.EventBusName, input.Name))),
    ListRules: operation(
      z.strictObject({ EventBusName: busName, NamePrefix: z.string().default('') }),
      ({ EventBusName, NamePrefix }) => {
        const rules = store.listRules(store.findBus(EventBusName).name);
        return { Rules: rules.filter((rule) => rule.name.startsWith(NamePrefix)).map(describe) };
      },
    ),
    DeleteRule: operation(ruleKey.extend({ Force: z.boolean().optional() }), ({ EventBusName, Name }) => {
      const bus = store.findBus(EventBusName).name;
      const rule = store.listRules(bus).find((each) => each.name === Name);
      // Deleting what is not there succeeds at AWS too.
      if (rule && store.listTargets(rule).length > 0) {
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      }
      store.removeRule(bus, Name);
      changed();
      return {};
    }),
  };
}

export function createTargetOperations(store: RuleStore): Record<string, Operation> {
  return {
    PutTargets: operation(putTargetsSchema, ({ EventBusName, Rule, Targets }) => {
      const rule = findRule(store, EventBusName, Rule);
      const ids = new Set([...store.listTargets(rule), ...Targets].map(({ Id }) => Id));
      if (ids.size > MAX_TARGETS) {
        throw new AwsError(
          'LimitExceededException',
          `The rule ${Rule} would have more than ${MAX_TARGETS} targets.`,
        );
      }
      store.putTargets(rule, Targets);
      return { FailedEntryCount: 0, FailedEntries: [] };
    }),
    RemoveTargets: operation(removeTargetsSchema, ({ EventBusName, Rule, Ids }) => {
      const rule = findRule(store, EventBusName, Rule);
      const missing = Ids.filter((id) => !store.removeTarget(rule, id));
      const failed = missing.map((TargetId) => ({
        TargetId,
        ErrorCode: 'ResourceNotFoundException',
        ErrorMessage: `Rule ${Rule} has no target ${TargetId}.`,
      }));
      return { FailedEntryCount: failed.length, FailedEntries: failed };
    }),
    ListTargetsByRule: operation(
      z.strictObject({ Rule: name, EventBusName: busName }),
      ({ EventBusName, Rule }) => ({
        Targets: store.listTargets(findRule(store, EventBusName, Rule)),
      }),
    ),
  };
}

function findRule(store: RuleStore, bus: string, rule: string): StoredRule {
  return store.findRule(store.findBus(bus).name, rule);
}

function describeNew(input: z.output<typeof putSchema>, bus: string, region: string): StoredRule {
  const { EventPattern: pattern, ScheduleExpression: expression } = input;
  if (pattern === undefined && expression === undefined) {
    throw new AwsError(
      'ValidationException',
      'Parameter(s) EventPattern or ScheduleExpression must be specified.',
    );
  }
  if (expression !== undefined && (bus !== DEFAULT_BUS || expression.startsWith('at('))) {
    throw new AwsError(
      'ValidationException',
      'ScheduleExpression is a rate or cron, on the default event bus only.',
    );
  }
  if (pattern !== undefined) compileEventPattern(pattern);
  const now = Date.now();
  const schedule = expression === undefined ? undefined : parseScheduleExpression(expression);
  return {
    bus_name: bus,
    name: input.Name,
    region,
    pattern: pattern ?? null,
    schedule: expression ?? null,
    state: input.State,
    description: input.Description ?? null,
    role_arn: input.RoleArn ?? null,
    anchored_at: now,
    // Unlike a schedule of EventBridge Scheduler, a rule's rate fires first after one interval.
    next_at: input.State === 'ENABLED' ? (schedule?.nextAfter(now, now) ?? null) : null,
  };
}

function describe(rule: StoredRule): object {
  return {
    Name: rule.name,
    Arn: arnOfRule(rule),
    EventPattern: rule.pattern ?? undefined,
    ScheduleExpression: rule.schedule ?? undefined,
    State: rule.state,
    Description: rule.description ?? undefined,
    RoleArn: rule.role_arn ?? undefined,
    EventBusName: rule.bus_name,
  };
}
