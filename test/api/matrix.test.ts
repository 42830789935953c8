import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { Operation } from '../../lambdas/api/define-operation.ts';
import { OPERATIONS } from '../../lambdas/api/operations.ts';
import { callHandler, type RawRequest } from '../support/api-client.ts';
import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { UNKNOWN_ID } from '../support/resources.ts';

/** What a route answers to requests with a good key that are not good otherwise. */
interface Row {
  readonly malformedJSON: number;
  readonly wrongTypes: number;
  readonly oversize: number;
}

/** Has a body: whatever is wrong with it is found before the resource is looked for. */
const WITH_BODY: Row = { malformedJSON: 400, wrongTypes: 400, oversize: 400 };
/** Has only query parameters: a body is not read. */
const LIST: Row = { malformedJSON: 200, wrongTypes: 400, oversize: 200 };
/** Has only path parameters, which name nothing here. */
const BY_ID: Row = { malformedJSON: 404, wrongTypes: 404, oversize: 404 };

const ROWS: Readonly<Record<string, Row>> = {
  createKey: WITH_BODY,
  createLink: WITH_BODY,
  deleteLink: BY_ID,
  getLink: BY_ID,
  listLinks: LIST,
  updateLink: WITH_BODY,
  listHostedTasks: { malformedJSON: 404, wrongTypes: 400, oversize: 404 },
  listHostedStarts: BY_ID,
  setHostedSchedule: WITH_BODY,
  getKey: BY_ID,
  listKeys: LIST,
  revokeKey: BY_ID,
  approveRun: BY_ID,
  cancelRun: BY_ID,
  discardRun: BY_ID,
  listRejectedRecords: { malformedJSON: 404, wrongTypes: 400, oversize: 404 },
  replayRejectedRecords: WITH_BODY,
  getTaskPolicy: BY_ID,
  setTaskPolicy: WITH_BODY,
  createAlert: WITH_BODY,
  deleteAlert: BY_ID,
  getAlert: BY_ID,
  listAlerts: LIST,
  testAlert: BY_ID,
  updateAlert: WITH_BODY,
  acknowledgeIncident: BY_ID,
  getIncident: BY_ID,
  listIncidentDeliveries: BY_ID,
  listIncidents: LIST,
  getWebhook: BY_ID,
  setWebhook: WITH_BODY,
  rotateWebhook: WITH_BODY,
  registerWebhook: WITH_BODY,
  unregisterWebhook: BY_ID,
  listWebhookDeliveries: BY_ID,
  createAuthentication: WITH_BODY,
  deleteAuthentication: BY_ID,
  getAuthentication: BY_ID,
  listAuthentications: LIST,
  searchAuthentications: WITH_BODY,
  updateAuthentication: WITH_BODY,
  createDestination: WITH_BODY,
  deleteDestination: BY_ID,
  getDestination: BY_ID,
  listDestinations: LIST,
  searchDestinations: WITH_BODY,
  updateDestination: WITH_BODY,
  createSource: WITH_BODY,
  deleteSource: BY_ID,
  getSource: BY_ID,
  listSources: LIST,
  searchSources: WITH_BODY,
  updateSource: WITH_BODY,
  validateSource: WITH_BODY,
  validateSourceBeforeUpdate: WITH_BODY,
  triggerDockerSourceDiscover: BY_ID,
  getDockerSourceStreams: BY_ID,
  runSource: WITH_BODY,
  createTask: WITH_BODY,
  deleteTask: BY_ID,
  disableTask: BY_ID,
  enableTask: BY_ID,
  getTask: BY_ID,
  listTasks: LIST,
  replaceTask: WITH_BODY,
  runTask: WITH_BODY,
  searchTasks: WITH_BODY,
  updateTask: WITH_BODY,
  createTaskV1: WITH_BODY,
  deleteTaskV1: BY_ID,
  disableTaskV1: BY_ID,
  enableTaskV1: BY_ID,
  getTaskV1: BY_ID,
  listTasksV1: LIST,
  runTaskV1: WITH_BODY,
  searchTasksV1: WITH_BODY,
  updateTaskV1: WITH_BODY,
  push: WITH_BODY,
  pushTask: WITH_BODY,
  createTransformation: WITH_BODY,
  deleteTransformation: BY_ID,
  getTransformation: BY_ID,
  listTransformations: LIST,
  searchTransformations: WITH_BODY,
  tryTransformation: WITH_BODY,
  tryTransformationBeforeUpdate: WITH_BODY,
  updateTransformation: WITH_BODY,
  getRun: BY_ID,
  listRuns: LIST,
  getEvent: BY_ID,
  listEvents: { malformedJSON: 404, wrongTypes: 400, oversize: 404 },
};

/** Larger than any body may be, those of pushes included. */
const OVERSIZE = JSON.stringify('x'.repeat(7_000_000));

let api: ApiService;
let weakKey: string;
let revokedKey: string;
let otherTenantKey: string;

beforeAll(async () => {
  api = await startApi();
  const createKey = async (body: object): Promise<{ keyID: string; key: string }> => {
    const answer = await api.send({ method: 'POST', url: '/ext/1/keys', body: JSON.stringify(body) });
    return JSON.parse(answer.text) as { keyID: string; key: string };
  };
  const revoked = await createKey({ acl: ['admin'] });
  revokedKey = revoked.key;
  await api.send({ method: 'DELETE', url: `/ext/1/keys/${revoked.keyID}` });
  weakKey = (await createKey({ acl: ['addObject'] })).key;
  otherTenantKey = (await createKey({ acl: ['admin'], applicationID: 'OTHERAPP' })).key;
});
afterAll(async () => {
  await api.stop();
});

test('every route has its row, and every row its route', () => {
  expect(Object.keys(ROWS).toSorted()).toEqual(OPERATIONS.map(({ operationID }) => operationID).toSorted());
});

describe.each(OPERATIONS.map((operation) => [operation.operationID, operation] as const))(
  '%s',
  (operationID, operation) => {
    const row = ROWS[operationID] ?? WITH_BODY;
    const url = operation.path.replaceAll(/\{\w+\}/g, UNKNOWN_ID);
    const good = { method: operation.method, url, ...(operation.body ? { body: '{}' } : {}) };
    const withKey = (appID: string, apiKey: string): RawRequest => ({
      ...good,
      headers: { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey },
    });

    test('without a key, or with one that is wrong here, is a 403', async () => {
      const requests = [
        good,
        withKey('OTHERAPP', KEYS.apiKey),
        withKey(KEYS.appID, otherTenantKey),
        withKey(KEYS.appID, weakKey),
        withKey(KEYS.appID, revokedKey),
      ];
      const answers = await Promise.all(requests.map((request) => callHandler(api.handler, request)));
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
      expect(answers.every(({ headers, requestID }) => headers['correlation-id'] === requestID)).toBe(true);
    });

    test('with malformed JSON, wrong types or too much has its status', async () => {
      const [malformedJSON, wrongTypes, oversize] = await Promise.all([
        api.send({ ...good, body: '{"a":' }),
        api.send(wrongTypesOf(operation, good)),
        api.send({ ...good, body: OVERSIZE }),
      ]);
      const statuses = {
        malformedJSON: malformedJSON.status,
        wrongTypes: wrongTypes.status,
        oversize: oversize.status,
      };
      expect(statuses).toEqual(row);
    });
  },
);

function wrongTypesOf({ body, query }: Operation, good: RawRequest): RawRequest {
  if (body) return { ...good, body: '[[]]' };
  return query ? { ...good, url: `${good.url}?page=first` } : good;
}
