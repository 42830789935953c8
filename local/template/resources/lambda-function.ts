import { resolve } from 'node:path';
import * as z from 'zod';
import { arnOf, physicalName } from '../names.ts';
import { defineResourceType, notNeeded } from '../resource-type.ts';

/** A function: run from its bundle by `local/lambda/`. */
export const lambdaFunction = defineResourceType({
  type: 'AWS::Lambda::Function',
  properties: z.strictObject({
    Architectures: notNeeded('A bundle is JavaScript and runs on whatever the machine is.'),
    Code: z.strictObject({
      S3Bucket: notNeeded('Where `cdk deploy` uploads the bundle; here it runs from where it was built.'),
      S3Key: notNeeded('As the bucket.'),
    }),
    Description: notNeeded('A sentence for the console of AWS.'),
    Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).optional(),
    FunctionName: z.string().optional(),
    Handler: z.string(),
    LoggingConfig: notNeeded('Output goes to logs/<function>.log of the data directory.'),
    MemorySize: z.int().default(128),
    ReservedConcurrentExecutions: z.int().min(1).optional(),
    Role: notNeeded('Rights within an account.'),
    Runtime: z.literal('nodejs24.x'),
    Tags: notNeeded('Labels for bills.'),
    Timeout: z.int().default(3),
    TracingConfig: notNeeded('X-Ray collects nothing here.'),
  }),
  async provision(properties, { logicalID, names, metadata, templateDirectory, plan }) {
    const assetPath = metadata['aws:asset:path'];
    if (typeof assetPath !== 'string') throw new Error('its metadata names no bundle (aws:asset:path)');
    const label = metadata['millrace:function'];
    const name = properties.FunctionName ?? physicalName(names, logicalID);
    const arn = arnOf(names, 'lambda', `function:${name}`);
    plan.functions.push({
      name,
      label: typeof label === 'string' ? label : name,
      arn,
      bundleDirectory: resolve(templateDirectory, assetPath),
      handler: properties.Handler,
      runtime: properties.Runtime,
      environment: properties.Environment?.Variables ?? {},
      memoryMegabytes: properties.MemorySize,
      timeoutSeconds: properties.Timeout,
      reservedConcurrency: properties.ReservedConcurrentExecutions,
    });
    return { physicalID: name, attributes: { Arn: arn } };
  },
});
