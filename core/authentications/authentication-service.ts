import type { DataKeys } from '../foundation/data-keys.ts';
import { invalidField, parseInput } from '../foundation/validation.ts';
import type { Resource } from '../resources/resource.ts';
import {
  isSecretField,
  MAX_SECRETS,
  updateInputSchema,
  type AuthenticationType,
} from './authentication-input.ts';
import { sealAuthentication } from './authentication-seal.ts';
import type { AuthenticationStore } from './authentication-store.ts';
import type { Authentication } from './authentication.ts';

type InputFields = Readonly<Record<string, string | undefined>>;

interface NewAuthentication {
  readonly type: AuthenticationType;
  readonly name: string;
  readonly platform?: Authentication['platform'] | undefined;
  readonly input: InputFields;
}

interface AuthenticationChange {
  readonly name?: string | undefined;
  /** Null: of none from now on. */
  readonly platform?: Authentication['platform'] | undefined;
  /** Checked against the type of the stored authentication. */
  readonly input?: unknown;
}

/** Creates and changes authentications. Secrets are sealed before they are stored, and never read here. */
export interface AuthenticationService {
  create(
    appID: string,
    authenticationID: string,
    request: NewAuthentication,
  ): Promise<Resource<Authentication>>;
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
    async create(appID, authenticationID, { type, name, platform = null, input }) {
      const { open, secret } = splitFields(type, input);
      const owner = { appID, authenticationID, version: 1 };
      const authentication = { type, name, platform, input: open, secrets: {} };
      const sealed = await sealAuthentication(dataKeys, owner, authentication, secret);
      return store.create(appID, authenticationID, sealed);
    },
    async update(appID, authenticationID, change) {
      return store.update(appID, authenticationID, async ({ body }, version) => {
        const input = change.input === undefined ? {} : readInput(body.type, change.input);
        const { open, secret } = splitFields(body.type, input);
        requireFewSecrets({ ...body.secrets, ...secret });
        const owner = { appID, authenticationID, version };
        const { name = body.name, platform = body.platform } = change;
        const changed = { ...body, name, platform, input: { ...body.input, ...open } };
        return sealAuthentication(dataKeys, owner, changed, secret);
      });
    },
  };
}

function readInput(type: AuthenticationType, input: unknown): InputFields {
  return parseInput(updateInputSchema(type), input, { prefix: 'input' });
}

/** Merged in over many updates, they could outgrow the item that holds them. */
function requireFewSecrets(secrets: Readonly<Record<string, unknown>>): void {
  if (Object.keys(secrets).length <= MAX_SECRETS) return;
  throw invalidField('input', `must have at most ${MAX_SECRETS} entries, those stored before included`);
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
