import * as z from 'zod';

/** A name that people give to a resource. */
export const nameSchema = z.string().min(1).max(1_000);

/** An http(s) URL without credentials in it. */
export const urlSchema = urlOf(['http:', 'https:'], 'an http(s) URL');

/** Where a file may lie: its URL, without credentials in it. */
export const fileUrlSchema = urlOf(
  ['http:', 'https:', 'ftp:', 'ftps:', 'sftp:'],
  'an http(s), ftp(s) or sftp URL',
);

function urlOf(protocols: readonly string[], words: string) {
  return z
    .string()
    .max(4_096)
    .superRefine((text, context) => {
      const url = URL.canParse(text) ? new URL(text) : undefined;
      if (!url || url.hostname === '' || !protocols.includes(url.protocol)) {
        context.addIssue({ code: 'custom', message: `must be ${words}` });
      } else if (url.username !== '' || url.password !== '') {
        const message = `must be ${words} without user name and password; put them into an authentication of type basic`;
        context.addIssue({ code: 'custom', message });
      }
    });
}

/** A date and time in RFC 3339 (an offset and fractions are fine), as it is written. */
export const dateTextSchema = z.iso.datetime({
  offset: true,
  error: ({ code }) =>
    code === 'invalid_format'
      ? 'must be a date and time in RFC 3339, such as 2024-01-08T16:47:41Z'
      : undefined,
});

/** A date and time in RFC 3339 (an offset and fractions are fine), as a `Date`. */
export const dateSchema = dateTextSchema.transform((text) => new Date(text));
