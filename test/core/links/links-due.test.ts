import { afterAll, beforeAll, expect, test } from 'vitest';

import { newID } from '../../../core/foundation/ids.ts';
import { createHostedStarts, newHostedStart } from '../../../core/links/hosted-starts.ts';
import { linkMessageSchema, readLinkMessage, type LinkMessage } from '../../../core/links/link-message.ts';
import { createLinkStates, freshLinkState } from '../../../core/links/link-states.ts';
import { createSweepLinks } from '../../../core/links/sweep-links.ts';
import { createRunStore } from '../../../core/runs/run-store.ts';
import { startTable, type TestTable } from '../../support/table.ts';
import { TestClock } from '../../support/test-clock.ts';

let table: TestTable;

beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => {
  await table.stop();
});

test('the sweep sends a message for each link and start that is due, and the sweep of runs sees none of them', async () => {
  const clock = new TestClock();
  const now = clock.now();
  const later = new Date(now.getTime() + 60_000);
  const states = createLinkStates({ ...table, clock });
  const starts = createHostedStarts({ ...table, clock, retentionDays: 400 });
  const [due, early] = [newID(), newID()];
  await states.create(freshLinkState({ appID: 'APP', linkID: due }, now, now));
  await states.create(freshLinkState({ appID: 'APP', linkID: early }, now, later));
  const request = { appID: 'APP', linkID: early, taskID: newID() };
  const asked = newHostedStart({ ...request, trigger: { kind: 'api', key: 'due' } }, now, now);
  await starts.claim(asked);
  const done = await starts.claim(
    newHostedStart({ ...request, trigger: { kind: 'api', key: 'done' } }, now, now),
  );
  await starts.change(done, { status: 'started', dueAt: undefined });
  const sent: LinkMessage[] = [];
  const sendAll = async (messages: readonly LinkMessage[]) => void sent.push(...messages);

  await createSweepLinks({ table, linkQueue: { sendAll }, clock })();

  expect(sent).toHaveLength(2);
  expect(sent).toContainEqual({ version: 1, appID: 'APP', linkID: due });
  expect(sent).toContainEqual({ version: 1, appID: 'APP', linkID: early, startID: asked.startID });
  expect(await createRunStore({ ...table, clock }).listDue(later, 100)).toEqual([]);
});

test('a message is as its schema shows it, and one that cannot be read says nothing of what is in it', () => {
  const examples = linkMessageSchema.meta()?.['examples'] as unknown[];
  expect(examples.map((example) => readLinkMessage(JSON.stringify(example)))).toEqual(examples);
  for (const body of ['secret', '{"version":2,"appID":"secret"}']) {
    expect(() => readLinkMessage(body)).toThrow('queue links cannot be read');
    expect(() => readLinkMessage(body)).not.toThrow('secret');
  }
});
