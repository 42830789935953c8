import { expect, test } from 'vitest';
import * as z from 'zod';

import { OPERATIONS } from '../../lambdas/api/operations.ts';

test('every operation has an ID of its own, and a method and path of its own', () => {
  const ids = OPERATIONS.map(({ operationID }) => operationID);
  const routes = OPERATIONS.map(({ method, path }) => `${method} ${path}`);
  expect(new Set(ids).size).toBe(OPERATIONS.length);
  expect(new Set(routes).size).toBe(OPERATIONS.length);
});

test.each(OPERATIONS.map((operation) => [operation.operationID, operation] as const))(
  'the schemas of %s can be written down as JSON Schema, and it asks for rights',
  (_, { path, query, body, response, acl }) => {
    const schemas = [
      ...[query, body].flatMap((schema) => (schema ? [z.toJSONSchema(schema, { io: 'input' })] : [])),
      z.toJSONSchema(response),
    ];
    expect(schemas.every((schema) => typeof schema === 'object')).toBe(true);
    const isOurs = path.startsWith('/ext/');
    expect(isOurs ? acl.length > 0 : acl.join()).toBe(isOurs ? true : 'addObject,deleteIndex,editSettings');
  },
);
