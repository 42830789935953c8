import { createHash } from 'node:crypto';

/** Stands for a delivery whose sender names it by nothing else: the same bytes are then the same delivery. */
export function bodyDigest(body: Buffer): string {
  return `body:${createHash('sha256').update(body).digest('hex')}`;
}
