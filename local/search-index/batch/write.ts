import * as z from 'zod';

const actionNameSchema = z.enum([
  'addObject',
  'updateObject',
  'partialUpdateObject',
  'partialUpdateObjectNoCreate',
  'deleteObject',
  'delete',
  'clear',
]);
export type ActionName = z.infer<typeof actionNameSchema>;
export const isActionName = (name: string): name is ActionName => actionNameSchema.safeParse(name).success;

const batchActionSchema = z.object({
  action: actionNameSchema,
  indexName: z.string(),
  /** Empty for `delete` and `clear`. */
  objectID: z.string(),
  /** The record's JSON as it came; empty for deletions. */
  record: z.instanceof(Buffer),
});
/** One action of a batch, checked. */
export type BatchAction = z.infer<typeof batchActionSchema>;

const scopeSchema = z.enum(['settings', 'rules', 'synonyms']);
export type Scope = z.infer<typeof scopeSchema>;

const companionKindSchema = z.enum(['rules', 'synonyms']);
/** What an index has besides records and settings. */
export type CompanionKind = z.infer<typeof companionKindSchema>;

const jsonObjectSchema = z.record(z.string(), z.json());

/**
 * Everything that changes an index, as plain data: accepted in order, kept on disk while it waits, applied when it is
 * published.
 */
export const writeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('batch'), actions: z.array(batchActionSchema) }),
  z.object({
    type: z.literal('copy'),
    source: z.string(),
    destination: z.string(),
    /** Only these parts; undefined copies everything. */
    scopes: z.array(scopeSchema).optional(),
  }),
  z.object({ type: z.literal('move'), source: z.string(), destination: z.string() }),
  z.object({ type: z.literal('setSettings'), indexName: z.string(), settings: jsonObjectSchema }),
  z.object({
    type: z.literal('saveCompanions'),
    indexName: z.string(),
    kind: companionKindSchema,
    replaceAll: z.boolean(),
    items: z.array(z.object({ objectID: z.string(), text: z.string() })),
  }),
  z.object({
    type: z.literal('deleteCompanion'),
    indexName: z.string(),
    kind: companionKindSchema,
    objectID: z.string(),
  }),
  z.object({ type: z.literal('clearCompanions'), indexName: z.string(), kind: companionKindSchema }),
  z.object({ type: z.literal('deleteBy'), indexName: z.string(), parameters: jsonObjectSchema }),
  z.object({ type: z.literal('count'), indexName: z.string(), records: z.number(), bytes: z.number() }),
]);
export type Write = z.infer<typeof writeSchema>;

/** The names of the indexes that a write touches. */
export function findTouchedIndexes(write: Write): string[] {
  if (write.type === 'batch') return [...new Set(write.actions.map((action) => action.indexName))];
  if (write.type === 'copy' || write.type === 'move') return [write.source, write.destination];
  return [write.indexName];
}
