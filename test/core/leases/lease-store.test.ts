import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdLease } from '../../../core/leases/held-lease.ts';
import { LeaseLostError } from '../../../core/leases/lease-lost-error.ts';
import { createLeaseStore } from '../../../core/leases/lease-store.ts';
import { startTable, type TestTable } from '../../support/table.ts';
import { TestClock } from '../../support/test-clock.ts';

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(async () => table.stop());

let keys = 0;
function setUp() {
  const clock = new TestClock();
  const leaseStore = createLeaseStore({ ...table, clock, leaseSeconds: 60 });
  keys += 1;
  const key = `SEARCH/index-${keys}`;
  const acquire = async (runID: string, createdAt = '2026-03-01T09:00:00.000Z') =>
    leaseStore.acquire({ appID: 'APP', key, runID, createdAt, reserveSeconds: 30 });
  const acquired = async (runID: string, createdAt?: string) => {
    const answer = await acquire(runID, createdAt);
    if (!('lease' in answer)) throw new Error(`${runID} did not get the lease`);
    return answer;
  };
  return { clock, leaseStore, acquire, acquired };
}

describe('a lease', () => {
  it('is had by one, and the others hear by whom and until when', async () => {
    const { acquired, acquire } = setUp();
    await acquired('one');
    expect(await acquire('two')).toEqual({ heldBy: 'one', heldUntil: new Date('2026-03-01T10:01:00Z') });
  });

  it('goes to exactly one of many that ask at once', async () => {
    const { acquire } = setUp();
    const answers = await Promise.all(Array.from({ length: 8 }, async (_, index) => acquire(`run-${index}`)));
    expect(answers.filter((answer) => 'lease' in answer)).toHaveLength(1);
  });

  it('has a fence that rises with every holder, also after it was given back', async () => {
    const { acquired, leaseStore, clock } = setUp();
    const first = await acquired('one');
    await leaseStore.release(first.lease);
    const second = await acquired('two');
    clock.advance(61_000);
    const third = await acquired('three');
    expect([first, second, third].map(({ lease }) => lease.fence)).toEqual([1, 2, 3]);
    expect([second.abandonedBy, third.abandonedBy]).toEqual([undefined, 'two']);
  });

  it('is not renewed, given back or shortened by one who lost it', async () => {
    const { acquired, acquire, leaseStore, clock } = setUp();
    const { lease: old } = await acquired('one');
    clock.advance(61_000);
    await acquired('two');
    expect(await leaseStore.renew(old)).toBeUndefined();
    await leaseStore.release(old);
    expect(await acquire('three')).toMatchObject({ heldBy: 'two' });
  });

  it('keeps its term when a renewal comes late, after the next one', async () => {
    const { acquired, acquire, leaseStore, clock } = setUp();
    const { lease } = await acquired('one');
    const ahead = new TestClock('2026-03-01T10:00:30.000Z');
    await createLeaseStore({ ...table, clock: ahead, leaseSeconds: 60 }).renew(lease);
    expect(await leaseStore.renew(lease)).toBeUndefined();
    clock.advance(61_000);
    expect(await acquire('two')).toMatchObject({
      heldBy: 'one',
      heldUntil: new Date('2026-03-01T10:01:30Z'),
    });
  });

  it('goes to the run that was created first of those that wait', async () => {
    const { acquired, acquire, leaseStore, clock } = setUp();
    const { lease } = await acquired('holder');
    await acquire('later', '2026-03-01T09:02:00.000Z');
    await acquire('earlier', '2026-03-01T09:01:00.000Z');
    await leaseStore.release(lease);
    expect(await acquire('later', '2026-03-01T09:02:00.000Z')).toMatchObject({ heldBy: 'earlier' });
    clock.advance(5000);
    await acquired('earlier', '2026-03-01T09:01:00.000Z');
  });

  it('does not wait for ever for a run that does not come for it', async () => {
    const { acquired, acquire, leaseStore, clock } = setUp();
    const { lease } = await acquired('holder');
    await acquire('gone', '2026-03-01T08:00:00.000Z');
    await leaseStore.release(lease);
    expect('lease' in (await acquire('next'))).toBe(false);
    clock.advance(31_000);
    await acquired('next');
  });
});

describe('a held lease', () => {
  it('is kept by its heartbeat', async () => {
    const { acquired, acquire, leaseStore, clock } = setUp();
    const held = holdLease({ leaseStore, clock, leaseSeconds: 60 }, (await acquired('one')).lease);
    for (let beat = 0; beat < 6; beat += 1) {
      clock.advance(20_000);
      await until(() => held.current.heldUntil.getTime() === clock.now().getTime() + 60_000);
    }
    expect(await acquire('two')).toMatchObject({ heldBy: 'one' });
    await held.release();
    clock.advance(31_000);
    await acquired('three');
  });

  it('aborts its work as soon as a heartbeat finds it gone', async () => {
    const { acquired, leaseStore, clock } = setUp();
    const { lease } = await acquired('one');
    const held = holdLease({ leaseStore, clock, leaseSeconds: 60 }, lease);
    await leaseStore.release(lease);
    await acquired('two');
    clock.advance(20_000);
    await until(() => held.signal.aborted);
    expect(held.signal.reason).toBeInstanceOf(LeaseLostError);
    expect(() => held.assertHeld()).toThrow(LeaseLostError);
    await expect(held.confirm()).rejects.toThrow(LeaseLostError);
    await held.release();
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}
