import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { Secret } from '../../../core/foundation/secret.ts';
import { readPatiently } from '../contract/read-subject.ts';
import { readError } from '../support/read-source.ts';
import { letters, openDataset } from './open-dataset.ts';
import { ACCOUNT } from './token-endpoint.ts';

const account = (input: Record<string, string | Secret>) => ({
  authentication: { type: 'googleServiceAccount', input },
});

describe('the service account', () => {
  it('proves itself once, for as long as its token lasts', async () => {
    const { read, server } = await openDataset({ tables: { t: letters('a', 25) }, pageCap: 10 });
    await read({ table: 't' });
    expect(server.tokens.size).toBe(1);
    expect(server.count()).toBe(5);
  });

  it('gets a new token where one is not taken any more', async () => {
    const { context, server } = await openDataset({ tables: { t: letters('a', 25) }, pageCap: 10 });
    const opened = context({ table: 't' }, { limits: { maxRecords: 10, maxBytes: 1e6 } });
    let count = 0;
    const { openSource } = await import('../../../connectors/registry.ts');
    for await (const batch of (await openSource('bigquery', opened)).read(
      undefined,
      new AbortController().signal,
    )) {
      count += batch.count;
      server.tokens.clear();
    }
    expect(count).toBe(25);
  });

  it('may have its key with line ends as they are within JSON', async () => {
    const { read } = await openDataset({ tables: { t: letters('a', 1) } });
    const privateKey = new Secret(ACCOUNT.privateKey.replaceAll('\n', String.raw`\n`));
    expect(await read({ table: 't' }, account({ ...ACCOUNT, privateKey }))).toHaveLength(1);
  });

  const other = (type: 'rsa' | 'ec') => {
    const { privateKey } =
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 2048 })
        : generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  };

  it.each([
    [{}, 'needs an authentication'],
    [{ clientEmail: ACCOUNT.clientEmail, privateKey: new Secret('canary-key') }, 'no RSA key in PEM'],
    [{ clientEmail: ACCOUNT.clientEmail, privateKey: new Secret(other('ec')) }, 'no RSA key in PEM'],
    [{ clientEmail: ACCOUNT.clientEmail, privateKey: new Secret(other('rsa')) }, 'Invalid JWT Signature'],
    [{ clientEmail: 'nobody@example.com', privateKey: new Secret(ACCOUNT.privateKey) }, 'account not found'],
  ])('that is wrong is refused with what to check, and never shown', async (input, message) => {
    const { context } = await openDataset({ tables: { t: letters('a', 1) } });
    const error = await readError('bigquery', context({ table: 't' }, account(input)));
    expect(error).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
    expect(error.message).toContain(message);
    expect(error.message).toContain('Check the clientEmail and the privateKey of the authentication');
    expect(error.message).not.toMatch(/canary-key|[A-Za-z0-9+/]{60}/);
  });

  it('that lacks its roles is told which', async () => {
    const { context } = await openDataset({});
    const error = await readError('bigquery', context({ projectID: 'foreign', table: 't' }));
    expect(error).toMatchObject({ code: 'source.access_denied', disposition: 'fatal' });
    expect(error.message).toMatch(
      /roles\/bigquery\.dataViewer.*roles\/bigquery\.jobUser.*jobs\.create permission/,
    );
  });
});

const RATE = { status: 403, message: 'Exceeded rate limits' };

describe('what BigQuery refuses for now', () => {
  it.each(['rateLimitExceeded', 'jobRateLimitExceeded'])(
    'by %s is asked again, ever later',
    async (reason) => {
      const { context, server } = await openDataset({ tables: { t: letters('a', 3) } });
      let seen = 0;
      server.faults.before = () => ((seen += 1) <= 3 ? { ...RATE, reason } : undefined);
      const { texts, waitedSeconds } = await readPatiently('bigquery', context({ table: 't' }));
      expect(texts).toHaveLength(3);
      expect(waitedSeconds).toBe(1 + 2 + 4);
    },
  );

  it('for as long as is waited is left to the run', async () => {
    const { context, server } = await openDataset({ tables: { t: letters('a', 3) } });
    const clock = { now: () => new Date(), sleep: vi.fn<() => Promise<void>>(async () => {}) };
    server.faults.before = () => ({ ...RATE, reason: 'rateLimitExceeded' });
    expect(await readError('bigquery', context({ table: 't' }, { clock }))).toMatchObject({
      code: 'source.rate_limited',
      disposition: 'retryable',
    });
    expect(clock.sleep).toHaveBeenCalledTimes(6);
  });

  it('by a quota that is used up is said', async () => {
    const { context, server } = await openDataset({ tables: { t: letters('a', 3) } });
    server.faults.before = () => ({ status: 403, reason: 'quotaExceeded', message: 'Quota exceeded' });
    expect(await readError('bigquery', context({ table: 't' }))).toMatchObject({
      code: 'source.quota_exceeded',
      disposition: 'fatal',
      message: expect.stringContaining('Google Cloud console'),
    });
  });
});

describe('requests', () => {
  it('go where the operator says, whatever the variables of Google say', async () => {
    const { read } = await openDataset({ tables: { t: letters('a', 1) } });
    for (const name of ['BIGQUERY_EMULATOR_HOST', 'HTTP_PROXY', 'HTTPS_PROXY'])
      vi.stubEnv(name, 'http://127.0.0.1:1');
    try {
      expect(await read({ table: 't' })).toHaveLength(1);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('go nowhere else, whoever asks for it', async () => {
    const { context, server } = await openDataset({ tables: { t: letters('a', 1) } });
    const other = await openDataset({ tables: { t: letters('a', 1) } });
    server.faults.before = () => ({ status: 307, headers: { location: `${other.server.url}/bigquery/v2/` } });
    expect(await readError('bigquery', context({ table: 't' }))).toMatchObject({
      code: 'http.too_many_redirects',
    });
    expect(other.server.count()).toBe(0);
  });
});
