import { errorAnswerSchema } from './search-answers.ts';
import type { Refusal } from './search-failures.ts';

const LONGEST_SAYING = 300;

/**
 * Reads an error answer. Older parts of the service name the record in fields (`position`, `objectID`), newer ones only
 * in the message, as in `Record at the position 3 objectID=a is too big size=12000/10000 bytes.`
 */
export function readRefusal(statusCode: number, body: Buffer, hide: (text: string) => string): Refusal {
  const answer = parseAnswer(hide(body.toString('utf8')));
  const { message } = answer;
  const size = /size=(\d+)(?:\/(\d+))? bytes/.exec(message);
  const position = answer.position ?? numberOf(/\bposition (\d+)/.exec(message)?.[1]);
  const objectID = answer.objectID ?? /\bobjectID=(.*?) is too big/s.exec(message)?.[1];
  const sizeBytes = numberOf(size?.[1]);
  const limitBytes = numberOf(size?.[2]);
  return {
    statusCode,
    said: presentable(message) || `status ${statusCode}`,
    tooBig: statusCode === 413 || /\btoo (?:big|large)\b/i.test(message),
    ...(position === undefined ? {} : { position }),
    ...(objectID === undefined ? {} : { objectID }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

function parseAnswer(text: string): {
  message: string;
  position?: number | undefined;
  objectID?: string | undefined;
} {
  try {
    return errorAnswerSchema.parse(JSON.parse(text));
  } catch {
    // A proxy in between answers in HTML or plain text: its words are all there is.
    return { message: text };
  }
}

function presentable(text: string): string {
  // oxlint-disable-next-line eslint/no-control-regex -- control characters of a foreign service must not reach a log
  const plain = text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  return plain.length > LONGEST_SAYING ? `${plain.slice(0, LONGEST_SAYING - 1)}…` : plain;
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}
