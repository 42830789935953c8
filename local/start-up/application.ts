import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { writeFileAtomically } from './write-file-atomically.ts';

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const applicationSchema = z.object({ applicationID: z.string() });

/** The application ID of a data directory: ten capitals and digits as Algolia's, made at the first start and kept. */
export async function readApplicationID(dataDirectory: string): Promise<string> {
  const file = join(dataDirectory, 'application.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) {
    const json: unknown = JSON.parse(text);
    return applicationSchema.parse(json).applicationID;
  }
  const random = Array.from({ length: 5 }, () => LETTERS_AND_DIGITS[randomInt(LETTERS_AND_DIGITS.length)]);
  const applicationID = `LOCAL${random.join('')}`;
  await writeFileAtomically(file, `${JSON.stringify({ applicationID })}\n`);
  return applicationID;
}
