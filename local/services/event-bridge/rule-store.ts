import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { LOCAL_ACCOUNT_ID } from '../protocol/call.ts';
import { inTransaction } from '../storage/open-database.ts';
import { targetSchema, type TargetDefinition } from './target-definition.ts';

const busSchema = z.object({
  name: z.string(),
  region: z.string(),
  description: z.string().nullable(),
  kms_key: z.string().nullable(),
  dead_letter_arn: z.string().nullable(),
  created_at: z.number(),
});
export type StoredBus = z.infer<typeof busSchema>;

const ruleSchema = z.object({
  bus_name: z.string(),
  name: z.string(),
  region: z.string(),
  pattern: z.string().nullable(),
  schedule: z.string().nullable(),
  state: z.string(),
  description: z.string().nullable(),
  role_arn: z.string().nullable(),
  anchored_at: z.number(),
  next_at: z.number().nullable(),
});
export type StoredRule = z.infer<typeof ruleSchema>;

const targetRowSchema = z.object({
  definition: z.string().transform((text) => targetSchema.parse(JSON.parse(text))),
});

export const DEFAULT_BUS = 'default';

/** Buses, rules and targets. A bus is named by its name or its ARN. */
export interface RuleStore {
  insertBus(bus: StoredBus): void;
  findBus(name: string): StoredBus;
  removeBus(name: string): void;
  listBuses(): StoredBus[];
  putRule(rule: StoredRule): void;
  findRule(bus: string, name: string): StoredRule;
  removeRule(bus: string, name: string): void;
  listRules(bus: string): StoredRule[];
  listEnabledRules(bus: string): StoredRule[];
  listDueRules(now: number): StoredRule[];
  readNextAt(): number | undefined;
  setNextAt(rule: StoredRule, nextAt: number | undefined): void;
  putTargets(rule: StoredRule, targets: readonly TargetDefinition[]): void;
  removeTarget(rule: StoredRule, id: string): boolean;
  listTargets(rule: StoredRule): TargetDefinition[];
}

export function arnOfBus(bus: { name: string; region: string }): string {
  return `arn:aws:events:${bus.region}:${LOCAL_ACCOUNT_ID}:event-bus/${bus.name}`;
}

export function arnOfRule(rule: { bus_name: string; name: string; region: string }): string {
  const path = rule.bus_name === DEFAULT_BUS ? rule.name : `${rule.bus_name}/${rule.name}`;
  return `arn:aws:events:${rule.region}:${LOCAL_ACCOUNT_ID}:rule/${path}`;
}

export function createRuleStore(database: DatabaseSync): RuleStore {
  return { ...createBusPart(database), ...createRulePart(database), ...createTargetPart(database) };
}

function createBusPart(database: DatabaseSync) {
  const insert = database.prepare('INSERT OR IGNORE INTO buses VALUES (?, ?, ?, ?, ?, ?)');
  const select = database.prepare('SELECT * FROM buses WHERE name = ?');
  const selectAll = database.prepare('SELECT * FROM buses ORDER BY name');
  const remove = database.prepare('DELETE FROM buses WHERE name = ?');
  return {
    insertBus: (bus: StoredBus) => {
      const { name, region, description, kms_key, dead_letter_arn, created_at } = bus;
      const { changes } = insert.run(name, region, description, kms_key, dead_letter_arn, created_at);
      if (changes === 0)
        throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    },
    findBus: (nameOrArn: string) => {
      const bus = busSchema.safeParse(select.get(nameOrArn.replace(/^arn:.*:event-bus\//, '')));
      if (bus.success) return bus.data;
      throw new AwsError('ResourceNotFoundException', `Event bus ${nameOrArn} does not exist.`);
    },
    removeBus: (name: string) => {
      remove.run(name);
    },
    listBuses: () => z.array(busSchema).parse(selectAll.all()),
  };
}

function createRulePart(database: DatabaseSync) {
  const put = database.prepare(
    `INSERT INTO rules VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (bus_name, name) DO UPDATE SET
       pattern = excluded.pattern, schedule = excluded.schedule, state = excluded.state,
       description = excluded.description, role_arn = excluded.role_arn, anchored_at = excluded.anchored_at,
       next_at = excluded.next_at`,
  );
  const select = database.prepare('SELECT * FROM rules WHERE bus_name = ? AND name = ?');
  const selectAll = database.prepare('SELECT * FROM rules WHERE bus_name = ? ORDER BY name');
  const selectDue = database.prepare('SELECT * FROM rules WHERE next_at <= ?');
  const selectNext = database.prepare('SELECT min(next_at) AS next_at FROM rules');
  const setNext = database.prepare('UPDATE rules SET next_at = ? WHERE bus_name = ? AND name = ?');
  const remove = database.prepare('DELETE FROM rules WHERE bus_name = ? AND name = ?');
  const listRules = (bus: string) => z.array(ruleSchema).parse(selectAll.all(bus));
  return {
    putRule: (rule: StoredRule) => {
      const {
        bus_name,
        name,
        region,
        pattern,
        schedule,
        state,
        description,
        role_arn,
        anchored_at,
        next_at,
      } = rule;
      put.run(bus_name, name, region, pattern, schedule, state, description, role_arn, anchored_at, next_at);
    },
    findRule: (bus: string, name: string) => {
      const rule = ruleSchema.safeParse(select.get(bus, name));
      if (rule.success) return rule.data;
      throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus}.`);
    },
    removeRule: (bus: string, name: string) => {
      remove.run(bus, name);
    },
    listRules,
    listEnabledRules: (bus: string) => listRules(bus).filter((rule) => rule.state === 'ENABLED'),
    listDueRules: (now: number) => z.array(ruleSchema).parse(selectDue.all(now)),
    readNextAt: () =>
      z.object({ next_at: z.number().nullable() }).parse(selectNext.get()).next_at ?? undefined,
    setNextAt: (rule: StoredRule, nextAt: number | undefined) => {
      setNext.run(nextAt ?? null, rule.bus_name, rule.name);
    },
  };
}

function createTargetPart(database: DatabaseSync) {
  const put = database.prepare('INSERT OR REPLACE INTO targets VALUES (?, ?, ?, ?)');
  const select = database.prepare(
    'SELECT definition FROM targets WHERE bus_name = ? AND rule_name = ? ORDER BY id',
  );
  const remove = database.prepare('DELETE FROM targets WHERE bus_name = ? AND rule_name = ? AND id = ?');
  return {
    putTargets: (rule: StoredRule, targets: readonly TargetDefinition[]) =>
      inTransaction(database, () => {
        for (const target of targets) put.run(rule.bus_name, rule.name, target.Id, JSON.stringify(target));
      }),
    removeTarget: (rule: StoredRule, id: string) => remove.run(rule.bus_name, rule.name, id).changes > 0,
    listTargets: (rule: StoredRule) =>
      z
        .array(targetRowSchema)
        .parse(select.all(rule.bus_name, rule.name))
        .map(({ definition }) => definition),
  };
}
