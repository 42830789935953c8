import { buildBundles } from '../lib/bundles.ts';
import { readStage } from '../lib/stage.ts';
import { synthesise } from '../lib/synthesise.ts';
import { App } from 'aws-cdk-lib';

// Only to read the context that the CDK CLI passes; what is synthesised is an app of its own.
const context = new App({ autoSynth: false }).node;
const stage = readStage((key) => context.tryGetContext(key), process.env);
const bundles = await buildBundles({ outDirectory: '.cache/bundles' });
synthesise({ stage, bundles, outDirectory: process.env['CDK_OUTDIR'] ?? 'cdk.out', checked: true });
