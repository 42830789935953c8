import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { deliver, sendLoad, type Figures } from './send-load.ts';
import { openShop, type Shop } from './shop.ts';

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '200,500' },
    seconds: { type: 'string', default: '30' },
    burst: { type: 'string', default: '5000' },
    triggers: { type: 'string', default: '100' },
    products: { type: 'string', default: '5000' },
  },
});
const products = Number(values.products);
const objectIDs = (index: number) => [`p${index % products}`];

const bare = spawn(process.execPath, [join(import.meta.dirname, 'bare-receiver.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [firstOutput] = await once(bare.stdout, 'data');
const peer = { url: String(firstOutput).trim(), secret: 'any secret' };
try {
  await underLoad();
  await whenIdle();
} finally {
  bare.kill('SIGTERM');
}

/** Deliveries at a rate, then as many as there are at once; then whether each was taken once and its product written. */
async function underLoad(): Promise<void> {
  const shop = await openShop(products, 2);
  try {
    await sendLoad(shop.hook, { count: 200, perSecond: 100, objectIDs });
    await shop.settle();
    let sent = 200;
    for (const perSecond of values.rates.split(',').map(Number)) {
      const load = { count: perSecond * Number(values.seconds), perSecond, objectIDs };
      const ofPeer = await sendLoad(peer, load);
      shop.change(products);
      const own = await sendLoad(shop.hook, load);
      sent += own.sent;
      print(`${perSecond} per second for ${values.seconds} s`, own, ofPeer);
      await check(shop, sent, Math.min(products, own.sent));
    }
    const burst = { count: Number(values.burst), objectIDs };
    const ofPeer = await sendLoad(peer, burst);
    shop.change(products);
    const own = await sendLoad(shop.hook, burst);
    sent += own.sent;
    print(`${values.burst} at once`, own, ofPeer);
    await check(shop, sent, Math.min(products, own.sent));
  } finally {
    await shop.stop();
  }
}

async function check(shop: Shop, sent: number, changed: number): Promise<void> {
  const deliveries = await shop.settle();
  const distinct = new Set(deliveries.map(({ senderID }) => senderID)).size;
  const runs = new Set(deliveries.map(({ runID }) => runID));
  const failed = deliveries.filter(({ runOutcome }) => runOutcome !== 'success').length;
  const repeated = deliveries.reduce((sum, { duplicates }) => sum + duplicates, 0);
  let stale = 0;
  for (let product = 0; product < changed; product += 97) {
    if ((await shop.indexed(product)) !== shop.version(product)) stale += 1;
  }
  process.stdout.write(
    `  ${sent} sent, ${distinct} in the ledger (lost ${sent - distinct}, doubled ${deliveries.length - distinct + repeated}), ` +
      `${runs.size} runs so far, ${failed} deliveries in failed runs, ${stale} stale records of those looked at\n`,
  );
}

/** From a delivery's sending until its product can be searched, with nothing else to do and without a window. */
async function whenIdle(): Promise<void> {
  const shop = await openShop(100, 0);
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  try {
    for (let trigger = 0; trigger < Number(values.triggers) + 5; trigger += 1) {
      shop.change(1);
      const startedAt = performance.now();
      await deliver(agent, shop.hook, ['p0']);
      while ((await shop.indexed(0)) !== shop.version(0)) await delay(5);
      // The first few start the functions.
      if (trigger >= 5) times.push(performance.now() - startedAt);
      await shop.settle();
    }
  } finally {
    agent.destroy();
    await shop.stop();
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(0);
  process.stdout.write(
    `trigger to record when idle (window 0; a window adds its seconds): p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${times.length} triggers\n`,
  );
}

function print(name: string, own: Figures, ofPeer: Figures): void {
  const ratio = (a: number, b: number) => `${(a / b).toFixed(1)}x`;
  process.stdout.write(
    `${name}: ${own.accepted} of ${own.sent} accepted in ${own.seconds.toFixed(1)} s (bare ${ofPeer.seconds.toFixed(1)} s); ` +
      `p50 ${own.p50.toFixed(1)} ms (${ratio(own.p50, ofPeer.p50)} of bare), p99 ${own.p99.toFixed(1)} ms (${ratio(own.p99, ofPeer.p99)}), ` +
      `max ${own.max.toFixed(0)} ms\n`,
  );
}
