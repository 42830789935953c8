import { describe, expect, test } from 'vitest';
import { compileEventPattern } from '../../../local/services/event-bridge/event-pattern.ts';

const event = {
  source: 'millrace',
  'detail-type': 'RunFinished',
  time: '2026-01-01T00:00:00Z',
  resources: ['arn:a', 'arn:b'],
  detail: {
    outcome: 'failure',
    reasonCode: 'Threshold-Exceeded',
    failed: 12.5,
    total: 300,
    quiet: false,
    cause: null,
    ip: '10.1.2.3',
    tags: ['blue', 'green'],
    none: [],
    task: { id: 'task-1', name: 'Ünïcode*' },
    parts: [
      { name: 'a', state: 'done' },
      { name: 'b', state: 'failed' },
    ],
  },
};

const matches = (pattern: object) => compileEventPattern(JSON.stringify(pattern))(event);
const detail = (condition: object) => ({ detail: condition });

describe('a pattern matches', () => {
  test.each<[string, object]>([
    ['exact values', { source: ['other', 'millrace'] }],
    ['several fields', { source: ['millrace'], 'detail-type': ['RunFinished'] }],
    ['any element of a list', { resources: ['arn:b'] }],
    ['nested fields', detail({ task: { id: ['task-1'] } })],
    ['numbers', detail({ total: [300] })],
    ['null', detail({ cause: [null] })],
    ['false', detail({ quiet: [false] })],
    ['a prefix', detail({ outcome: [{ prefix: 'fail' }] })],
    ['a prefix in any case', detail({ outcome: [{ prefix: { 'equals-ignore-case': 'FAIL' } }] })],
    ['a suffix', detail({ outcome: [{ suffix: 'ure' }] })],
    ['a suffix in any case', detail({ reasonCode: [{ suffix: { 'equals-ignore-case': 'EXCEEDED' } }] })],
    ['any case', detail({ reasonCode: [{ 'equals-ignore-case': 'threshold-exceeded' }] })],
    ['a wildcard', detail({ reasonCode: [{ wildcard: 'Thr*-Ex*' }] })],
    ['a wildcard with an escaped asterisk', detail({ task: { name: [{ wildcard: '*code\\*' }] } })],
    ['one number', detail({ failed: [{ numeric: ['=', 12.5] }] })],
    ['a range', detail({ failed: [{ numeric: ['>', 0, '<=', 12.5] }] })],
    ['a network', detail({ ip: [{ cidr: '10.0.0.0/8' }] })],
    ['anything but a value', detail({ outcome: [{ 'anything-but': 'success' }] })],
    ['anything but a list', detail({ outcome: [{ 'anything-but': ['success', 'none'] }] })],
    ['anything but a prefix', detail({ outcome: [{ 'anything-but': { prefix: 'succ' } }] })],
    ['anything but prefixes', detail({ outcome: [{ 'anything-but': { prefix: ['a', 'b'] } }] })],
    ['anything but a suffix', detail({ outcome: [{ 'anything-but': { suffix: 'ess' } }] })],
    ['anything but a wildcard', detail({ outcome: [{ 'anything-but': { wildcard: 's*s' } }] })],
    [
      'anything but any case',
      detail({ outcome: [{ 'anything-but': { 'equals-ignore-case': ['SUCCESS'] } }] }),
    ],
    ['a field that exists', detail({ cause: [{ exists: true }] })],
    ['a field that does not exist', detail({ missing: [{ exists: false }] })],
    ['a nested field that does not exist', detail({ missing: { deep: [{ exists: false }] } })],
    ['no leaf where there is an object', detail({ task: [{ exists: false }] })],
    ['an empty list as missing', detail({ none: [{ exists: false }] })],
    ['one of several matchers', detail({ failed: ['x', { numeric: ['<', 1] }, { exists: true }] })],
    ['one alternative', { $or: [{ source: ['no'] }, { detail: { total: [{ numeric: ['>', 299] }] } }] }],
    [
      'an alternative beside a field',
      { source: ['millrace'], detail: { $or: [{ total: [1] }, { total: [300] }] } },
    ],
    ['one object of a list as a whole', detail({ parts: { name: ['b'], state: ['failed'] } })],
  ])('%s', (_, pattern) => {
    expect(matches(pattern)).toBe(true);
  });
});

describe('a pattern does not match', () => {
  test.each<[string, object]>([
    ['another value', { source: ['other'] }],
    ['when one field differs', { source: ['millrace'], 'detail-type': ['RunStarted'] }],
    ['a number as text', detail({ total: ['300'] })],
    ['a missing field by anything-but', detail({ missing: [{ 'anything-but': 'x' }] })],
    ['a missing field by a literal', detail({ missing: [null] })],
    ['anything but a value that is it', detail({ outcome: [{ 'anything-but': ['failure'] }] })],
    ['a field that should not exist', detail({ outcome: [{ exists: false }] })],
    ['a field that should', detail({ missing: [{ exists: true }] })],
    ['a number outside the range', detail({ failed: [{ numeric: ['>', 12.5, '<', 20] }] })],
    ['text by a number', detail({ outcome: [{ numeric: ['>', 0] }] })],
    ['an address outside the network', detail({ ip: [{ cidr: '192.168.0.0/16' }] })],
    ['a wildcard in part', detail({ outcome: [{ wildcard: 'fail' }] })],
    ['a dot as any character', detail({ outcome: [{ wildcard: 'f.ilure' }] })],
    ['when no alternative does', { $or: [{ source: ['no'] }, { source: ['neither'] }] }],
    ['across the objects of a list', detail({ parts: { name: ['a'], state: ['failed'] } })],
    ['what every object has', { detail: { constructor: [{ exists: true }] } }],
  ])('%s', (_, pattern) => {
    expect(matches(pattern)).toBe(false);
  });
});

test.each<[string, unknown]>([
  ['an empty pattern', {}],
  ['an empty list', { source: [] }],
  ['a bare value', { source: 'millrace' }],
  ['an unknown operator', { source: [{ regex: '.*' }] }],
  ['two operators in one', { source: [{ prefix: 'a', suffix: 'b' }] }],
  ['a numeric comparison of text', { n: [{ numeric: ['>', 'x'] }] }],
  ['a numeric comparison that is half', { n: [{ numeric: ['>'] }] }],
  ['exists with text', { n: [{ exists: 'true' }] }],
  ['one alternative only', { $or: [{ source: ['a'] }] }],
  ['two asterisks', { source: [{ wildcard: 'a**' }] }],
  ['anything but nothing', { source: [{ 'anything-but': [] }] }],
  ['anything but a number comparison', { source: [{ 'anything-but': { numeric: ['>', 1] } }] }],
  ['a network that is none', { ip: [{ cidr: '10.0.0/8' }] }],
  ['a list', []],
])('%s is refused', (_, pattern) => {
  expect(() => compileEventPattern(JSON.stringify(pattern))).toThrow(/not valid/);
});

test('text that is not JSON is refused', () => {
  expect(() => compileEventPattern('{')).toThrow(/not JSON/);
});
