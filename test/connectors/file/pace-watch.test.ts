import { describe, expect, it } from 'vitest';
import { PaceWatch } from '../../../connectors/sources/file/pace-watch.ts';

const MINUTE = 60_000;

describe('the pace of a transfer', () => {
  it('is too low when a minute of waiting brought less than a kibibyte a second', () => {
    const pace = new PaceWatch(MINUTE);
    for (let second = 1; second < 60; second += 1) pace.note(1000, 1000);
    expect(() => pace.note(1000, 1000)).toThrow('sent 60000 bytes in 60 s; at least 1024 a second');
  });

  it('is taken anew after each minute, and a reader that takes its time does not lower it', () => {
    const pace = new PaceWatch(MINUTE);
    for (let chunk = 0; chunk < 200; chunk += 1) pace.note(65_536, 30_000);
    // Bytes that were there already were not waited for.
    for (let chunk = 0; chunk < 1000; chunk += 1) pace.note(1, 0);
    expect(() => pace.note(65_536, MINUTE)).not.toThrow();
    expect(() => pace.note(1, MINUTE)).toThrow('at least 1024 a second');
  });
});
