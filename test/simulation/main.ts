import { createHash, randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { simulateMany, summarise } from './simulate-many.ts';
import { simulate } from './simulate.ts';

/**
 * `--seed N` replays one life with everything that happens in it, `--plain` as before there were updates and record sets; `--seeds A-B` lives many and says what came of them.
 * `--fresh N` lives seeds that nobody chose; with `--of TEXT` the text says which, so that the same text lives the same.
 */
const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    fresh: { type: 'string' },
    of: { type: 'string' },
    plain: { type: 'boolean', default: false },
  },
});

if (values.seed !== undefined) {
  const { violation, hash } = await simulate(Number(values.seed), {
    print: (line) => console.log(line),
    isPlain: values.plain,
  });
  console.log(violation === undefined ? `no violation, history ${hash}` : `VIOLATION ${violation}`);
  process.exitCode = violation === undefined ? 0 : 1;
} else {
  const [first, last] = rangeOf(values);
  const results = await simulateMany(first, last);
  const { lines, isGood } = summarise(results);
  console.log(lines.join('\n'));
  process.exitCode = isGood ? 0 : 1;
}

function rangeOf({
  seeds,
  fresh,
  of,
}: {
  seeds?: string | undefined;
  fresh?: string | undefined;
  of?: string | undefined;
}): [number, number] {
  if (fresh !== undefined) {
    const chance = of === undefined ? randomBytes(4) : createHash('sha256').update(of).digest();
    const first = chance.readUInt32BE() >>> 2;
    return [first, first + Number(fresh) - 1];
  }
  const [first = 1, last = first] = (seeds ?? '1-300').split('-').map(Number);
  return [first, last];
}
