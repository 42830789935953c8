import { setTimeout as delay } from 'node:timers/promises';

/** Resolves as soon as the condition holds; throws when it has not after `timeoutMilliseconds`. */
export async function eventually(condition: () => boolean, timeoutMilliseconds = 5000): Promise<void> {
  const deadline = Date.now() + timeoutMilliseconds;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMilliseconds} ms: ${condition}`);
    await delay(5);
  }
}
