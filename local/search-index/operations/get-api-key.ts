import { AlgoliaError } from '../algolia-error.ts';
import type { Operation } from '../application.ts';

const ALL_RIGHTS = [
  'search',
  'browse',
  'addObject',
  'deleteObject',
  'deleteIndex',
  'settings',
  'editSettings',
  'listIndexes',
];

/** `GET /1/keys/{key}`: the application has one key, which may do everything. */
export const getApiKey: Operation = ({ apiKey }, { path }) => {
  if (path.key !== apiKey) throw new AlgoliaError(404, 'Key does not exist');
  return { value: apiKey, acl: ALL_RIGHTS, createdAt: 0, validity: 0 };
};
