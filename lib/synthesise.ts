import { IngestionService } from './ingestion-service.ts';
import type { Stage } from './stage.ts';
import { App, DefaultStackSynthesizer, Validations } from 'aws-cdk-lib';
import type * as CdkNag from 'cdk-nag';
import featureFlags from 'aws-cdk-lib/recommended-feature-flags.json' with { type: 'json' };
import { createRequire } from 'node:module';
import { join } from 'node:path';

export interface SynthesiseOptions {
  readonly stage: Stage;
  /** Function name → directory of its bundle, as `buildBundles` returns it. */
  readonly bundles: Readonly<Record<string, string>>;
  /** Where the cloud assembly is written. */
  readonly outDirectory: string;
  /** Also check the template: cdk-nag's AWS Solutions rules and CloudFormation's own (seconds instead of a moment). */
  readonly checked?: boolean;
}

/**
 * Writes the template of a stage, and copies of the bundles, to `outDirectory`; needs neither network nor credentials.
 * In the template, a function's `Metadata` names its bundle (`aws:asset:path`, relative to the template) and its folder
 * in `lambdas/` (`millrace:function`).
 */
export function synthesise(options: SynthesiseOptions): { stackName: string; templateFile: string } {
  const checked = options.checked ?? false;
  const app = new App({
    outdir: options.outDirectory,
    // The flags are set here and not in cdk.json, so that the CDK CLI and the one-machine runtime get one template.
    postCliContext: {
      ...featureFlags,
      'aws:cdk:enable-asset-metadata': true,
      '@aws-cdk/core:validateAgainstDefaultRules': checked,
    },
    autoSynth: false,
    analyticsReporting: false,
    performanceReporting: false,
    treeMetadata: checked,
    builtinCloudFormationValidation: checked,
    // The CLI checks the bootstrap version itself; the rule would only add a parameter to the template.
    defaultStackSynthesizer: new DefaultStackSynthesizer({ generateBootstrapVersionRule: false }),
  });
  const stack = new IngestionService(app, options);
  if (checked) addNag(app);
  app.synth();
  return { stackName: stack.stackName, templateFile: join(options.outDirectory, stack.templateFile) };
}

function addNag(app: App): void {
  // Loaded only here, since the one machine starts without it 0.3 seconds earlier.
  const nag: typeof CdkNag = createRequire(import.meta.url)('cdk-nag');
  Validations.of(app).addPlugins(new nag.AwsSolutionsChecks(app));
}
