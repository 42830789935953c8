import type { DataKeys } from '../foundation/data-keys.ts';
import { newID } from '../foundation/ids.ts';
import { sealSecrets } from '../foundation/sealing.ts';
import { parseInput } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import { isSecretField, updateInputSchema, type AuthenticationType } from './authentication-input.ts';
import type { AuthenticationStore } from './authentication-store.ts';
import type { Authentication, PLATFORMS } from './authentication.ts';

type InputFields = Readonly<Record<string, string | undefined>>;

interface NewAuthentication {
  readonly type: AuthenticationType;
  readonly name: string;
  readonly platform?: (typeof PLATFORMS)[number] | null | undefined;
  readonly input: InputFields;
}

interface AuthenticationChange {
  readonly name?: string | undefined;
  /** Checked against the type of the stored authentication. */
  readonly input?: unknown;
}

/** Creates and changes authentications. Secrets are sealed before they are stored, and never read here. */
export interface AuthenticationService {
  create(appID: string, request: NewAuthentication): Promise<Resource<Authentication>>;
  /** Merges the fields given; the type stays. */
  update(
    appID: string,
    authenticationID: string,
    change: AuthenticationChange,
  ): Promise<Resource<Authentication>>;
}

export function createAuthenticationService(dependencies: {
  readonly store: AuthenticationStore;
  readonly dataKeys: DataKeys;
}): AuthenticationService {
  const { store, dataKeys } = dependencies;
  return {
    async create(appID, request) {
      const authenticationID = newID();
      const { open, secret } = splitFields(request.type, request.input);
      return store.create(appID, authenticationID, {
        type: request.type,
        name: request.name,
        platform: request.platform ?? null,
        input: open,
        secrets: await sealSecrets(dataKeys, { appID, authenticationID, version: 1 }, secret),
      });
    },
    async update(appID, authenticationID, change) {
      return store.update(appID, authenticationID, async ({ body }, version) => {
        const input = change.input === undefined ? {} : readInput(body.type, change.input);
        const { open, secret } = splitFields(body.type, input);
        const sealed = await sealSecrets(dataKeys, { appID, authenticationID, version }, secret);
        return {
          ...body,
          name: change.name ?? body.name,
          input: { ...body.input, ...open },
          secrets: { ...body.secrets, ...sealed },
        };
      });
    },
  };
}

function readInput(type: AuthenticationType, input: unknown): InputFields {
  return parseInput(updateInputSchema(type), input, { prefix: 'input' });
}

function splitFields(
  type: AuthenticationType,
  input: InputFields,
): { open: Record<string, string>; secret: Record<string, string> } {
  const given = Object.entries(input).flatMap(([field, value]) =>
    value === undefined ? [] : [[field, value] as const],
  );
  return {
    open: Object.fromEntries(given.filter(([field]) => !isSecretField(type, field))),
    secret: Object.fromEntries(given.filter(([field]) => isSecretField(type, field))),
  };
}
