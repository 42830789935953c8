import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { findUnwantedLicences } from '../../scripts/check-licences.ts';

test('every dependency, deployed or not, has a permissive licence', () => {
  expect(findUnwantedLicences(join(import.meta.dirname, '../..'))).toEqual([]);
});

test('a copyleft, a mixed and a missing licence are named, a choice with a permissive one is not', () => {
  const root = mkdtempSync(join(tmpdir(), 'licences-'));
  const packages = {
    '': {},
    'node_modules/copyleft': { license: 'GPL-3.0' },
    'node_modules/both': { license: 'MIT AND GPL-3.0' },
    'node_modules/choice': { license: '(GPL-3.0 OR MIT)' },
    'node_modules/none': {},
    'node_modules/old': {},
    'node_modules/old-copyleft': {},
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  const writeManifest = (name: string, manifest: object) => {
    mkdirSync(join(root, 'node_modules', name), { recursive: true });
    writeFileSync(join(root, 'node_modules', name, 'package.json'), JSON.stringify(manifest));
  };
  writeManifest('old', { licenses: [{ type: 'MIT', url: 'https://example.com/LICENSE' }] });
  writeManifest('old-copyleft', { licenses: [{ type: 'GPL-2.0' }] });
  expect(findUnwantedLicences(root)).toEqual([
    'copyleft: GPL-3.0',
    'both: MIT AND GPL-3.0',
    'none: none named',
    'old-copyleft: GPL-2.0',
  ]);
});
