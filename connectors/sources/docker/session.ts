import { SourceError } from '../../../core/runs/source-error.ts';
import type { ContainerRunner } from '../../containers/container-runner.ts';
import type { SourceContext } from '../../contract/source-connector.ts';
import { airbyteProtocol } from './airbyte-protocol.ts';
import { CONNECTOR_LIMITS, ConnectorProcess } from './connector-process.ts';
import { imageReferenceOf, protocolNameOf, type DockerInput } from './docker-input.ts';
import type { Protocol } from './protocol.ts';
import { createBlotter, fillConfiguration, secretTextsOf } from './secret-texts.ts';
import { singerProtocol } from './singer-protocol.ts';

/** One reading of a source, during which its connector is started once or several times. */
export interface Session {
  readonly context: SourceContext<DockerInput>;
  readonly protocol: Protocol;
  readonly signal: AbortSignal;
  /** Starts it with its configuration and these files. */
  start(
    args: (directory: string) => readonly string[],
    files?: Readonly<Record<string, string>>,
  ): Promise<ConnectorProcess>;
  /** Makes its words fit to be shown. */
  blot(text: string): string;
}

export function openSession(context: SourceContext<DockerInput>, signal: AbortSignal): Session {
  const { input, authentication } = context;
  const blot = createBlotter(authentication);
  return {
    context,
    protocol: protocolNameOf(input) === 'singer' ? singerProtocol : airbyteProtocol,
    signal,
    blot,
    start: async (args, files = {}) =>
      ConnectorProcess.start(
        {
          image: imageReferenceOf(input),
          name: input.image,
          args,
          secrets: secretTextsOf(authentication),
          files: { 'config.json': fillConfiguration(input.configuration, authentication), ...files },
        },
        { runner: requireRunner(context), name: input.image, limits: CONNECTOR_LIMITS, signal, blot },
      ),
  };
}

function requireRunner({ containers }: SourceContext<DockerInput>): ContainerRunner {
  if (containers !== undefined) return containers;
  throw new SourceError(
    'docker.no_runtime',
    'This deployment does not run connectors in container images: deploy it with the setting connectors=true ' +
      '(or MILLRACE_CONNECTORS=true), which lib/README.md describes.',
  );
}
