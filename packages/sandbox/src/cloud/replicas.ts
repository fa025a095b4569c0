/**
 * The replicas of the emulated directory: each write reaches each of them after a lag of its own, so
 * that a read may go back in time. The tenants in memory are the truth; a view of a replica differs
 * from it only by the writes that have not arrived there. In memory: a start finds all arrived.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Clock } from "./clock";
import { fractions } from "./fractions";
import type { DeletedObject, StoredObject, Tenant } from "./model";
import {
  foundByPath,
  lagAt,
  lagsOf,
  replicaServices,
  type ReplicaProfile,
  type ReplicaService,
} from "./replicaProfiles";
import type { TenantRecord } from "./store";
import { switchValue } from "./switches";

export interface ReplicaOptions {
  readonly profile: ReplicaProfile;
  /** A whole number. The same seed and requests give the same lags. @default 1 */
  readonly seed?: number;
  /** Factor of the lags. @default 1 */
  readonly scale?: number;
  /** How often a new object is found by the ID in a path wherever the request is answered. @default the profile's */
  readonly found?: number;
}

/** What happened because of a lag. */
export const replicaSights = [
  "stale read",
  "reference refused",
  "landed though refused",
  "stale token",
  "sign-in refused",
  "Azure role not in force",
] as const;

export type ReplicaSight = (typeof replicaSights)[number];

export const replicaCount = 3;

/**
 * How the names of collections begin that every replica has at once: the sandbox's own, Defender's and
 * other services that are no part of the directory, and what never changes.
 */
const atOnceNames = [
  "sandbox",
  "siemAuthorizations",
  "notificationRules",
  "customDetection",
  "huntingEvents",
  "detectionRules",
  "defenderRole",
  "incidents",
  "riskyUsers",
  "domains$",
  "organization$",
  "azureSubscriptions",
  "subscribedSkus",
  "directoryRoleTemplates",
  "roleDefinitions",
];
const atOnce = new RegExp(`^(${atOnceNames.join("|")})`);

/** Objects whose ID a body may name without a reference: a partner has its tenant's. */
const notReferences = /^(crossTenant|governance|tenantGovernance|delegatedAdmin|azureResources)/;

/** Only these decide who may do what in Azure; elsewhere the directory's lag counts for it. */
const ofAzureRoles: ReadonlySet<string> = new Set(["objects/azureResources", "links/groups.members"]);

/** A write, and when each replica has it, in milliseconds after it. */
interface Write {
  readonly at: number;
  /** Whether a profile lets it lag, and not a fault. */
  readonly hasProfile: boolean;
  readonly lags: Readonly<Record<ReplicaService, readonly number[]>>;
}

/** A cell's text before and after a write; undefined: not there. */
interface Entry {
  readonly write: Write;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

type Cells<T> = Map<string, Map<string, T>>;

/** An object that a view lacks. */
export interface Unseen {
  /** Its own ID, or an application's. */
  readonly id: string;
  readonly object: Readonly<Record<string, unknown>>;
  /** Whether a body that has the ID refers to it. */
  readonly isReferable: boolean;
  readonly hasProfile: boolean;
}

/** A cell that a replica shows otherwise than the truth. */
interface Difference {
  readonly key: string;
  readonly text: string | undefined;
  readonly truth: string | undefined;
  /** After the first write that has not arrived everywhere. */
  readonly first: string | undefined;
  readonly hasProfile: boolean;
}

const current = new AsyncLocalStorage<ReplicaReader>();

/** Answers a request as a reader, or as a writer whose writes take their time. */
export function readAs<T>(reader: ReplicaReader, answer: () => T): T {
  return current.run(reader, answer);
}

/** The tenant itself, also for a view of it: for what a request writes while it reads. */
export function truthOf(tenant: Tenant): Tenant {
  return tenant instanceof View ? tenant.truth : tenant;
}

/** The tenant as a service sees it in the current request. */
export function seenBy(service: ReplicaService, tenant: Tenant): Tenant {
  return current.getStore()?.view(truthOf(tenant), service) ?? tenant;
}

/** The tenant for the current request: a view while it only reads. */
export function shownTenant(tenant: Tenant): Tenant {
  const reader = current.getStore();
  return reader?.isReading === true ? reader.view(tenant) : tenant;
}

/** Counts what a lag has caused in the current request. */
export function sawLag(sight: ReplicaSight): void {
  current.getStore()?.replicas.see(sight);
}

export class Replicas {
  readonly seen = new Map<ReplicaSight, number>();
  readonly #profile: ReplicaProfile;
  readonly #scale: number;
  readonly seed: number;
  readonly found: number;
  /** The last known text of each cell, of tenants with lags. */
  readonly #known = new Map<string, Cells<string>>();
  readonly #pending = new Map<string, Cells<Entry[]>>();
  #behindUntil = -Infinity;
  #writes = 0;
  /** Whether single writes lag that a fault has drawn, also without a profile. */
  hasFaults = false;

