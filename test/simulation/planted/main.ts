import type * as simulation from '../simulate.ts';
import { PLANTED_BUGS } from './bugs.ts';
import { importPlanted } from './plant.ts';

/** Lives the seeds from 1 on with each bug until its violation shows; one line of JSON per bug. */
const maxSeeds = Number(process.argv[2] ?? 500);
const only = process.argv[3] ?? '';

for (const bug of PLANTED_BUGS.filter(({ name }) => name.includes(only))) {
  const { simulate } = await importPlanted<typeof simulation>(
    new URL('../simulate.ts', import.meta.url),
    bug,
  );
  let found: { seed: number; violation: string } | undefined;
  for (let seed = 1; found === undefined && seed <= maxSeeds; seed += 1) {
    const { violation } = await simulate(seed);
    if (violation !== undefined) found = { seed, violation };
  }
  console.log(JSON.stringify({ name: bug.name, ...found }));
}
