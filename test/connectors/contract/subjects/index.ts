import type { ConnectedSourceType } from '../../../../core/sources/source-types.ts';
import type { SourceSubject } from '../source-subject.ts';
import { bigcommerceSubject } from './bigcommerce.ts';
import { algoliaIndexSubject } from './algolia-index.ts';
import { commercetoolsSubject } from './commercetools.ts';
import { csvSubject } from './csv.ts';
import { dockerSubject } from './docker.ts';
import { jsonSubject } from './json.ts';

/** How the contract suite tests each source type; without one for each this does not compile. */
export const subjects: Readonly<Record<ConnectedSourceType, SourceSubject>> = {
  bigcommerce: bigcommerceSubject,
  algoliaIndex: algoliaIndexSubject,
  commercetools: commercetoolsSubject,
  csv: csvSubject,
  docker: dockerSubject,
  json: jsonSubject,
};
