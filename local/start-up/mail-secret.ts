import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { readFile, stat } from 'node:fs/promises';
import * as z from 'zod';
import { LOCAL_ACCOUNT_ID } from '../services/protocol/call.ts';
import { StartUpError } from './start-up-error.ts';

const NAME = 'millrace-local/smtp';

/** Names the secret before it is there: as at AWS, the random end of an ARN may be left out. */
export const MAIL_SECRET_ARN = `arn:aws:secretsmanager:us-east-1:${LOCAL_ACCOUNT_ID}:secret:${NAME}`;

/** Permission bits of the group and of everybody else. */
const OTHERS = 0o077;

const text = z.string().min(1);
const credentialsSchema = z.strictObject({ username: text, password: text });

/** The user name and password of the mail server from the operator's file, as the secret of a deployment holds them. */
export async function readMailSecret(file: string): Promise<string> {
  const fault = (problem: string) =>
    // Without a cause: a syntax error quotes the text.
    new StartUpError(`The file ${file}, which MILLRACE_SMTP_SECRET_FILE names, ${problem}`);
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw fault('cannot be read.');
  if (process.platform !== 'win32' && (found.mode & OTHERS) !== 0) {
    throw fault(`may be read by others. Make it yours alone: chmod 600 ${file}`);
  }
  const parsed = credentialsSchema.safeParse(parseJson(await readFile(file, 'utf8')));
  if (!parsed.success) throw fault('must hold {"username": "…", "password": "…"} and no more.');
  return JSON.stringify(parsed.data);
}

/** Keeps the secret where the functions look for it; one that is there already stays as it is. */
export async function keepMailSecret(client: SecretsManagerClient, SecretString: string): Promise<void> {
  try {
    const current = await client.send(new GetSecretValueCommand({ SecretId: NAME }));
    if (current.SecretString === SecretString) return;
    await client.send(new PutSecretValueCommand({ SecretId: NAME, SecretString }));
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
    await client.send(new CreateSecretCommand({ Name: NAME, SecretString }));
  }
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
