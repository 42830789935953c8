import type * as z from 'zod';

import type { Clock } from '../foundation/clock.ts';
import { NotFoundError, UnavailableError } from '../foundation/errors.ts';
import type { Limits } from '../foundation/limits.ts';
import { isID } from '../foundation/ids.ts';
import type { TableAccess } from '../foundation/table-client.ts';
import { backoffMilliseconds, type TransactionItem } from '../foundation/transactions.ts';
import { readResource, resourceItemSchema, resourceKey } from './resource-items.ts';
import { listResourceIDs, type ListRequest, type ResourcePage } from './resource-list.ts';
import { maxResources } from './resource-limits.ts';
import { readItem, readItems } from './resource-reads.ts';
import { inUseError } from './resource-users.ts';
import { writeDeleted, writeNew, writeOver, type Revision } from './resource-writes.ts';
import type { ListValue, Reference, Resource, ResourceKind } from './resource.ts';

/** How often an update starts again from what another writer left. */
const MAX_ATTEMPTS = 16;

/** What a kind of resource brings to its store. */
export interface ResourceDefinition<Body> {
  readonly kind: ResourceKind;
  /** What is stored; checked again whenever it is read. */
  readonly bodySchema: z.ZodType<Body>;
  readonly referencesOf: (body: Body) => readonly Reference[];
  /**
   * What lists filter and sort by, besides createdAt and updatedAt: `name`, which can only be sorted by; what is named
   * `…ID`, the ids of others, which can only be filtered by; and attributes that have few values, for both.
   */
  readonly attributesOf: (body: Body) => Readonly<Record<string, ListValue>>;
  /**
   * What something else is kept in step with: when `stateOf` changes, or comes or goes with the resource, `mark` is
   * written in the same transaction.
   */
  readonly followed?: {
    readonly stateOf: (body: Body) => string | undefined;
    readonly mark: (appID: string, id: string) => TransactionItem;
  };
  /** Written in the transaction that deletes one. */
  readonly onDelete?: (appID: string, id: string) => TransactionItem;
}

export type StoreDependencies = TableAccess & {
  readonly clock: Clock;
  /** How many resources an application may have; none without them. */
  readonly limits?: Limits;
};

/**
 * The resources of one kind, of all applications. Reads are strong, an update never overwrites one that it did not see,
 * references name what is there, and what is used is not deleted.
 */
export class ResourceStore<Body> {
  readonly #table: StoreDependencies;
  readonly #definition: ResourceDefinition<Body>;

  constructor(dependencies: StoreDependencies, definition: ResourceDefinition<Body>) {
    this.#table = dependencies;
    this.#definition = definition;
  }

