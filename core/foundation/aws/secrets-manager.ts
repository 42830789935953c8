// What is loaded late, by name: an import() of the whole package would put all of it into the bundle.
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
