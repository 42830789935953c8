import { registerHooks } from 'node:module';
import { PLANTED_BUGS, type PlantedBug } from './bugs.ts';

const ROOT = new URL('../../../', import.meta.url).href;
/** What is loaded anew with each bug. */
const OWN = ['core/', 'connectors/', 'test/simulation/', 'test/support/'].map((folder) => ROOT + folder);

let isHooked = false;

/** Loads a module, and all of ours that it imports, with a bug in one of them. */
export async function importPlanted<Module>(module: URL, bug: PlantedBug): Promise<Module> {
  if (!isHooked) hook();
  isHooked = true;
  return (await import(`${module.href}?plant=${PLANTED_BUGS.indexOf(bug)}`)) as Module;
}

function hook(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context);
      const plant = /\?plant=\d+$/.exec(context.parentURL ?? '')?.[0];
      const isOwn = OWN.some((folder) => resolved.url.startsWith(folder));
      return plant === undefined || !isOwn ? resolved : { ...resolved, url: resolved.url + plant };
    },
    load(url, context, nextLoad) {
      const [file = '', plant] = url.split('?plant=');
      const loaded = nextLoad(url, context);
      const bug = plant === undefined ? undefined : PLANTED_BUGS[Number(plant)];
      if (bug === undefined || file !== ROOT + bug.file) return loaded;
      return { ...loaded, source: withBug(String(loaded.source), bug) };
    },
  });
}

function withBug(source: string, { name, file, was, is }: PlantedBug): string {
  const parts = source.split(was);
  if (parts.length !== 2)
    throw new Error(`Where "${name}" is planted, ${file} has changed: adapt the plant.`);
  return parts.join(is);
}
