/**
 * The cloud on disk: a JSON file for each tenant, replaced atomically. A process that ends during a
 * write leaves the file unchanged.
 */
import { isUuid } from "@defender-mssp/microsoft";
import { readFile, readdir, rm } from "node:fs/promises";
import path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { messageOf, VisibleError } from "@defender-mssp/errors";
import { fileSystemError, guarded } from "./home";
import type { DeletedObject, Json, StoredObject, Tenant } from "./model";

const format = 1;

/** A tenant in memory; `text` is the content of its file. */
export class TenantRecord implements Tenant {
  readonly deleted = new Map<string, DeletedObject>();
  readonly secretHashes = new Map<string, string>();
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  readonly #links = new Map<string, Map<string, string[]>>();

  constructor(readonly id: string) {}

  objects(collection: string): Map<string, StoredObject> {
    return made(this.#objects, collection, () => new Map<string, StoredObject>());
  }

  links(name: string): Map<string, string[]> {
    return made(this.#links, name, () => new Map<string, string[]>());
  }

  /** Names of the collections that are not empty. */
  collections(): string[] {
    return [...this.#objects].filter(([, objects]) => objects.size > 0).map(([name]) => name);
  }

  /** Names of the kinds of links that are not empty. */
  linkNames(): string[] {
    return [...this.#links]
      .filter(([, links]) => [...links.values()].some((to) => to.length > 0))
      .map(([name]) => name);
  }

  text(): string {
    return JSON.stringify({
      format,
      id: this.id,
      objects: Object.fromEntries(this.collections().map((name) => [name, Object.fromEntries(this.objects(name))])),
      links: Object.fromEntries(
        this.linkNames().map((name) => [
          name,
          Object.fromEntries([...this.links(name)].filter(([, to]) => to.length > 0)),
        ]),
      ),
      deleted: Object.fromEntries(this.deleted),
      secretHashes: Object.fromEntries(this.secretHashes),
    });
  }

  /** Throws an `Error` with the reason. */
  static parse(id: string, text: string): TenantRecord {
    const file = asRecord(JSON.parse(text), "the file");
    if (file["format"] !== format) throw new Error(`its format is not ${format}`);
    if (file["id"] !== id) throw new Error("it holds another tenant than its name says");
    const tenant = new TenantRecord(id);
    for (const [collection, objects] of Object.entries(asRecord(file["objects"], "objects"))) {
      for (const [key, object] of Object.entries(asRecord(objects, `objects.${collection}`))) {
        tenant.objects(collection).set(key, asObject(object, `objects.${collection}.${key}`));
      }
    }
    for (const [name, links] of Object.entries(asRecord(file["links"], "links"))) {
      for (const [from, to] of Object.entries(asRecord(links, `links.${name}`))) {
        tenant.links(name).set(from, asTexts(to, `links.${name}.${from}`));
      }
    }
    for (const [key, value] of Object.entries(asRecord(file["deleted"], "deleted"))) {
      const { collection, object, deletedDateTime } = asRecord(value, `deleted.${key}`);
      if (typeof collection !== "string" || typeof deletedDateTime !== "string")
        throw new Error(`deleted.${key} is incomplete`);
      tenant.deleted.set(key, { collection, deletedDateTime, object: asObject(object, `deleted.${key}.object`) });
    }
    for (const [key, hash] of Object.entries(asRecord(file["secretHashes"], "secretHashes"))) {
      if (typeof hash !== "string") throw new Error(`secretHashes.${key} is no text`);
      tenant.secretHashes.set(key, hash);
    }
    return tenant;
  }
}

/** A reader never writes; its changes stay in memory. */
export type StoreMode = "owned" | "read-only";

export class Store {
  constructor(
    readonly folder: string,
    private readonly mode: StoreMode = "owned",
  ) {}

  /** Every tenant on disk. Throws `VisibleError` naming the file that can't be read. */
  async load(): Promise<Map<string, TenantRecord>> {
    const names = await guarded(this.folder, () => readdir(this.folder).catch(emptyWhereMissing));
    const ids = names
      .filter((name) => name.endsWith(".json") && isUuid(name.slice(0, -5)))
      .map((name) => name.slice(0, -5));
    const tenants = await Promise.all(ids.sort().map((id) => this.#read(id)));
    return new Map(tenants.map((tenant) => [tenant.id, tenant]));
  }

  /** Replaces the tenant's file. */
  async write(id: string, text: string): Promise<void> {
    if (this.mode === "read-only") return;
    await guarded(this.folder, () => writeFileAtomic(this.#file(id), text));
  }

  /** Removes temporary files of a killed process. Only for the owner of the home. */
  async removeLeftovers(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (/^[0-9a-f-]{36}\.json\.\d+$/i.test(name)) await rm(path.join(this.folder, name), { force: true });
    }
  }

  #file(id: string): string {
    return path.join(this.folder, `${id}.json`);
  }

  async #read(id: string): Promise<TenantRecord> {
    const file = this.#file(id);
    const text = await readFile(file, "utf8").catch((error: unknown) => {
      throw fileSystemError(file, error);
    });
    try {
      return TenantRecord.parse(id, text);
    } catch (error) {
      throw new VisibleError(
        `The sandbox's tenant file ${file} is damaged: ${messageOf(error)}. ` +
          "Put back a good copy, or start over with `npx mssp sandbox reset`, which deletes all of the sandbox's tenants and stacks.",
      );
    }
  }
}

function made<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const fresh = make();
  map.set(key, fresh);
  return fresh;
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`${what} is not a JSON object`);
  return value as Record<string, unknown>;
}

function asObject(value: unknown, what: string): StoredObject {
  const { id, ...rest } = asRecord(value, what);
  if (typeof id !== "string") throw new Error(`${what} has no id`);
  return { id, ...(rest as Record<string, Json>) };
}

function asTexts(value: unknown, what: string): string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    throw new Error(`${what} is no list of IDs`);
  return value;
}

function emptyWhereMissing(error: unknown): string[] {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
  throw error;
}
