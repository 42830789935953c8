import { SourceError } from '../../../core/runs/source-error.ts';
import { quoteExcerpt } from '../file/rejected-text.ts';
import type { CsvInput, CsvType } from './csv-input.ts';
import { toWords, type TextWords } from './csv-text.ts';

export interface CsvColumn {
  readonly name: string;
  readonly type: CsvType;
  /** What stands before the cell in the record: `,"name":`, with the opening quote of a string. */
  readonly prefix: TextWords;
  /** The record's own `objectID` attribute is not written a second time. */
  readonly isObjectID: boolean;
}

/** What the header and the source's settings make of each cell. */
export interface CsvColumns {
  readonly all: readonly CsvColumn[];
  /** The column that holds the id; -1 without. */
  readonly idColumn: number;
  readonly prefixBytes: number;
}

/** Reads the header's names. Errors name the columns that are empty, doubled, or missing for the settings. */
export function planColumns(names: readonly string[], input: CsvInput): CsvColumns {
  refuseBadNames(names);
  const mapping = new Map(Object.entries(input.mapping ?? {}));
  const missing = [...mapping.keys()].find((name) => !names.includes(name));
  if (missing !== undefined) throw missingColumn('csv.mapping_column_missing', 'mapping', missing, names);
  const idName = input.uniqueIDColumn ?? 'objectID';
  const idColumn = names.indexOf(idName);
  if (idColumn < 0 && input.uniqueIDColumn !== undefined) {
    throw missingColumn('csv.id_column_missing', 'uniqueIDColumn', idName, names);
  }
  const all = names.map((name) => {
    const type = mapping.get(name) ?? 'string';
    const prefix = toWords(`,${JSON.stringify(name)}:${type === 'string' ? '"' : ''}`);
    return { name, type, prefix, isObjectID: name === 'objectID' };
  });
  return { all, idColumn, prefixBytes: all.reduce((sum, column) => sum + column.prefix.length, 0) };
}

function refuseBadNames(names: readonly string[]): void {
  const empty = names.indexOf('');
  if (empty >= 0) {
    throw new SourceError(
      'csv.empty_column_name',
      `Column ${empty + 1} of the header has no name. Each column needs one: it becomes the attribute's name.`,
    );
  }
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new SourceError(
        'csv.duplicate_column_name',
        `The header has the column ${quote(name)} twice. Each name may stand for one attribute only.`,
      );
    }
    seen.add(name);
  }
}

function missingColumn(code: string, setting: string, name: string, names: readonly string[]): SourceError {
  const shown = names.slice(0, 10).map(quote).join(', ');
  const more = names.length > 10 ? ` and ${names.length - 10} more` : '';
  const hint = names.length === 1 ? ' Check the delimiter: the header has one column only.' : '';
  return new SourceError(
    code,
    `${setting} names the column ${quote(name)}, which the header does not have. It has ${shown}${more}.${hint}`,
  );
}

function quote(name: string): string {
  return quoteExcerpt(Buffer.from(name));
}
