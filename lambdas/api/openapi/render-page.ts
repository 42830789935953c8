import type { ApiDocument, DescribedOperation } from './create-document.ts';
import { schemaText } from './schema-text.ts';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: DescribedOperation;
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; --accent: #3559c7; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 6rem; }
h1 { margin-bottom: 0; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); text-transform: capitalize; }
nav a { margin-right: 1rem; } a { color: var(--accent); }
details.operation { border: 1px solid var(--line); border-radius: .5rem; margin: .5rem 0; }
details.operation > summary { cursor: pointer; padding: .5rem .75rem; display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; }
details.operation[open] > summary { border-bottom: 1px solid var(--line); background: var(--soft); }
details.operation > div { padding: .5rem .75rem; }
.method { font: 700 .8rem ui-monospace, monospace; min-width: 4rem; color: var(--accent); }
code, pre { font: .85rem/1.45 ui-monospace, monospace; } .name { margin-left: auto; opacity: .7; }
pre { background: var(--soft); padding: .75rem; border-radius: .5rem; overflow: auto; max-height: 28rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; border-bottom: 1px solid var(--line); padding: .25rem .5rem; vertical-align: top; }
`;

/** A page for people, made of the document alone: no script, nothing from elsewhere. */
export function renderPage(document: ApiDocument): string {
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(routes.map(({ operation }) => operation.tags[0] ?? ''))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(document.info.title)} API</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escape(document.info.title)} API</h1>
<p>${escape(document.info.description).replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>
<p>For programs: <a href="openapi.json">openapi.json</a>.</p>
<nav>${tags.map((tag) => `<a href="#${escape(tag)}">${escape(tag)}</a>`).join('')}</nav>
${tags.map((tag) => renderTag(tag, routes)).join('\n')}
</body>
</html>
`;
}

function renderTag(tag: string, routes: readonly Route[]): string {
  const own = routes.filter(({ operation }) => operation.tags[0] === tag);
  return `<h2 id="${escape(tag)}">${escape(tag)}</h2>\n${own.map(renderRoute).join('\n')}`;
}

function renderRoute({ method, path, operation }: Route): string {
  const { operationId, summary, parameters, requestBody, responses } = operation;
  const body = requestBody?.content['application/json'].schema;
  return `<details class="operation" id="${escape(operationId)}">
<summary><span class="method">${escape(method.toUpperCase())}</span><code>${escape(path)}</code><span class="name">${escape(summary)}</span></summary>
<div>
<p>Rights that the key needs: ${operation['x-acl'].map((right) => `<code>${escape(right)}</code>`).join(', ') || 'none'}</p>
${parameters.length === 0 ? '' : renderParameters(parameters)}
${body === undefined ? '' : `<h4>Body</h4><pre>${escape(schemaText(body))}</pre>`}
<h4>Answer</h4>
${renderAnswer(responses['200'])}
</div>
</details>`;
}

function renderAnswer(answer: DescribedOperation['responses'][string] | undefined): string {
  if (answer === undefined) return '<p>Not supported yet: a 400 that says so.</p>';
  const schema = answer.content?.['application/json'].schema;
  return schema === undefined ? '<p>A document.</p>' : `<pre>${escape(schemaText(schema))}</pre>`;
}

function renderParameters(parameters: DescribedOperation['parameters']): string {
  const rows = parameters.map(
    ({ name, in: place, schema }) =>
      `<tr><td><code>${escape(name)}</code></td><td>${place}</td><td><code>${escape(schemaText(schema))}</code></td></tr>`,
  );
  return `<h4>Parameters</h4><table><tr><th>Name</th><th>In</th><th>What</th></tr>${rows.join('')}</table>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
