import { Secret } from '../../../core/foundation/secret.ts';
import { SourceError } from '../../../core/runs/source-error.ts';
import type { FileRequest } from './file-request.ts';

export interface Credentials {
  readonly username: string;
  readonly password: Secret;
}

/** What the source's authentication gives to log in with, if it has one. */
export function readCredentials({ authentication, format }: FileRequest): Credentials | undefined {
  if (authentication === undefined) return undefined;
  const { type, input } = authentication;
  const { username, password } = input;
  if (type !== 'basic' || typeof username !== 'string' || password === undefined) {
    throw new SourceError(
      'source.authentication_type',
      `A ${format} source takes an authentication of type basic, not of type ${type}.`,
    );
  }
  return { username, password: typeof password === 'string' ? new Secret(password) : password };
}
