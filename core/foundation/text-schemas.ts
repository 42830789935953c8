import * as z from 'zod';

/** A name that people give to a resource. */
export const nameSchema = z.string().min(1).max(1_000);

/** An http(s) URL without credentials in it. */
export const urlSchema = z
  .string()
  .max(4_096)
  .superRefine((text, context) => {
    const problem = describeUrlProblem(text);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

const NOT_YET_SCHEMES: ReadonlySet<string> = new Set(['ftp:', 'ftps:', 'sftp:']);

function describeUrlProblem(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && NOT_YET_SCHEMES.has(url.protocol)) {
    return `${url.protocol.slice(0, -1)} URLs are not supported yet; must be an http(s) URL`;
  }
  if (!url || !['http:', 'https:'].includes(url.protocol)) {
    return 'must be an http(s) URL, such as https://example.com/products.csv';
  }
  if (url.username !== '' || url.password !== '') {
    return 'must be an http(s) URL without user name and password; put them into an authentication of type basic';
  }
  return undefined;
}

/** A date and time in RFC 3339 (an offset and fractions are fine), as a `Date`. */
export const dateSchema = z.iso
  .datetime({ offset: true, error: 'must be a date and time in RFC 3339, such as 2024-01-08T16:47:41Z' })
  .transform((text) => new Date(text));
