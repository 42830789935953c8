import { join } from 'node:path';
import * as z from 'zod';
import { buildBundles } from '../../lib/bundles.ts';
import { readStage } from '../../lib/stage.ts';
import { synthesise } from '../../lib/synthesise.ts';

/**
 * A program: bundles the functions and synthesises the template that AWS would get. It takes its options as JSON from
 * its argument and prints where the template lies, or what went wrong, as a line of JSON.
 */
const optionsSchema = z.object({
  /** Where bundles and template are kept. */
  directory: z.string(),
  /** What the CDK context would say, by key. */
  context: z.record(z.string(), z.unknown()),
  environment: z.record(z.string(), z.string()),
  lambdasDirectory: z.string().optional(),
});

async function build(argument: string | undefined): Promise<object> {
  try {
    const json: unknown = JSON.parse(argument ?? '');
    const { directory, context, environment, lambdasDirectory } = optionsSchema.parse(json);
    const stage = readStage((key) => context[key], environment);
    const bundles = await buildBundles({
      outDirectory: join(directory, 'bundles'),
      ...(lambdasDirectory === undefined ? {} : { lambdasDirectory }),
    });
    return synthesise({ stage, bundles, outDirectory: join(directory, 'cdk.out') });
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

process.stdout.write(`${JSON.stringify(await build(process.argv[2]))}\n`);
