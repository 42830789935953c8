import type { DatabaseSync } from 'node:sqlite';
import * as z from 'zod';
import { AwsError } from '../protocol/aws-error.ts';
import { LOCAL_ACCOUNT_ID } from '../protocol/call.ts';
import { definitionSchema, type ScheduleDefinition } from './schedule-definition.ts';
import type { Firing } from './next-firing.ts';

const groupSchema = z.object({ name: z.string(), region: z.string(), created_at: z.number() });
type StoredGroup = z.infer<typeof groupSchema>;

const scheduleSchema = z.object({
  group_name: z.string(),
  name: z.string(),
  definition: z.string().transform((text) => definitionSchema.parse(JSON.parse(text))),
  state: z.string(),
  created_at: z.number(),
  modified_at: z.number(),
  scheduled_at: z.number().nullable(),
  region: z.string(),
});
export type StoredSchedule = z.output<typeof scheduleSchema>;

interface ListFilter {
  readonly group?: string | undefined;
  readonly prefix?: string | undefined;
  readonly state?: string | undefined;
  readonly after?: string | undefined;
  readonly limit: number;
}

export interface ScheduleChange {
  readonly group: string;
  readonly name: string;
  readonly definition: ScheduleDefinition;
  /** The instant of the change, from which a rate is counted. */
  readonly at: number;
  readonly firing: Firing | undefined;
}

export interface GroupStore {
  createGroup(name: string, region: string, tags: string): StoredGroup;
  findGroup(name: string): StoredGroup;
}

export interface ScheduleStore {
  insert(change: ScheduleChange): void;
  replace(change: ScheduleChange): void;
  get(group: string, name: string): StoredSchedule | undefined;
  find(group: string, name: string): StoredSchedule;
  list(filter: ListFilter): StoredSchedule[];
  remove(group: string, name: string): void;
  moveTo(schedule: StoredSchedule, firing: Firing | undefined): void;
  listDue(now: number, limit: number): StoredSchedule[];
  readNextAt(): number | undefined;
}

export function arnOfGroup(group: { name: string; region: string }): string {
  return `arn:aws:scheduler:${group.region}:${LOCAL_ACCOUNT_ID}:schedule-group/${group.name}`;
}

export function arnOfSchedule(schedule: StoredSchedule): string {
  const { region, group_name, name } = schedule;
  return `arn:aws:scheduler:${region}:${LOCAL_ACCOUNT_ID}:schedule/${group_name}/${name}`;
}

const SELECT = 'SELECT s.*, g.region FROM schedules s JOIN groups g ON g.name = s.group_name';

export function createScheduleStore(database: DatabaseSync): ScheduleStore {
  const insert = database.prepare('INSERT INTO schedules VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const update = database.prepare(
    `UPDATE schedules SET definition = ?, state = ?, modified_at = ?, scheduled_at = ?, next_at = ?
     WHERE group_name = ? AND name = ?`,
  );
  const select = database.prepare(`${SELECT} WHERE s.group_name = ? AND s.name = ?`);
  const remove = database.prepare('DELETE FROM schedules WHERE group_name = ? AND name = ?');
  const move = database.prepare(
    'UPDATE schedules SET scheduled_at = ?, next_at = ? WHERE group_name = ? AND name = ?',
  );
  const selectDue = database.prepare(`${SELECT} WHERE s.next_at <= ? ORDER BY s.next_at LIMIT ?`);
  const selectNext = database.prepare(
    'SELECT min(next_at) AS next_at FROM schedules WHERE next_at IS NOT NULL',
  );

  const get = (group: string, name: string) => scheduleSchema.optional().parse(select.get(group, name));
  return {
    insert: ({ group, name, definition, at, firing }) => {
      const times = [at, at, firing?.scheduledAt ?? null, firing?.firesAt ?? null];
      insert.run(group, name, JSON.stringify(definition), definition.State, ...times);
    },
    replace: ({ group, name, definition, at, firing }) => {
      const times = [at, firing?.scheduledAt ?? null, firing?.firesAt ?? null];
      update.run(JSON.stringify(definition), definition.State, ...times, group, name);
    },
    get,
    find: (group, name) => {
      const schedule = get(group, name);
      if (schedule) return schedule;
      throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    },
    list: prepareList(database),
    remove: (group, name) => {
      remove.run(group, name);
    },
    moveTo: (schedule, firing) => {
      move.run(firing?.scheduledAt ?? null, firing?.firesAt ?? null, schedule.group_name, schedule.name);
    },
    listDue: (now, limit) => z.array(scheduleSchema).parse(selectDue.all(now, limit)),
    readNextAt: () =>
      z.object({ next_at: z.number().nullable() }).parse(selectNext.get()).next_at ?? undefined,
  };
}

function prepareList(database: DatabaseSync): ScheduleStore['list'] {
  const select = database.prepare(
    `${SELECT} WHERE (s.group_name, s.name) > (?1, ?2) AND (?3 IS NULL OR s.group_name = ?3)
     AND substr(s.name, 1, length(?4)) = ?4 AND (?5 IS NULL OR s.state = ?5)
     ORDER BY s.group_name, s.name LIMIT ?6`,
  );
  return ({ group, prefix, state, after, limit }) => {
    const [afterGroup = '', afterName = ''] = (after ?? '').split('/');
    const rows = select.all(afterGroup, afterName, group ?? null, prefix ?? '', state ?? null, limit);
    return z.array(scheduleSchema).parse(rows);
  };
}

export function createGroupStore(database: DatabaseSync): GroupStore {
  const insert = database.prepare('INSERT OR IGNORE INTO groups VALUES (?, ?, ?, ?)');
  const select = database.prepare('SELECT * FROM groups WHERE name = ?');
  const findGroup = (name: string): StoredGroup => {
    const group = groupSchema.safeParse(select.get(name));
    if (group.success) return group.data;
    throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
  };
  return {
    createGroup: (name, region, tags) => {
      const isNew = insert.run(name, region, tags, Date.now()).changes === 1;
      if (!isNew) throw new AwsError('ConflictException', `Schedule group ${name} already exists.`, 409);
      return findGroup(name);
    },
    findGroup,
  };
}
