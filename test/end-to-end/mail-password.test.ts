import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { createCertificate, type Certificate } from '../support/certificate.ts';
import { startMailServer, type MailServer } from '../support/mail-server.ts';
import { startOneMachine, type OneMachine } from '../support/one-machine.ts';

const PASSWORD = 'password-canary-3f9c';

const data = mkdtempSync(join(tmpdir(), 'millrace-mail-'));
const secretFile = join(mkdtempSync(join(tmpdir(), 'millrace-mail-secret-')), 'smtp.json');

let certificate: Certificate;
let mail: MailServer;
let machine: OneMachine;

beforeAll(async () => {
  certificate = await createCertificate();
  mail = await startMailServer({ certificate, username: 'shop', password: PASSWORD });
  keep('not the password yet');
  machine = await startOneMachine({
    data,
    environment: {
      MILLRACE_SMTP_URL: mail.url,
      MILLRACE_ALERT_SENDER: 'millrace@shop.example',
      MILLRACE_SMTP_SECRET_FILE: secretFile,
      NODE_EXTRA_CA_CERTS: certificate.file,
    },
  });
}, 120_000);
afterAll(async () => {
  await machine.remove();
  await mail.stop();
});

function keep(password: string): void {
  writeFileSync(secretFile, JSON.stringify({ username: 'shop', password }), { mode: 0o600 });
}

interface Delivery {
  readonly status: string;
  readonly attempts: readonly { readonly answer: string }[];
}

/** What became of a test of a fresh alert by email. */
async function sendTest(): Promise<Delivery | undefined> {
  const { alertID } = await post<{ alertID: string }>('/ext/1/alerts', {
    name: 'shop',
    conditions: [{ type: 'runFailed' }],
    channels: [{ type: 'email', to: ['owner@shop.example'] }],
  });
  const { deliveries } = await post<{ deliveries: Delivery[] }>(`/ext/1/alerts/${alertID}/test`, {});
  return deliveries[0];
}

async function post<Answer>(path: string, body: object): Promise<Answer> {
  const { url, appID, apiKey } = machine.connection;
  const answer = await fetch(url + path, {
    method: 'POST',
    headers: { 'x-algolia-application-id': appID, 'x-algolia-api-key': apiKey },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Answer;
}

test('a mail server that wants a password gets the one of the operator’s file, over TLS, and it stands nowhere else', async () => {
  const refused = await sendTest();
  expect(refused).toMatchObject({ status: 'failed' });
  expect(refused?.attempts[0]?.answer).toContain('Wrong user name or password');
  expect(mail.emails).toEqual([]);

  keep(PASSWORD);
  await machine.kill('SIGTERM');
  machine = await machine.restart();
  expect(await sendTest()).toMatchObject({ status: 'delivered' });
  expect(mail.emails).toMatchObject([{ to: ['owner@shop.example'] }]);

  const kept = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(kept.length).toBeGreaterThan(10);
  const holding = kept
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(PASSWORD));
  expect(holding).toEqual([]);
  expect(machine.output()).not.toContain(PASSWORD);
}, 120_000);
