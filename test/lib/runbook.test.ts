import { aStage, resourcesOf, synthesiseTemplate } from './support/template.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

async function alarms(stage = aStage()) {
  const template = await synthesiseTemplate({ stage });
  return resourcesOf(template, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) => Properties);
}

function runbookEntries(): Map<string, string> {
  const [, ...sections] = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8').split(/^## /m);
  return new Map(sections.map((section) => [section.slice(0, section.indexOf('\n')).trim(), section]));
}

test('every alarm links to an entry of the runbook, and no entry is without its alarm', async () => {
  const linked = (await alarms()).map(
    ({ AlarmDescription }) => /Runbook: docs\/runbook\.md#(\S+)$/.exec(AlarmDescription)?.[1],
  );
  expect(linked.sort()).toEqual([...runbookEntries().keys()].sort());
});

test('every entry describes, investigates and resolves', () => {
  for (const [name, text] of runbookEntries()) {
    const headings = [...text.matchAll(/^\*\*(\w+)\.\*\* \S/gm)].map(([, heading]) => heading);
    expect({ name, headings }).toEqual({ name, headings: ['Description', 'Investigation', 'Resolution'] });
  }
});

test('every alarm begins with a sentence that says what the failure means for a user', async () => {
  for (const { AlarmDescription } of await alarms()) {
    expect(AlarmDescription).toMatch(/^[A-Z][^.]{30,}\. Runbook: /);
  }
});

test('alarms notify the topic of the stage, where it names one', async () => {
  const topic = 'arn:aws:sns:eu-west-1:123456789012:on-call';
  const notifying = await alarms(aStage({ alarmTopicArn: topic }));
  expect(notifying.length).toBeGreaterThan(0);
  for (const { AlarmActions } of notifying) expect(AlarmActions).toEqual([topic]);
  for (const { AlarmActions } of await alarms()) expect(AlarmActions).toBeUndefined();
});