  constructor(
    private readonly clock: Clock,
    { profile, seed = 1, scale = 1, found = foundByPath[profile] }: ReplicaOptions = { profile: "calm" },
  ) {
    this.found = found;
    this.#profile = profile;
    this.#scale = scale;
    this.seed = seed;
  }

  /** Factor of the times of this cloud, for its clients; undefined without lags. */
  timeScale(tenants: Iterable<Tenant>): number | undefined {
    const isOn = this.#profile !== "calm" || [...tenants].some((tenant) => this.#profileOf(tenant) !== "calm");
    return isOn ? this.#scale : undefined;
  }

  /** Whether a replica may lack a write. */
  get isBehind(): boolean {
    if (this.#pending.size === 0) return false;
    if (this.#now() < this.#behindUntil) return true;
    this.#pending.clear();
    return false;
  }

  see(sight: ReplicaSight): void {
    this.seen.set(sight, (this.seen.get(sight) ?? 0) + 1);
  }

  /**
   * Takes in what has changed in the tenants. `isOld`: the change stands for objects that have been
   * there long, as those of a new tenant.
   */
  note(tenants: Iterable<TenantRecord>, isOld = false): void {
    const lag = current.getStore()?.lag;
    for (const tenant of tenants) {
      const profile = this.#profileOf(tenant);
      if (profile === "calm" && !this.hasFaults) {
        this.#known.delete(tenant.id);
        continue;
      }
      const before = this.#known.get(tenant.id);
      const after = cellsOf(tenant);
      this.#known.set(tenant.id, after);
      if (before === undefined || isOld || (profile === "calm" && lag === undefined)) continue;
      this.#journal(tenant.id, before, after, () => this.#newWrite(profile, lag));
    }
  }

  /** The text of each cell that is behind, for a service of a replica at a time. */
  differences(tenantId: string, group: string, service: ReplicaService, replica: number, now: number): Difference[] {
    const found: Difference[] = [];
    const by = service === "azureRoles" && !ofAzureRoles.has(group) ? "directory" : service;
    for (const [key, entries] of this.#pending.get(tenantId)?.get(group) ?? []) {
      const arrived = entries.findLast(({ write }) => hasArrived(write, now, write.lags[by][replica] ?? 0));
      const [text, truth] = [arrived === undefined ? entries[0]?.before : arrived.after, entries.at(-1)?.after];
      const hasProfile = entries.at(-1)?.write.hasProfile === true;
      if (text !== truth) found.push({ key, text, truth, first: entries[0]?.after, hasProfile });
    }
    return found;
  }

  /** Objects that exist, and that a service of a replica does not have yet. */
  *unseen(reader: ReplicaReader): Generator<Unseen> {
    const { service, replica, now } = reader;
    for (const [tenantId, groups] of this.#pending) {
      for (const group of groups.keys()) {
        if (!group.startsWith("objects/")) continue;
        const collection = group.slice("objects/".length);
        for (const one of this.differences(tenantId, group, service, replica, now)) {
          const { key, text, truth, hasProfile } = one;
          if (text !== undefined || truth === undefined || reader.isFound(one, group)) continue;
          const object = JSON.parse(truth) as Record<string, unknown>;
          const isReferable = !notReferences.test(collection);
          yield { id: key, object, isReferable, hasProfile };
          const { appId } = object;
          if (typeof appId === "string")
            yield { id: appId, object, isReferable: collection === "applications", hasProfile };
        }
      }
    }
  }

  #now(): number {
    return this.clock.now().getTime();
  }

  /** A tenant's own profile, by its switch, before the server's. */
  #profileOf(tenant: Tenant): ReplicaProfile {
    const own = switchValue(tenant, "replicas") as ReplicaProfile;
    return own === "calm" ? this.#profile : own;
  }

