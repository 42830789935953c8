import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SPDX identifiers that ask for no more than attribution. */
const PERMISSIVE = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'Python-2.0',
  'Unlicense',
]);

interface LockedPackage {
  license?: string;
  dev?: boolean;
  link?: boolean;
}

/** An old manifest lists its licences to choose from, which npm does not copy into the lockfile. */
interface Manifest {
  license?: string;
  licenses?: { type: string }[];
}

/** Packages of the lockfile whose licence is not permissive, as `name: licence`. */
export function findUnwantedLicences(root: string): string[] {
  const lock: { packages: Record<string, LockedPackage> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  return Object.entries(lock.packages)
    .filter(
      ([path, entry]) => path !== '' && entry.link !== true && !isPermissive(licenceOf(root, path, entry)),
    )
    .map(
      ([path, entry]) =>
        `${path.replace(/^.*node_modules\//, '')}: ${licenceOf(root, path, entry) ?? 'none named'}`,
    );
}

function licenceOf(root: string, path: string, entry: LockedPackage): string | undefined {
  if (entry.license !== undefined) return entry.license;
  try {
    const { license, licenses }: Manifest = JSON.parse(
      readFileSync(join(root, path, 'package.json'), 'utf8'),
    );
    return license ?? licenses?.map(({ type }) => type).join(' OR ');
  } catch {
    return undefined;
  }
}

/** `A OR B` is fine when one is, `A AND B` when both are. */
function isPermissive(expression: string | undefined): boolean {
  if (expression === undefined) return false;
  return expression
    .replaceAll(/[()]/g, '')
    .split(/\s+OR\s+/i)
    .some((choice) => choice.split(/\s+AND\s+/i).every((licence) => PERMISSIVE.has(licence.trim())));
}

if (process.argv[1] === import.meta.filename) {
  const unwanted = findUnwantedLicences(join(import.meta.dirname, '..'));
  process.stdout.write(unwanted.length === 0 ? 'All licences are permissive.\n' : `${unwanted.join('\n')}\n`);
  process.exitCode = unwanted.length === 0 ? 0 : 1;
}
