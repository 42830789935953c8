import { join } from 'node:path';
import { LOCAL_ACCOUNT_ID } from '../services/protocol/call.ts';
import { writeFileAtomically } from './write-file-atomically.ts';

/** What a client needs to reach this machine. */
export interface Connection {
  readonly url: string;
  readonly appID: string;
  readonly apiKey: string;
  /** The local index, with the same application and key, as at Algolia. */
  readonly search: { readonly url: string; readonly appID: string; readonly apiKey: string };
}

/** Writes `connection.json`, and the same credentials as a configuration file for curl; only their owner reads them. */
export async function writeConnection(dataDirectory: string, connection: Connection): Promise<void> {
  const headers = [
    `header = "x-algolia-application-id: ${connection.appID}"`,
    `header = "x-algolia-api-key: ${connection.apiKey}"`,
    'silent',
    'show-error',
  ];
  await writeFileAtomically(join(dataDirectory, 'curl.conf'), `${headers.join('\n')}\n`);
  await writeFileAtomically(
    join(dataDirectory, 'connection.json'),
    `${JSON.stringify(connection, null, 2)}\n`,
  );
}

/** Writes `services.json`: where AWS's own tools find the embedded services, until the next start. */
export async function writeServices(
  dataDirectory: string,
  endpoints: Readonly<Record<string, string>>,
): Promise<void> {
  const services = { region: 'us-east-1', accountID: LOCAL_ACCOUNT_ID, endpoints };
  await writeFileAtomically(join(dataDirectory, 'services.json'), `${JSON.stringify(services, null, 2)}\n`);
}