  #newWrite(profile: ReplicaProfile, lag: number | undefined): Write {
    const number = this.#writes++;
    const drawn = Array.from({ length: replicaCount }, (_value, replica) =>
      fractions(`${this.seed}\nwrite\n${number}\n${replica}`),
    );
    const times = lagsOf(profile);
    const lags = Object.fromEntries(
      replicaServices.map((service, index) => [
        service,
        drawn.map((numbers) =>
          Math.max(lag ?? 0, times === undefined ? 0 : lagAt(times[service], numbers[index] ?? 0) * 1000 * this.#scale),
        ),
      ]),
    ) as Record<ReplicaService, number[]>;
    return { at: this.#now(), hasProfile: times !== undefined, lags };
  }

  #journal(tenantId: string, before: Cells<string>, after: Cells<string>, newWrite: () => Write): void {
    const pending = this.#pending.get(tenantId) ?? new Map<string, Map<string, Entry[]>>();
    this.#forgetArrived(pending);
    let write: Write | undefined;
    for (const group of new Set([...before.keys(), ...after.keys()])) {
      const [old, fresh] = [before.get(group), after.get(group)];
      for (const key of new Set([...(old?.keys() ?? []), ...(fresh?.keys() ?? [])])) {
        const [from, to] = [old?.get(key), fresh?.get(key)];
        if (from === to) continue;
        write ??= newWrite();
        const cells = pending.get(group) ?? new Map<string, Entry[]>();
        pending.set(group, cells);
        cells.set(key, [...(cells.get(key) ?? []), { write, before: from, after: to }]);
        this.#behindUntil = Math.max(this.#behindUntil, write.at + longestLag(write, group));
      }
    }
    if (write !== undefined) this.#pending.set(tenantId, pending);
  }

  #forgetArrived(groups: Cells<Entry[]>): void {
    const now = this.#now();
    for (const [group, cells] of groups) {
      for (const [key, entries] of cells) {
        const everywhere = entries.findLastIndex(({ write }) => hasArrived(write, now, longestLag(write, group)));
        if (everywhere === entries.length - 1) cells.delete(key);
        else if (everywhere >= 0) cells.set(key, entries.slice(everywhere + 1));
      }
      if (cells.size === 0) groups.delete(group);
    }
  }
}

function longestLag({ lags }: Write, group: string): number {
  const { azureRoles, ...others } = lags;
  return Math.max(...Object.values(others).flat(), ...(ofAzureRoles.has(group) ? azureRoles : []));
}

/** A write of a clock that was ahead, and has been moved back, has arrived. */
function hasArrived({ at }: Write, now: number, lag: number): boolean {
  return now - at >= lag || now < at;
}

/** Who answers a request: a service of a replica, at one moment. */
export class ReplicaReader {
  /** Whether it has seen something else than the truth. */
  isStale = false;
  readonly #views = new Map<string, View>();

