import type { ConnectedSourceType } from '../../../../core/sources/source-types.ts';
import type { SourceSubject } from '../source-subject.ts';
import { bigcommerceSubject } from './bigcommerce.ts';
import { bigquerySubject } from './bigquery.ts';
import { algoliaIndexSubject } from './algolia-index.ts';
import { commercetoolsSubject } from './commercetools.ts';
import { csvOverFtpSubject, csvSubject } from './csv.ts';
import { dockerSubject } from './docker.ts';
import { dockerOnFargateSubject } from './docker-on-fargate.ts';
import { ga4BigqueryExportSubject } from './ga4-bigquery-export.ts';
import { jsonOverSftpSubject, jsonSubject } from './json.ts';
import { shopifySubject } from './shopify.ts';

/** How the contract suite tests each source type; without one for each this does not compile. */
export const subjects: Readonly<Record<ConnectedSourceType, SourceSubject>> = {
  bigcommerce: bigcommerceSubject,
  algoliaIndex: algoliaIndexSubject,
  commercetools: commercetoolsSubject,
  csv: csvSubject,
  docker: dockerSubject,
  bigquery: bigquerySubject,
  ga4BigqueryExport: ga4BigqueryExportSubject,
  json: jsonSubject,
  shopify: shopifySubject,
};

/** The same types by other ways, each under the name that its tests bear. */
export const furtherSubjects: Readonly<Record<string, SourceSubject>> = {
  'csv over ftp': csvOverFtpSubject,
  'docker on Fargate': dockerOnFargateSubject,
  'json over sftp': jsonOverSftpSubject,
};
