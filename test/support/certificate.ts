import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A certificate that nobody trusts but who is told to. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** Where it lies, for `NODE_EXTRA_CA_CERTS`. */
  readonly file: string;
}

/** A fresh certificate of 127.0.0.1 for a day, made by OpenSSL, which every machine has that trusts any. */
export async function createCertificate(): Promise<Certificate> {
  const directory = await mkdtemp(join(tmpdir(), 'millrace-certificate-'));
  const [keyFile, file] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const what = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
  const how = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-out', file];
  await promisify(execFile)('openssl', ['req', ...how, ...what]);
  return { key: await readFile(keyFile, 'utf8'), cert: await readFile(file, 'utf8'), file };
}