  constructor(
    readonly replicas: Replicas,
    readonly replica: number,
    readonly service: ReplicaService,
    /** Whether the request only reads: it gets views in place of the tenants. */
    readonly isReading: boolean,
    readonly now: number,
    /** The path, where the new objects that it names are found; as their IDs are written. */
    private readonly path = "",
    /** The least lag of what the request writes, which a fault has drawn: milliseconds. */
    readonly lag?: number,
  ) {}

  /** Whether a difference is of a new or changed object that the path names; a guest takes longer. */
  isFound({ key, text, truth, hasProfile }: Difference, group: string): boolean {
    if (truth === undefined || !hasProfile || !this.path.includes(key)) return false;
    if (text !== undefined && !(group.startsWith("objects/") && !/conditionalAccess|namedLocations/.test(group)))
      return false;
    return !truth.includes('"creationType":"Invitation"');
  }

  view(truth: Tenant, service = this.service): View {
    const name = `${service} ${truth.id}`;
    const view = this.#views.get(name) ?? new View(truth, this, service);
    this.#views.set(name, view);
    return view;
  }
}

/** A tenant as a replica shows it. Where nothing is behind, its maps are the truth's own. */
class View implements Tenant {
  readonly id: string;
  readonly secretHashes: Map<string, string>;
  readonly #maps = new Map<string, Map<string, never>>();

  constructor(
    readonly truth: Tenant,
    private readonly reader: ReplicaReader,
    private readonly service: ReplicaService,
  ) {
    this.id = truth.id;
    this.secretHashes = truth.secretHashes;
  }

  objects(collection: string): Map<string, StoredObject> {
    return this.#shown(`objects/${collection}`, this.truth.objects(collection));
  }

  links(name: string): Map<string, string[]> {
    return this.#shown(`links/${name}`, this.truth.links(name));
  }

  get deleted(): Map<string, DeletedObject> {
    return this.#shown("deleted", this.truth.deleted);
  }

  #shown<T>(group: string, truth: Map<string, T>): Map<string, T> {
    const known = this.#maps.get(group);
    if (known !== undefined) return known;
    const { reader } = this;
    const different = reader.replicas
      .differences(this.id, group, this.service, reader.replica, reader.now)
      .map((one) =>
        reader.isFound(one, group) ? { ...one, text: group.startsWith("objects/") ? one.truth : one.first } : one,
      )
      .filter(({ text, truth: last }) => text !== last);
    if (different.length > 0) reader.isStale = true;
    const shown = different.length === 0 ? truth : new ViewMap(truth, different);
    this.#maps.set(group, shown as unknown as Map<string, never>);
    return shown;
  }
}

/** What a request writes while it reads goes to the truth as well. */
class ViewMap<T> extends Map<string, T> {
  constructor(
    private readonly truth: Map<string, T>,
    different: readonly Difference[],
  ) {
    super();
    for (const [key, value] of truth) super.set(key, value);
    for (const { key, text } of different) {
      if (text === undefined) super.delete(key);
      else super.set(key, JSON.parse(text) as T);
    }
  }

  override set(key: string, value: T): this {
    this.truth.set(key, value);
    return super.set(key, value);
  }

  override delete(key: string): boolean {
    this.truth.delete(key);
    return super.delete(key);
  }
}

function cellsOf(tenant: TenantRecord): Cells<string> {
  const cells: Cells<string> = new Map();
  const add = (group: string, values: ReadonlyMap<string, unknown>) =>
    cells.set(group, new Map([...values].map(([key, value]) => [key, JSON.stringify(value)])));
  for (const name of tenant.collections()) if (!atOnce.test(name)) add(`objects/${name}`, tenant.objects(name));
  for (const name of tenant.linkNames()) {
    add(`links/${name}`, new Map([...tenant.links(name)].filter(([, to]) => to.length > 0)));
  }
  add("deleted", tenant.deleted);
  return cells;
}
