import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readApplicationID } from '../../../local/start-up/application.ts';
import { writeConnection } from '../../../local/start-up/connection.ts';
import { listenOnLoopback } from '../../../local/start-up/listen-on-loopback.ts';
import { lockDataDirectory } from '../../../local/start-up/lock.ts';
import { MAIL_SECRET_ARN } from '../../../local/start-up/mail-secret.ts';
import { choosePorts } from '../../../local/start-up/ports.ts';
import { readSettings, USAGE } from '../../../local/start-up/settings.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-start-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

describe('the settings', () => {
  it('come from flags, then from the environment, then from defaults', () => {
    const environment = { PORT: '5000', MILLRACE_DATA: '/b', MILLRACE_LEASE_SECONDS: '10' };
    expect(readSettings(['--port', '6000', '--data', '/a', '--empty'], environment)).toMatchObject({
      port: 6000,
      dataDirectory: '/a',
      empty: true,
      stageEnvironment: { MILLRACE_LEASE_SECONDS: '10' },
    });
    expect(readSettings([], environment)).toMatchObject({ port: 5000, dataDirectory: '/b', empty: false });
    expect(readSettings([], {}).dataDirectory).toMatch(/\/\.millrace$/);
  });

  it('that --help names are all that are read', () => {
    const read = new Set<string>();
    const environment = new Proxy<Record<string, string>>(
      {},
      {
        get: (_, name) => {
          read.add(String(name));
          return undefined;
        },
      },
    );
    readSettings([], environment);
    const own = [...read].filter((name) => name.startsWith('MILLRACE_'));
    expect(own.sort()).toEqual([...new Set(USAGE.match(/MILLRACE_\w+/g))].sort());
  });

  it('of the stage reach it as they were given', () => {
    const environment = {
      MILLRACE_WATCH_SECONDS: '7',
      MILLRACE_PUSH_MAX_BYTES: '1000',
      MILLRACE_LIMITS: '{}',
    };
    expect(readSettings([], environment).stageEnvironment).toMatchObject(environment);
  });

  it('ask for a sender where a mail server is named, and for a mail server where a sender is', () => {
    const mail = { MILLRACE_SMTP_URL: 'smtp://127.0.0.1:25', MILLRACE_ALERT_SENDER: 'a@shop.example' };
    expect(readSettings([], mail).stageEnvironment).toMatchObject(mail);
    for (const name of Object.keys(mail)) {
      expect(() => readSettings([], { ...mail, [name]: undefined })).toThrow('Emails need both');
    }
  });

  it('name the topics of alerts, which must be those of the machine', () => {
    const ours = 'arn:aws:sns:us-east-1:000000000000:';
    const told = { MILLRACE_ALERT_TOPIC_ARNS: `${ours}shop, ${ours}on-call` };
    expect(readSettings([], told).topicNames).toEqual(['shop', 'on-call']);
    for (const arn of ['arn:aws:sns:us-east-1:123456789012:shop', 'shop', ours]) {
      expect(() => readSettings([], { MILLRACE_ALERT_TOPIC_ARNS: arn })).toThrow(`:NAME, not ${arn}.`);
    }
  });

  it('hand on what the stage is told of limits and retention', () => {
    const told = { MILLRACE_LIMITS: '{"sources":3}', MILLRACE_RUN_RETENTION_DAYS: '7' };
    expect(readSettings([], told).stageEnvironment).toMatchObject(told);
  });

  it('name the file with the password of the mail server, and the secret that it becomes', () => {
    const mail = { MILLRACE_SMTP_URL: 'smtp://127.0.0.1:25', MILLRACE_ALERT_SENDER: 'a@shop.example' };
    const file = { MILLRACE_SMTP_SECRET_FILE: '/etc/millrace/smtp.json' };
    expect(readSettings([], { ...mail, ...file })).toMatchObject({
      smtpSecretFile: '/etc/millrace/smtp.json',
      stageEnvironment: { MILLRACE_SMTP_SECRET_ARN: MAIL_SECRET_ARN },
    });
    expect(readSettings([], mail).stageEnvironment).not.toHaveProperty('MILLRACE_SMTP_SECRET_ARN');
    expect(() => readSettings([], file)).toThrow('of no use without MILLRACE_SMTP_URL');
  });

  it('name commands that stand for images, and what a container runtime is told of the environment', () => {
    const environment = {
      PATH: '/bin',
      AWS_SECRET_ACCESS_KEY: 'canary',
      DOCKER_HOST: 'unix:///run/docker.sock',
      MILLRACE_COMMANDS: '{"tap-csv":["/opt/tap-csv","--verbose"]}',
    };
    expect(readSettings([], environment).containers).toEqual({
      environment: { PATH: '/bin', DOCKER_HOST: 'unix:///run/docker.sock' },
      commands: { 'tap-csv': ['/opt/tap-csv', '--verbose'] },
      runtime: '',
    });
    for (const MILLRACE_COMMANDS of ['tap-csv', '["a"]', '{"tap-csv":"/opt/tap-csv"}', '{"tap-csv":[]}']) {
      expect(() => readSettings([], { MILLRACE_COMMANDS })).toThrow('MILLRACE_COMMANDS must be JSON like');
    }
  });

  it.each([
    [['--port', 'many'], 'The port must be a number'],
    [['--port', '70000'], 'The port must be a number'],
    [['--colour'], "Unknown option '--colour'"],
  ])('%j are refused in a sentence', (args, message) => {
    expect(() => readSettings(args, {})).toThrow(message);
  });
});

