import type { AlertText } from './compose-alert.ts';

/** The text in the shapes that channels for people take. */
export interface RenderedAlert {
  readonly title: string;
  readonly text: string;
  readonly html: string;
  /** In the marks that Slack and those compatible with it understand. */
  readonly slack: string;
}

export function renderAlert(alert: AlertText): RenderedAlert {
  return { title: alert.title, text: toText(alert), html: toHTML(alert), slack: toSlack(alert) };
}

function toText({ title, sentences, reasons, advice, links }: AlertText): string {
  return [
    title,
    sentences.join('\n'),
    reasons.map((reason) => `- ${reason}`).join('\n'),
    advice ?? '',
    links.map(({ label, url }) => `${label}: ${url}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function toHTML({ title, sentences, reasons, advice, links }: AlertText): string {
  return [
    `<h2>${escapeMarkup(title)}</h2>`,
    ...sentences.map((sentence) => `<p>${escapeMarkup(sentence)}</p>`),
    ...(reasons.length === 0
      ? []
      : [`<ul>${reasons.map((reason) => `<li>${escapeMarkup(reason)}</li>`).join('')}</ul>`]),
    ...(advice === undefined ? [] : [`<p><b>${escapeMarkup(advice)}</b></p>`]),
    ...links.map(({ label, url }) => `<p><a href="${escapeMarkup(url)}">${escapeMarkup(label)}</a></p>`),
  ].join('\n');
}

function toSlack({ title, sentences, reasons, advice, links }: AlertText): string {
  return [
    `*${escapeMarkup(title)}*`,
    ...sentences.map(escapeMarkup),
    ...reasons.map((reason) => `• ${escapeMarkup(reason)}`),
    ...(advice === undefined ? [] : [`_${escapeMarkup(advice)}_`]),
    links.map(({ label, url }) => `<${url}|${escapeMarkup(label)}>`).join('  '),
  ]
    .filter((line) => line !== '')
    .join('\n');
}

/** Both HTML and Slack escape these three; quotes matter in attributes only. */
function escapeMarkup(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
