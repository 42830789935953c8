import { describe, expect, test } from 'vitest';

import { alertMessageSchema, readAlertMessage } from '../../../core/alerts/alert-message.ts';
import { alertRaisedSchema } from '../../../core/alerts/alert-raised.ts';
import { composeDigest, composeIncident, composeTest } from '../../../core/alerts/compose-alert.ts';
import type { Incident, RunFacts } from '../../../core/alerts/incident.ts';
import { renderAlert } from '../../../core/alerts/render-alert.ts';
import type { Resource } from '../../../core/resources/resource.ts';

const PLACE = { apiURL: 'https://api.example' };

const TASK = {
  taskID: 'task-1',
  sourceName: 'catalogue',
  destinationName: 'products',
  indexName: 'products_en',
  action: 'replace',
};

const RUN: RunFacts = {
  runID: 'run-1',
  reasonCode: 'too_many_errors',
  reason: '12 of 3,376 records (0.36 %) were rejected; the task accepts 0 %. The index was left as it was.',
  received: 3376,
  applied: 3364,
  rejected: 12,
  failureThreshold: 0,
  isHeld: false,
  reasons: ['Line 7: price is not a number.', 'Line 9: sku is missing.'],
};

function incident(body: Partial<Incident> = {}): Resource<Incident> {
  const at = '2026-01-08T16:47:44.456Z';
  return {
    id: 'incident-1',
    version: 1,
    createdAt: at,
    updatedAt: at,
    body: {
      cause: 'thresholdBreached',
      status: 'open',
      taskID: 'task-1',
      facts: { task: TASK, run: RUN },
      openedAt: at,
      occurrences: 1,
      lastOccurredAt: at,
      ...body,
    },
  };
}

function textOf(body: Partial<Incident> = {}): string {
  return renderAlert(composeIncident(incident(body), PLACE)).text;
}

describe('the text of an alert', () => {
  test('says of a breach how many failed of how many, why, what the index is like and what to do', () => {
    expect(textOf()).toMatchInlineSnapshot(`
      "Too many records failed: catalogue → products

      12 of 3,376 records failed (0.36 %); the task accepts 0 %.
      The index products_en is untouched: it holds what it held before.

      - Line 7: price is not a number.
      - Line 9: sku is missing.

      Correct these records at the source and run the task again, or raise its failureThreshold if it may lose them.

      Run: https://api.example/1/runs/run-1
      Task: https://api.example/2/tasks/task-1
      Incident: https://api.example/ext/1/incidents/incident-1"
    `);
  });

  test('says of other actions than replace that the index is partly written', () => {
    expect(textOf({ facts: { task: { ...TASK, action: 'save' }, run: RUN } })).toContain(
      'The index products_en is partly written: 3,364 records of this run are in it.',
    );
  });

  test('goes by the action of the run, and not of its task', () => {
    expect(textOf({ facts: { task: TASK, run: { ...RUN, action: 'save' } } })).toContain('is partly written');
    expect(
      textOf({ facts: { task: { ...TASK, action: 'save' }, run: { ...RUN, action: 'replace' } } }),
    ).toContain('is untouched');
  });

  test('calls no index untouched that a worker may have written to before it died', () => {
    const run = { ...RUN, action: 'save', applied: 0, isCountedLow: true };
    expect(textOf({ facts: { task: TASK, run } })).toContain(
      'The index products_en may be partly written: at least 0 records of this run are in it.',
    );
  });

  test('says of a run that failed why, how far it came, and once what the index is like', () => {
    const run = {
      ...RUN,
      reason: 'The source answered with status 500. The index was left as it was.',
      received: 500,
      applied: 499,
      rejected: 1,
      failureThreshold: 5,
      reasons: [],
    };
    expect(textOf({ cause: 'runFailed', facts: { task: TASK, run } })).toMatchInlineSnapshot(`
      "A run failed: catalogue → products

      The source answered with status 500.
      1 of 500 records failed (0.2 %); the task accepts 5 %.
      The index products_en is untouched: it holds what it held before.

      Read the reason above: mostly the source cannot be read or a key no longer works. Then run the task again.

      Run: https://api.example/1/runs/run-1
      Task: https://api.example/2/tasks/task-1
      Incident: https://api.example/ext/1/incidents/incident-1"
    `);
  });

  test('claims of a run at Algolia neither how many records failed nor what the index is like', () => {
    const run = {
      ...RUN,
      isHosted: true,
      received: 100,
      applied: 90,
      rejected: 0,
      reasons: [],
      reason: undefined,
    };
    const text = textOf({ facts: { task: { ...TASK, action: 'save' }, run } });
    expect(text).toContain('Algolia says of the run no more than its reason code: too_many_errors.');
    expect(text).toContain('The index products_en is written by Algolia: look there what it holds now.');
    expect(text).not.toContain('100');
    expect(text).not.toContain('untouched');
  });

  test('says of a held run that the new index waits', () => {
    const run = { ...RUN, isHeld: true, reasons: [], reason: 'The new index holds half as many records.' };
    expect(textOf({ cause: 'runHeld', facts: { task: TASK, run } })).toMatchInlineSnapshot(`
      "A run waits for your decision: catalogue → products

      The new index holds half as many records.
      The index products_en is as it was; the new one is kept beside it.

      Look whether the drop is meant. Then approve the run or discard it, before the day that it names.

      Run: https://api.example/1/runs/run-1
      Task: https://api.example/2/tasks/task-1
      Incident: https://api.example/ext/1/incidents/incident-1"
    `);
  });

  test('says of a recovery how often it was seen and which run showed it', () => {
    const recoveredBy = {
      ...RUN,
      runID: 'run-2',
      reasonCode: 'ok',
      reason: '3,376 of 3,376 records were applied.',
    };
    expect(textOf({ status: 'recovered', occurrences: 3, recoveredBy })).toMatchInlineSnapshot(`
      "Recovered – Too many records failed: catalogue → products

      A run has ended well again: 3,376 of 3,376 records were applied.
      It was seen 3 times, first at 2026-01-08 16:47 UTC.

      Run: https://api.example/1/runs/run-2
      Task: https://api.example/2/tasks/task-1
      Incident: https://api.example/ext/1/incidents/incident-1"
    `);
  });

  test('names what a digest holds, and how many more', () => {
    const text = renderAlert(composeDigest([incident(), incident({ cause: 'runFailed' })], 1200, PLACE)).text;
    expect(text).toContain('1,200 more incidents within a minute');
    expect(text).toContain('- A run failed: catalogue → products');
  });

  test('of a test says that nothing is wrong', () => {
    expect(renderAlert(composeTest('shop')).text).toContain('Test of the alert shop');
  });
});

