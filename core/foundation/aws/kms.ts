// What is loaded late, by name: an import() of the whole package would put all of it into the bundle.
export { DecryptCommand, GenerateDataKeyCommand, KMSClient } from '@aws-sdk/client-kms';
