import { join } from 'node:path';
import { startEndpoint } from '../protocol/endpoint.ts';
import { answerJsonProtocol } from '../protocol/json-protocol.ts';
import type { ServiceOptions, StartedService } from '../protocol/started-service.ts';
import { openDatabase } from '../storage/open-database.ts';
import { openKeyFile } from './key-file.ts';
import { createKeyStore } from './key-store.ts';
import { createCryptoOperations, createKeyOperations } from './kms-operations.ts';

/** KMS with symmetric keys derived from the data directory's key file. */
export async function startKms(options: ServiceOptions): Promise<StartedService> {
  const keyFile = openKeyFile(options.dataDirectory);
  const schema = new URL('./schema.sql', import.meta.url);
  const database = openDatabase(join(options.dataDirectory, 'kms', 'keys.db'), [schema]);
  const store = createKeyStore(database);
  const answer = answerJsonProtocol({
    targetPrefix: 'TrentService',
    version: '1.1',
    operations: { ...createKeyOperations(store), ...createCryptoOperations(store, keyFile) },
  });
  const service = await startEndpoint('KMS', options.port ?? 0, answer);
  return {
    endpoint: service.endpoint,
    stop: async () => {
      await service.stop();
      database.close();
    },
  };
}
