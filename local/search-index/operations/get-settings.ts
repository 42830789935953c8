import type { Operation } from '../application.ts';
import { readSettings } from '../storage/default-settings.ts';

/** `GET /1/indexes/{indexName}/settings` */
export const getSettings: Operation = ({ store }, { path }) =>
  readSettings(store.get(path.indexName).state.settings);
