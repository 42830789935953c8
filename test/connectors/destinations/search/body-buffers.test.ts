import { describe, expect, it } from 'vitest';
import { BodyBuffers } from '../../../../connectors/destinations/search/body-buffers.ts';

describe('the memory of request bodies', () => {
  it('is used again once it was given back', () => {
    const buffers = new BodyBuffers();
    const first = buffers.take(1000);
    buffers.give(first);
    const second = buffers.take(2000);
    expect(second).toHaveLength(2000);
    expect(second.buffer).toBe(first.buffer);
  });

  it('is never shared by two bodies', () => {
    const buffers = new BodyBuffers();
    const first = buffers.take(1000);
    buffers.give(first);
    expect(buffers.take(1000).buffer).not.toBe(buffers.take(1000).buffer);
  });

  it('grows with the bodies, and is not held for one that is odd', () => {
    const buffers = new BodyBuffers();
    buffers.give(buffers.take(10));
    const large = buffers.take(9_000_000);
    expect(large).toHaveLength(9_000_000);
    buffers.give(large);
    expect(buffers.take(9_000_000).buffer).not.toBe(large.buffer);
  });
});
