import type { MappedRecord } from '../paged/object-batch.ts';
import type { Thing } from './template-api.ts';

/** The record of a thing, as the connector's page in `docs/connectors/` shows it. */
export function mapThing({ id, title, price }: Thing): MappedRecord {
  return { objectID: String(id), attributes: { title, price: price ?? undefined } };
}