  /** The resource, or nothing when this application has none of that id. */
  async find(appID: string, id: string): Promise<Resource<Body> | undefined> {
    if (!isID(id)) return undefined;
    return readResource(await readItem(this.#table, this.#key(appID, id)), this.#definition.bodySchema);
  }

  /** The resource; a `NotFoundError` when this application has none of that id. */
  async get(appID: string, id: string): Promise<Resource<Body>> {
    const resource = await this.find(appID, id);
    if (resource) return resource;
    const { kind } = this.#definition;
    throw new NotFoundError(`${kind}.not_found`, `This application has no ${kind} of that ID.`);
  }

  /** Those of `ids` that are there, each once, in the order asked for. */
  async findMany(appID: string, ids: readonly string[]): Promise<Resource<Body>[]> {
    const wanted = [...new Set(ids.filter(isID))];
    const items = await readItems(
      this.#table,
      wanted.map((id) => this.#key(appID, id)),
    );
    const found = new Map(this.#readAll(items).map((resource) => [resource.id, resource]));
    return wanted.flatMap((id) => found.get(id) ?? []);
  }

  /** One page of the application's resources, with the exact number of all that match. */
  async list(appID: string, request: ListRequest): Promise<ResourcePage<Body>> {
    const { ids, nbItems } = await listResourceIDs(this.#table, appID, this.#definition.kind, request);
    return { items: await this.findMany(appID, ids), nbItems };
  }

  /**
   * Stores a new resource; under an id that is there, it answers that one: whoever stored it died before saying so.
   * A reference to what is not there is an `InvalidInputError`, one too many a `LimitReachedError`.
   */
  async create(appID: string, id: string, body: Body): Promise<Resource<Body>> {
    const now = this.#table.clock.now().toISOString();
    const resource = { id, version: 1, createdAt: now, updatedAt: now, body };
    const isNew = await writeNew(this.#table, this.#revision(appID, resource));
    return isNew ? resource : this.get(appID, id);
  }

  /**
   * Stores a copy of what is made elsewhere, with the dates that it has there: what `merge` makes of what is here, if
   * anything; nothing is written when it answers nothing.
   */
  async copy(
    appID: string,
    original: Pick<Resource<Body>, 'id' | 'createdAt' | 'updatedAt'>,
    merge: (current: Resource<Body> | undefined) => Body | undefined,
  ): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const current = await this.find(appID, original.id);
      const body = merge(current);
      if (body === undefined) return;
      if (current === undefined) {
        const fresh = this.#revision(appID, { ...original, version: 1, body });
        if (await writeNew(this.#table, fresh, { overDeleted: true })) return;
      } else {
        const next = { ...current, version: current.version + 1, updatedAt: original.updatedAt, body };
        if (await writeOver(this.#table, this.#revision(appID, current), this.#revision(appID, next))) return;
      }
      await this.#table.clock.sleep(backoffMilliseconds(attempt));
    }
    throw this.#busy();
  }

  /**
   * Writes what `change` makes of the resource, to which the version that it gets is told. When another writer was
   * faster, `change` is asked again with what that one left.
   */
  async update(
    appID: string,
    id: string,
    change: (current: Resource<Body>, version: number) => Body | Promise<Body>,
  ): Promise<Resource<Body>> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const current = await this.get(appID, id);
      const version = current.version + 1;
      const body = await change(current, version);
      const next = { ...current, version, updatedAt: this.#table.clock.now().toISOString(), body };
      if (await writeOver(this.#table, this.#revision(appID, current), this.#revision(appID, next)))
        return next;
      await this.#table.clock.sleep(backoffMilliseconds(attempt));
    }
    throw this.#busy();
  }

  /** Deletes the resource and answers when; an `InUseError` names who still uses it. */
  async delete(appID: string, id: string): Promise<Date> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      const current = await this.get(appID, id);
      const deletedAt = this.#table.clock.now();
      const also = this.#definition.onDelete?.(appID, id);
      const revision = this.#revision(appID, current);
      if (await writeDeleted(this.#table, revision, { deletedAt, also })) return deletedAt;
      if (await this.#isUsed(appID, id)) {
        throw await inUseError(this.#table, appID, { kind: this.#definition.kind, id });
      }
      await this.#table.clock.sleep(backoffMilliseconds(attempt));
    }
    throw this.#busy();
  }

  async #isUsed(appID: string, id: string): Promise<boolean> {
    const item = await readItem(this.#table, this.#key(appID, id));
    return item !== undefined && resourceItemSchema.parse(item).useCount > 0;
  }

  #readAll(items: readonly unknown[]): Resource<Body>[] {
    return items.flatMap((item) => readResource(item, this.#definition.bodySchema) ?? []);
  }

  #revision(appID: string, resource: Resource<Body>): Revision {
    const { kind, referencesOf, attributesOf, followed } = this.#definition;
    const { body } = resource;
    return {
      appID,
      kind,
      resource,
      references: referencesOf(body),
      attributes: attributesOf(body),
      limit: maxResources(kind, this.#table.limits),
      ...(followed && {
        followed: { state: followed.stateOf(body), mark: followed.mark(appID, resource.id) },
      }),
    };
  }

  #key(appID: string, id: string): { pk: string; sk: string } {
    return resourceKey(appID, this.#definition.kind, id);
  }

  #busy(): UnavailableError {
    return new UnavailableError(
      'resource.busy',
      `This ${this.#definition.kind} is being changed by others: try again.`,
    );
  }
}
