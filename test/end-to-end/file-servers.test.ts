import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { FTP_LOGIN, startFtpServer, type TestFtpServer } from '../connectors/support/ftp-server.ts';
import { SFTP_LOGIN, startSftpServer, type TestSftpServer } from '../connectors/support/sftp-server.ts';
import { browse, startOneMachine, type OneMachine } from '../support/one-machine.ts';
import { createPipeline } from '../support/pipeline.ts';

let machine: OneMachine;
let sftp: TestSftpServer;
let ftp: TestFtpServer;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-servers-'));
  [machine, sftp, ftp] = await Promise.all([
    startOneMachine(),
    startSftpServer(folder),
    startFtpServer(folder),
  ]);
});
afterAll(async () => {
  await Promise.all([machine.remove(), sftp.stop(), ftp.stop()]);
  rmSync(folder, { recursive: true });
});

const COUNT = 3_000;
const numbers = Array.from({ length: COUNT }, (_, index) => index);

test('a CSV file on an SFTP server becomes an index', async () => {
  const rows = numbers.map((index) => `p${index},"Lamp, no. ${index}",9007199254740993\n`);
  writeFileSync(join(folder, 'catalogue.csv'), `sku,title,number\n${rows.join('')}`);
  const pipeline = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${sftp.url}/catalogue.csv?fingerprint=${sftp.fingerprint}`, uniqueIDColumn: 'sku' },
    indexName: 'over_sftp',
    login: SFTP_LOGIN,
  });
  const run = await pipeline.run();
  expect(run).toMatchObject({ outcome: 'success', progress: { receivedNbOfEvents: COUNT } });
  const records = await browse(machine, 'over_sftp');
  expect(records.size).toBe(COUNT);
  expect(records.get('p7')).toEqual({ sku: 'p7', title: 'Lamp, no. 7', number: '9007199254740993' });
});

test('an array within a zipped JSON document on an FTP server becomes an index', async () => {
  const document = JSON.stringify({
    meta: {},
    data: { products: numbers.map((id) => ({ id, name: `é${id}` })) },
  });
  writeFileSync(join(folder, 'feed.zip'), zipSync({ 'feed.json': Buffer.from(document) }));
  const pipeline = await createPipeline(machine, {
    type: 'json',
    input: { url: `${ftp.url}/feed.zip#/data/products`, uniqueIDColumn: 'id' },
    indexName: 'over_ftp',
    login: FTP_LOGIN,
  });
  expect(await pipeline.run()).toMatchObject({ outcome: 'success' });
  const records = await browse(machine, 'over_ftp');
  expect(records.size).toBe(COUNT);
  expect(records.get('7')).toEqual({ id: 7, name: 'é7' });
});

test('a wrong password fails the run with what to check, and shows nowhere', async () => {
  const pipeline = await createPipeline(machine, {
    type: 'csv',
    input: { url: `${sftp.url}/catalogue.csv` },
    indexName: 'refused',
    login: { ...SFTP_LOGIN, password: 'canary-wrong-password' },
  });
  const run = await pipeline.run();
  expect(run).toMatchObject({ outcome: 'failure', reasonCode: 'critical' });
  expect(run.reason).toContain('Check the user name and password');
  const { events } = await machine.ingestion.listEvents({ runID: run.runID });
  expect(JSON.stringify([run, events]) + machine.output()).not.toContain('canary-wrong-password');
});
