import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { KEYS, startApi, type ApiService } from '../support/api-service.ts';
import { createRunnableTask, WIRE_DATE } from '../support/resources.ts';

let api: ApiService;
beforeAll(async () => {
  api = await startApi();
});
afterAll(async () => {
  await api.stop();
});

async function send(method: string, url: string, body?: object) {
  const { status, text } = await api.send({
    method,
    url,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

async function subscribedTask(): Promise<string> {
  const { taskID } = await createRunnableTask(api.client);
  await api.client.updateTask({ taskID, taskUpdate: { subscriptionAction: 'save' } });
  return taskID;
}

describe('the webhook of a task', () => {
  test('is shown with its URL and headers; its secret only to whoever set or rotated it', async () => {
    const taskID = await subscribedTask();
    const url = `/ext/1/tasks/${taskID}/webhook`;
    const set = await send('PUT', url, { scheme: 'standardWebhooks' });
    const shown = {
      hookID: `${KEYS.appID}.${taskID}`,
      url: `https://localhost/hooks/${KEYS.appID}.${taskID}`,
      scheme: 'standardWebhooks',
      headers: ['webhook-id', 'webhook-timestamp', 'webhook-signature'],
      createdAt: expect.stringMatching(WIRE_DATE),
      updatedAt: expect.stringMatching(WIRE_DATE),
    };
    expect(set).toEqual({ status: 200, body: { ...shown, secret: expect.stringMatching(/^whsec_.{44}$/) } });
    expect(await send('GET', url)).toEqual({ status: 200, body: shown });

    const rotated = await send('POST', `${url}/rotate`);
    expect(rotated.body['secret']).toMatch(/^whsec_/);
    expect(rotated.body['secret']).not.toBe(set.body['secret']);
    expect((await send('GET', url)).body).toEqual({
      ...shown,
      previousSecretValidUntil: expect.stringMatching(WIRE_DATE),
    });
    expect(api.logLines.join('')).not.toContain('whsec_');
  });

  test('has the sender’s secret where the sender makes it, and a chosen one where it may be chosen', async () => {
    const url = `/ext/1/tasks/${await subscribedTask()}/webhook`;
    const secret = 'a-secret-of-the-shopify-app';
    expect(await send('PUT', url, { scheme: 'shopify' })).toMatchObject({ status: 400 });
    expect((await send('PUT', url, { scheme: 'shopify', secret })).body['secret']).toBe(secret);
    expect(await send('POST', `${url}/rotate`, {})).toMatchObject({ status: 400 });
    expect((await send('PUT', url, { scheme: 'github', secret })).body['secret']).toBe(secret);
    expect(await send('PUT', url, { scheme: 'bearer', secret })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('secret: must not be given with the scheme bearer') },
    });
    expect(await send('PUT', url, { scheme: 'github', secret: 'with a blank in it' })).toMatchObject({
      status: 400,
    });
  });

  test('needs a subscription, and one whose action takes single records', async () => {
    const { taskID } = await createRunnableTask(api.client);
    const url = `/ext/1/tasks/${taskID}/webhook`;
    expect(await send('PUT', url, { scheme: 'bearer' })).toMatchObject({
      status: 400,
      body: { error: { code: 'task.no_subscription' } },
    });
    await api.client.updateTask({ taskID, taskUpdate: { subscriptionAction: 'replace' } });
    expect(await send('PUT', url, { scheme: 'bearer' })).toMatchObject({
      status: 400,
      body: { error: { code: 'task.replace_of_entities' } },
    });
    expect(await send('GET', url)).toMatchObject({
      status: 404,
      body: { error: { code: 'webhook.not_found' } },
    });
  });

  test('of commercetools is refused where the deployment takes no notifications of the project', async () => {
    const url = `/ext/1/tasks/${await subscribedTask()}/webhook`;
    expect(await send('PUT', url, { scheme: 'commercetools' })).toMatchObject({ status: 400 });
    expect(await send('PUT', url, { scheme: 'commercetools', projectKey: 'shop' })).toMatchObject({
      status: 400,
      body: { error: { code: 'webhook.unknown_project' } },
    });
  });

  test('has a ledger that is empty before the first delivery', async () => {
    const url = `/ext/1/tasks/${await subscribedTask()}/webhook`;
    await send('PUT', url, { scheme: 'bearer' });
    expect(await send('GET', `${url}/deliveries`)).toEqual({
      status: 200,
      body: { deliveries: [], next: null, refused: [] },
    });
  });

  test('is gone with its task', async () => {
    const taskID = await subscribedTask();
    const url = `/ext/1/tasks/${taskID}/webhook`;
    await send('PUT', url, { scheme: 'bearer' });
    await api.client.deleteTask({ taskID });
    expect(await send('GET', url)).toMatchObject({ status: 404 });
    expect(await send('GET', `${url}/deliveries`)).toMatchObject({ status: 404 });
  });
});
