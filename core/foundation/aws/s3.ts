// What is loaded late, by name: an import() of the whole package would put all of it into the bundle.
export { S3Client } from '@aws-sdk/client-s3';
