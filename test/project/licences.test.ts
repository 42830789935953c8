import { mkdtempSync, writeFileSync } from 'node:fs';
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
  };
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages }));
  expect(findUnwantedLicences(root)).toEqual([
    'copyleft: GPL-3.0',
    'both: MIT AND GPL-3.0',
    'none: none named',
  ]);
});
