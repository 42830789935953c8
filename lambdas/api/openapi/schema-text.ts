const LINE_CHARACTERS = 90;
const INDENT = '  ';

/** Notes that stand beside a type, by the keyword that they are made of. */
const NOTES: readonly (readonly [keyword: string, words: string])[] = [
  ['minimum', 'at least'],
  ['exclusiveMinimum', 'more than'],
  ['maximum', 'at most'],
  ['minLength', 'characters, at least'],
  ['maxLength', 'characters, at most'],
  ['minItems', 'items, at least'],
  ['maxItems', 'items, at most'],
  ['default', 'else'],
  ['format', 'as'],
];

/** A JSON schema as people write types: `{ name: string, page?: integer (at least 1) }`, over several lines where it is long. */
export function schemaText(schema: unknown): string {
  return typeText(schema, '');
}

function typeText(schema: unknown, indent: string): string {
  if (!isObject(schema)) return 'any';
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum']))
    return choiceText(
      schema['enum'].map((one) => JSON.stringify(one)),
      indent,
    );
  const choices = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(choices)) {
    return choiceText([...new Set(choices.map((one) => typeText(one, indent + INDENT)))], indent);
  }
  if (schema['type'] === 'object') return objectText(schema, indent);
  if (schema['type'] === 'array') return `[${typeText(schema['items'], indent)}]${notesText(schema)}`;
  return `${nameOf(schema['type'])}${notesText(schema)}`;
}

function nameOf(type: unknown): string {
  if (Array.isArray(type)) return type.join(' | ');
  return typeof type === 'string' ? type : 'any';
}

function choiceText(choices: readonly string[], indent: string): string {
  const line = choices.join(' | ');
  if (fits(line, indent)) return line;
  return choices.map((choice) => `\n${indent}${INDENT}| ${choice}`).join('');
}

function objectText(schema: Readonly<Record<string, unknown>>, indent: string): string {
  const { properties, required, additionalProperties } = schema;
  const inner = indent + INDENT;
  const wanted = Array.isArray(required) ? required : [];
  const members = Object.entries(isObject(properties) ? properties : {}).map(
    ([name, member]) => `${name}${wanted.includes(name) ? '' : '?'}: ${typeText(member, inner)}`,
  );
  if (isObject(additionalProperties)) members.push(`[any name]: ${typeText(additionalProperties, inner)}`);
  if (members.length === 0) return '{}';
  const line = `{ ${members.join(', ')} }`;
  if (fits(line, indent)) return line;
  return `{\n${members.map((member) => `${inner}${member}\n`).join('')}${indent}}`;
}

function notesText(schema: Readonly<Record<string, unknown>>): string {
  const notes = NOTES.filter(([keyword]) => keyword in schema).map(
    ([keyword, words]) => `${words} ${JSON.stringify(schema[keyword])}`,
  );
  return notes.length === 0 ? '' : ` (${notes.join(', ')})`;
}

function fits(line: string, indent: string): boolean {
  return !line.includes('\n') && indent.length + line.length <= LINE_CHARACTERS;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
