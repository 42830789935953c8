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

const REGISTRY_HOSTS = { dockerhub: 'docker.io', ghcr: 'ghcr.io' } as const;

/** Which protocol the image speaks. Images of one's own (`custom`) are Airbyte's, as are those that only have a name. */
export function protocolNameOf({ imageType }: DockerInput): 'singer' | 'airbyte' {
  return imageType === 'singer' ? 'singer' : 'airbyte';
}

/**
 * The full reference of an image. The older shape names its registry; in the current one a bare name is that of one of
 * Airbyte's sources (`zendesk`), and anything with a slash is taken as it is.
 */
export function imageReferenceOf({ image, registry, version }: DockerInput): string {
  if (registry === undefined) {
    const path = image.includes('/') ? image : `docker.io/airbyte/${toSourceName(image)}`;
    return hasTag(path) ? path : `${path}:${version ?? 'latest'}`;
  }
  // Docker Hub keeps what has no owner under `library`.
  const path = registry === 'dockerhub' && !image.includes('/') ? `library/${image}` : image;
  return hasTag(path)
    ? `${REGISTRY_HOSTS[registry]}/${path}`
    : `${REGISTRY_HOSTS[registry]}/${path}:${version ?? 'latest'}`;
}

function toSourceName(image: string): string {
  return image.startsWith('source-') ? image : `source-${image}`;
}

function hasTag(path: string): boolean {
  return path.includes('@') || path.slice(path.lastIndexOf('/') + 1).includes(':');
}
