import type { RejectedRecord } from '../../../core/records/rejected-record.ts';
import type { RecordType } from '../../contract/source-connector.ts';
import type { MappedRecord } from '../../paged/object-batch.ts';
import { schemasFor } from './entity-schemas.ts';
import { readCollection } from './map-collection.ts';
import { mapProduct, mapVariant } from './map-product.ts';
import { parseProduct, type EntityGroup } from './parse-product.ts';
import type { ReadingScope } from './reading-scope.ts';

/** What a product or collection, with all that belongs to it, gives. */
export interface EntityRecords {
  readonly records: readonly MappedRecord[];
  readonly rejected: readonly RejectedRecord[];
}

export type ToRecords = (group: EntityGroup) => EntityRecords;

/** How entities become records of the type that the destination wants. */
export function createMapper(recordType: RecordType, scope: ReadingScope): ToRecords {
  const schemas = schemasFor(scope);
  if (recordType === 'collection') {
    return ({ entity }) => {
      const read = readCollection(entity, scope, schemas);
      return 'record' in read
        ? { records: [read.record], rejected: [] }
        : { records: [], rejected: [read.rejected] };
    };
  }
  return (group) => {
    const { parsed, rejected } = parseProduct(group, recordType, schemas);
    if (parsed === undefined) return { records: [], rejected };
    if (recordType === 'product') return { records: [mapProduct(parsed, scope)], rejected };
    return { records: parsed.variants.map((variant) => mapVariant(parsed, variant, scope)), rejected };
  };
}
