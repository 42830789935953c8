import { expect, test } from 'vitest';

import { requireRunnable } from '../../../core/tasks/require-runnable.ts';
import type { Destination } from '../../../core/destinations/destination.ts';
import type { Source } from '../../../core/sources/source.ts';
import type { Task } from '../../../core/tasks/task.ts';

const SOURCE = { type: 'json', name: 's', input: { url: 'https://example.com/a.json' } } as Source;

function check(type: Destination['type'], fields: Partial<Task>, authenticationID?: string) {
  const task = { destinationID: 'd1', action: 'append', ...fields } as Task;
  const destination = { type, name: 'd', input: { indexName: 'i' }, authenticationID } as Destination;
  return () => requireRunnable({ task, source: SOURCE, destination });
}

function mapped(trigger: string): Partial<Task> {
  const actions = [{ enabled: true, trigger, fieldDirectives: [] }];
  return { input: { mapping: { format: 'mappingkit/v1', actions } } };
}

test('events can be appended to insights', () => {
  expect(check('insights', {}, 'a1')).not.toThrow();
});

test.each(['replace', 'save', 'partial', 'partialNoCreate'] as const)(
  'a run that would %s events is refused',
  (action) => {
    expect(check('insights', { action }, 'a1')).toThrow('append for destinations of type insights');
    expect(check('search', { action }, 'a1')).not.toThrow();
  },
);

test.each([
  ['search', 'type algolia.'],
  ['insights', 'type algoliaInsights.'],
] as const)(
  'a destination of type %s without an authentication is refused, and the type that it needs is said',
  (type, said) => {
    expect(check(type, {})).toThrow(said);
  },
);

test('a mapping that no run could follow is refused before there is a run', () => {
  expect(check('insights', mapped('event_name == "purchase"'), 'a1')).not.toThrow();
  expect(check('insights', mapped('event_name ~ "purchase"'), 'a1')).toThrow(
    "The mapping of the task's input cannot be used",
  );
});
