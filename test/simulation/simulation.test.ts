import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { PLANTED_BUGS } from './planted/bugs.ts';
import { faultCount, simulateMany, successPercent, summarise } from './simulate-many.ts';
import { simulate } from './simulate.ts';

const PINNED_SEEDS = 200;
/** Each planted bug shows within so many, most of them within ten. */
const SEEDS_TO_FIND = 1_500;
/** Some seconds on a machine of one's own, more beside others. */
const TIMEOUT_MILLISECONDS = 300_000;

describe('the simulated service', { timeout: TIMEOUT_MILLISECONDS }, () => {
  // Other seeds are lived by `npm run sim`.
  it('loses nothing, doubles nothing and comes to its end', async () => {
    const results = await simulateMany(1, PINNED_SEEDS);
    expect(results.violations, `${summarise(results).lines.join('\n')}`).toEqual([]);
    expect(faultCount(results)).toBeGreaterThan(PINNED_SEEDS * 10);
    expect(successPercent(results)).toBeGreaterThan(95);
  });

  it('appends no record over one that was published while the look-up was under way', async () => {
    expect((await simulate(802_661, { isPlain: true })).violation).toBeUndefined();
  });

  it('takes no run for finished because the index that it should have replaced is as large', async () => {
    expect((await simulate(782_109_837, { isPlain: true })).violation).toBeUndefined();
  });

  it('has a batch of an earlier reading, however late, meet nobody', async () => {
    expect((await simulate(797_522_681, { isPlain: true })).violation).toBeUndefined();
  });

  it('leaves open whether an index was moved though whoever gave up on it dies again and again', async () => {
    expect((await simulate(895_762_624)).violation).toBeUndefined();
  });

  it('lives the same life again from the same seed, and another from another', async () => {
    const [first, again, other] = [await simulate(7), await simulate(7), await simulate(8)];
    expect(again.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });
});

interface Finding {
  readonly name: string;
  readonly violation?: string;
}

describe('a mistake in the engine', () => {
  let findings: Map<string, Finding>;
  beforeAll(() => {
    const main = join(import.meta.dirname, 'planted/main.ts');
    const { stdout, stderr } = spawnSync(process.execPath, [main, String(SEEDS_TO_FIND)], {
      encoding: 'utf8',
    });
    const lines = stdout.split('\n').filter((line) => line !== '');
    findings = new Map(lines.map((line) => JSON.parse(line) as Finding).map((found) => [found.name, found]));
    if (stderr !== '') throw new Error(stderr);
  }, TIMEOUT_MILLISECONDS);

  it.each(PLANTED_BUGS.map(({ name }) => name))('is found: %s', (name) => {
    expect(findings.get(name)?.violation).toMatch(/./);
  });
});
