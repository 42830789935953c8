import * as z from 'zod';

const projectsSchema = z.record(z.string(), z.string());

/** commercetools project → the application whose tasks it may notify, as the stack writes it into the environment. */
export function readCommercetoolsProjects(text: string): Readonly<Record<string, string>> {
  const json: unknown = JSON.parse(text);
  return projectsSchema.parse(json);
}
