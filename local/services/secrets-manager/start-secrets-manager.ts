import { join } from 'node:path';
import { openKeyFile } from '../kms/key-file.ts';
import { startEndpoint } from '../protocol/endpoint.ts';
import { answerJsonProtocol } from '../protocol/json-protocol.ts';
import type { ServiceOptions, StartedService } from '../protocol/started-service.ts';
import { openDatabase } from '../storage/open-database.ts';
import { createSecretStore } from './secret-store.ts';
import { createSecretsOperations } from './secrets-operations.ts';
import { createVersionStore } from './version-store.ts';

/** Secrets Manager; values lie on disk only under the data directory's key file. */
export async function startSecretsManager(options: ServiceOptions): Promise<StartedService> {
  const keyFile = openKeyFile(options.dataDirectory);
  const schema = new URL('./schema.sql', import.meta.url);
  const database = openDatabase(join(options.dataDirectory, 'secrets-manager', 'secrets.db'), [schema]);
  const versions = createVersionStore(database, keyFile);
  const store = createSecretStore(database, versions);
  const answer = answerJsonProtocol({
    targetPrefix: 'secretsmanager',
    version: '1.1',
    operations: createSecretsOperations(store, versions),
  });
  const service = await startEndpoint('Secrets Manager', options.port ?? 0, answer);
  return {
    endpoint: service.endpoint,
    stop: async () => {
      await service.stop();
      database.close();
    },
  };
}
