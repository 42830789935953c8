import type { Column } from './bigquery-api.ts';

/** A number as JSON writes it. */
const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const MICROSECONDS = /^-?\d{1,18}$/;

/** Writes a value as BigQuery's answers have it, which is text, as JSON. */
type WriteValue = (value: unknown) => string;

/** A row's columns: the JSON of each. Those that are left out are `undefined`. */
export interface RowWriter {
  /** `"name":value` of each column but the one that is left out, joined; empty where there are no others. */
  members(row: unknown, leftOut: number): string;
}

/** Compiles the columns once for all rows of a page. */
export function createRowWriter(columns: readonly Column[]): RowWriter {
  const names = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const writers = columns.map(writerOf);
  return {
    members: (row, leftOut) => {
      const cells = cellsOf(row);
      let text = '';
      for (let index = 0; index < names.length; index += 1) {
        if (index === leftOut) continue;
        text += `${text === '' ? '' : ','}${names[index]}${writers[index]?.(valueOf(cells[index]))}`;
      }
      return text;
    },
  };
}

/** The cells of a row or of a record within one. */
export function cellsOf(row: unknown): readonly unknown[] {
  const cells = memberOf(row, 'f');
  return Array.isArray(cells) ? cells : [];
}

/** What stands in a cell: text, null, a record or a list of cells. */
export function valueOf(cell: unknown): unknown {
  return memberOf(cell, 'v') ?? null;
}

function memberOf(value: unknown, name: 'f' | 'v'): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function writerOf(column: Column): WriteValue {
  const write = orNull(scalarWriterOf(column));
  if (column.mode !== 'REPEATED') return write;
  return (value) => (Array.isArray(value) ? `[${value.map((cell) => write(valueOf(cell))).join()}]` : '[]');
}

function orNull(write: WriteValue): WriteValue {
  return (value) => (value === null ? 'null' : write(value));
}

function scalarWriterOf({ type, fields = [] }: Column): WriteValue {
  switch (type) {
    case 'INTEGER':
    case 'INT64':
    case 'NUMERIC':
    case 'BIGNUMERIC':
      return writeDigits;
    case 'FLOAT':
    case 'FLOAT64':
      return writeFloat;
    case 'BOOLEAN':
    case 'BOOL':
      return (value) => (String(value).toLowerCase() === 'true' ? 'true' : 'false');
    case 'TIMESTAMP':
      return writeTimestamp;
    case 'JSON':
      return writeJson;
    case 'RECORD':
    case 'STRUCT': {
      const { members } = createRowWriter(fields);
      return (value) => `{${members(value, -1)}}`;
    }
    default:
      return writeText;
  }
}

function writeText(value: unknown): string {
  return JSON.stringify(String(value));
}

/** All digits, however many: a double would round them. */
function writeDigits(value: unknown): string {
  const text = String(value);
  return JSON_NUMBER.test(text) ? text : JSON.stringify(text);
}

/** JSON has no NaN and no infinity. */
function writeFloat(value: unknown): string {
  const text = String(value);
  if (JSON_NUMBER.test(text)) return text;
  const number = Number(text);
  return Number.isFinite(number) && text.trim() !== '' ? String(number) : 'null';
}

/** From microseconds since 1970 to RFC 3339, with the digits of a second that are not zeros at the end. */
function writeTimestamp(value: unknown): string {
  const text = String(value);
  if (!MICROSECONDS.test(text)) return JSON.stringify(text);
  const microseconds = BigInt(text);
  const rest = ((microseconds % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const seconds = new Date(Number((microseconds - rest) / 1_000n)).toISOString().slice(0, 19);
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
  return `"${seconds}${fraction}Z"`;
}

/** As it is, where it is JSON: its numbers keep their digits. */
function writeJson(value: unknown): string {
  const text = String(value);
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}
