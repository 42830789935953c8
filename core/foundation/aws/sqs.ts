// What is loaded late, by name: an import() of the whole package would put all of it into the bundle.
export { SQSClient } from '@aws-sdk/client-sqs';
