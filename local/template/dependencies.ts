import { TemplateError } from './template-error.ts';
import type { Template } from './template.ts';

/** The logical ids in waves: each resource refers only to resources of earlier waves. A circle is an error. */
export function inDependencyOrder(resources: Template['Resources']): string[][] {
  const open = new Map(
    Object.entries(resources).map(([logicalID, resource]): [string, Set<string>] => {
      const found = new Set(resource.DependsOn);
      collectReferences(resource.Properties, found);
      return [logicalID, new Set([...found].filter((name) => name in resources))];
    }),
  );
  const waves: string[][] = [];
  while (open.size > 0) {
    const wave = [...open].filter(([, needs]) => needs.size === 0).map(([logicalID]) => logicalID);
    if (wave.length === 0)
      throw new TemplateError([...open.keys()].join(', '), 'refer to each other in a circle');
    waves.push(wave);
    for (const logicalID of wave) open.delete(logicalID);
    for (const needs of open.values()) for (const logicalID of wave) needs.delete(logicalID);
  }
  return waves;
}

function collectReferences(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) {
    for (const entry of value) collectReferences(entry, found);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  for (const [key, entry] of Object.entries(value)) {
    if (key === 'Ref' && typeof entry === 'string') found.add(entry);
    if (key === 'Fn::GetAtt') found.add(String(Array.isArray(entry) ? entry[0] : entry).split('.')[0] ?? '');
    if (key === 'Fn::Sub') addSubstitutions(entry, found);
    collectReferences(entry, found);
  }
}

function addSubstitutions(entry: unknown, found: Set<string>): void {
  const pattern = String(Array.isArray(entry) ? entry[0] : entry);
  for (const [, name] of pattern.matchAll(/\$\{([^!}][^}]*)\}/g)) found.add(name?.split('.')[0] ?? '');
}
