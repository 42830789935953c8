import * as z from 'zod';

/** What the connector needs of a source's input; the API's own schema goes further. */
export const dockerInputSchema = z.object({
  image: z.string().min(1),
  configuration: z.record(z.string(), z.unknown()),
  imageType: z.enum(['singer', 'custom', 'airbyte']).optional(),
  registry: z.enum(['dockerhub', 'ghcr']).optional(),
  version: z.string().min(1).optional(),
});

export type DockerInput = z.infer<typeof dockerInputSchema>;

/** Which protocol the image speaks. Images of one's own (`custom`) are Airbyte's, as are those that only have a name. */
export function protocolNameOf({ imageType }: DockerInput): 'singer' | 'airbyte' {
  return imageType === 'singer' ? 'singer' : 'airbyte';
}

/**
 * The full reference of an image. What begins with a host is taken as it is. Else the older shape names the registry, and in
 * the current one a bare name is that of one of Airbyte's sources (`zendesk`).
 */
export function imageReferenceOf({ image, registry, version = 'latest' }: DockerInput): string {
  const path = hasHost(image) ? image : withHost(image, registry);
  return hasTag(path) ? path : `${path}:${version}`;
}

function withHost(image: string, registry: DockerInput['registry']): string {
  const hasOwner = image.includes('/');
  if (registry === 'ghcr') return `ghcr.io/${image}`;
  if (hasOwner) return `docker.io/${image}`;
  // Docker Hub keeps what has no owner under `library`.
  return registry === undefined ? `docker.io/airbyte/${toSourceName(image)}` : `docker.io/library/${image}`;
}

/** By the rule of all runtimes: an owner has neither a dot nor a colon. */
function hasHost(image: string): boolean {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/u.test(first) || first === 'localhost');
}

function toSourceName(image: string): string {
  return image.startsWith('source-') ? image : `source-${image}`;
}

function hasTag(path: string): boolean {
  return path.includes('@') || path.slice(path.lastIndexOf('/') + 1).includes(':');
}