test.each([
  ['a line break', 'cata\r\nBcc: everybody@shop.example', 'cata Bcc: everybody@shop.example'],
  ['a hidden mark', 'cata\u202elogue\u0000', 'cata logue'],
])('%s in a name stays on its line in every shape', (_, sourceName, clean) => {
  const { title, text, slack } = renderAlert(
    composeIncident(incident({ facts: { task: { ...TASK, sourceName }, run: RUN } }), PLACE),
  );
  expect(title).toBe(`Too many records failed: ${clean} → products`);
  expect(text.split('\n')[0]).toBe(title);
  expect(slack).toContain(clean);
});

test('markup in a name is text in HTML and in Slack', () => {
  const sourceName = '<script>alert(1)</script> & <!channel>';
  const { html, slack } = renderAlert(
    composeIncident(incident({ facts: { task: { ...TASK, sourceName }, run: RUN } }), PLACE),
  );
  expect(html).not.toContain('<script>');
  expect(slack).not.toContain('<!channel>');
  expect(slack).toContain('&lt;!channel&gt; → products');
});

function examplesOf(schema: { meta(): Record<string, unknown> | undefined }): unknown[] {
  return schema.meta()?.['examples'] as unknown[];
}

test('the examples of the messages are what the schemas accept', () => {
  for (const example of examplesOf(alertMessageSchema)) {
    expect(readAlertMessage(JSON.stringify(example))).toEqual(example);
  }
  for (const example of examplesOf(alertRaisedSchema)) {
    expect(alertRaisedSchema.parse(example)).toEqual(example);
  }
});

test('a message that cannot be read is an error without what stands in it', () => {
  for (const body of [
    'canary',
    '{"version":1,"kind":"canary"}',
    '{"detail-type":"RunFinished","detail":{}}',
  ]) {
    expect(() => readAlertMessage(body)).toThrow(/^A message of the queue alerts cannot be read/);
    expect(() => readAlertMessage(body)).not.toThrow(/canary/);
  }
});
