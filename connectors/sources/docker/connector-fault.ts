import { SourceError } from '../../../core/runs/source-error.ts';

/** What a connector says is wrong: its configuration, which its owner has to put right, or something that may pass. */
export function connectorFault(
  { isConfiguration, text }: { isConfiguration: boolean; text: string },
  blot: (text: string) => string,
): SourceError {
  return isConfiguration
    ? new SourceError('docker.configuration', `The connector refuses its configuration: ${blot(text)}`)
    : new SourceError('docker.failed', `The connector failed: ${blot(text)}`, { disposition: 'retryable' });
}
