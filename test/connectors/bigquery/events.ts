import type { Column } from '../../../connectors/sources/bigquery/bigquery-api.ts';

const VALUE: readonly Column[] = [
  { name: 'string_value', type: 'STRING', mode: 'NULLABLE' },
  { name: 'int_value', type: 'INTEGER', mode: 'NULLABLE' },
  { name: 'float_value', type: 'FLOAT', mode: 'NULLABLE' },
  { name: 'double_value', type: 'FLOAT', mode: 'NULLABLE' },
];

/** The columns of a GA4 export that tests look at. https://support.google.com/analytics/answer/7029846 */
export const EVENT_COLUMNS: readonly Column[] = [
  { name: 'event_date', type: 'STRING', mode: 'NULLABLE' },
  { name: 'event_timestamp', type: 'INTEGER', mode: 'NULLABLE' },
  { name: 'event_name', type: 'STRING', mode: 'NULLABLE' },
  {
    name: 'event_params',
    type: 'RECORD',
    mode: 'REPEATED',
    fields: [
      { name: 'key', type: 'STRING', mode: 'NULLABLE' },
      { name: 'value', type: 'RECORD', mode: 'NULLABLE', fields: VALUE },
    ],
  },
  { name: 'event_bundle_sequence_id', type: 'INTEGER', mode: 'NULLABLE' },
  { name: 'user_id', type: 'STRING', mode: 'NULLABLE' },
  { name: 'user_pseudo_id', type: 'STRING', mode: 'NULLABLE' },
  {
    name: 'items',
    type: 'RECORD',
    mode: 'REPEATED',
    fields: [
      { name: 'item_id', type: 'STRING', mode: 'NULLABLE' },
      { name: 'price', type: 'FLOAT', mode: 'NULLABLE' },
    ],
  },
];

/** The cells of one event; `at` in milliseconds. */
export function eventCells(name: string, at: number, user: string): readonly unknown[] {
  const value = { f: [{ v: null }, { v: '1' }, { v: null }, { v: null }] };
  return [
    new Date(at).toISOString().slice(0, 10).replaceAll('-', ''),
    `${at}000`,
    name,
    [{ v: { f: [{ v: 'engaged' }, { v: value }] } }],
    '77',
    user,
    `${user}.1`,
    [{ v: { f: [{ v: `sku-${user}` }, { v: '12.5' }] } }],
  ];
}

/** What the connector must ask for the events of these tables. */
export function eventQuery(prefix: string, suffixes: readonly string[], condition = ''): string {
  const list = suffixes.map((suffix) => `'${suffix}'`).join(', ');
  return (
    `SELECT * FROM \`my-project.shop.${prefix}*\` WHERE _TABLE_SUFFIX IN (${list}) ${condition}` +
    'QUALIFY ROW_NUMBER() OVER (PARTITION BY user_pseudo_id, event_timestamp, event_name, event_bundle_sequence_id) = 1'
  );
}