describe('the lock of a data directory', () => {
  it('refuses a second start and names the process that has it', async () => {
    const release = await lockDataDirectory(directory);
    await expect(lockDataDirectory(directory)).rejects.toThrow(`process ${process.pid}`);
    release();
    (await lockDataDirectory(directory))();
  });

  it('does not stand in the way after its process was killed', async () => {
    const lock = JSON.stringify(join(import.meta.dirname, '../../../local/start-up/lock.ts'));
    const holder = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `import { lockDataDirectory } from ${lock};
       globalThis.release = await lockDataDirectory(${JSON.stringify(directory)});
       process.stdout.write('locked');
       setInterval(() => {}, 1000);`,
    ]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    await expect(lockDataDirectory(directory)).rejects.toThrow(`process ${holder.pid}`);
    const ended = new Promise((resolve) => holder.once('exit', resolve));
    holder.kill('SIGKILL');
    await ended;
    (await lockDataDirectory(directory))();
  });
});

/** The first of `length` free ports in a row, below those that the system hands out to other programs meanwhile. */
async function findFreeRow(length: number): Promise<number> {
  const base = 20_000 + Math.floor(Math.random() * 10_000);
  for (let port = base; port < base + length; port += 1) {
    const server = createServer();
    try {
      await listenOnLoopback(server, port);
    } catch {
      return findFreeRow(length);
    } finally {
      server.close();
    }
  }
  return base;
}

describe('the ports', () => {
  it('are chosen at the first start and kept', async () => {
    const first = await choosePorts(directory, 0);
    expect(new Set(Object.values(first)).size).toBe(3);
    expect(await choosePorts(directory, undefined)).toEqual(first);
    expect(await choosePorts(directory, 0)).toEqual(first);
  });

  it('follow each other from the one asked for, and only the API moves later', async () => {
    const base = await findFreeRow(4);
    expect(await choosePorts(directory, base)).toEqual({
      api: base,
      searchIndex: base + 1,
      samples: base + 2,
    });
    expect(await choosePorts(directory, base + 3)).toMatchObject({ api: base + 3, searchIndex: base + 1 });
    await expect(choosePorts(directory, base + 2)).rejects.toThrow('already used for the local index');
  });

  it('are refused in a sentence when another program has one', async () => {
    const { api } = await choosePorts(directory, 0);
    const other = createServer();
    await listenOnLoopback(other, api);
    await expect(choosePorts(directory, undefined)).rejects.toThrow(`Port ${api} on 127.0.0.1 is taken`);
    other.close();
  });
});

describe('what a start leaves in the data directory', () => {
  it('has an application ID that looks like one of Algolia and stays', async () => {
    const applicationID = await readApplicationID(directory);
    expect(applicationID).toMatch(/^LOCAL[A-Z0-9]{5}$/);
    expect(await readApplicationID(directory)).toBe(applicationID);
  });

  it('has credentials that only their owner can read', async () => {
    const connection = {
      url: 'http://127.0.0.1:1',
      appID: 'APP',
      apiKey: 'KEY',
      search: { url: 'http://127.0.0.1:2', appID: 'APP', apiKey: 'KEY' },
    };
    await writeConnection(directory, connection);
    for (const name of ['connection.json', 'curl.conf']) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
    expect(JSON.parse(await readFile(join(directory, 'connection.json'), 'utf8'))).toEqual(connection);
  });
});
