/**
 * The emulated cloud: all tenants in memory, and the only place that writes changes to the disk.
 */
import { isUuid } from "@defender-mssp/microsoft";
import type { FastifyRequest } from "fastify";
import { Clock } from "./clock";
import { endOfRetention, forget } from "./deleted";
import { automationApplicationId, msspTenantId } from "./identity";
import { detectionInterval, type Audience, type Caller, type Cloud, type Tenant } from "./model";
import { Replicas, shownTenant } from "./replicas";
import { namesInUse, namesOfOrigin, type ServiceNames } from "./serviceNames";
import { hashSecret, matchesSecret, sealText, unsealText } from "./secrets";
import { TenantRecord, type Store } from "./store";
import type { TenantDescription, TenantMaker } from "./tenantMaker";

/** The check of bearer tokens, which Entra's part supplies. */
export type Authenticator = (request: FastifyRequest, audience: Audience) => Promise<Caller>;

export class EmulatedCloud implements Cloud {
  readonly clock: Clock;
  detectionInterval = detectionInterval;
  #origins = { https: "https://127.0.0.1", http: "http://127.0.0.1" };
  #authenticator: Authenticator | undefined;
  #sealingKey: Uint8Array | undefined;
  readonly #store: Store;
  readonly #tenants: Map<string, TenantRecord>;
  /**
   * Tenants that may differ from their files: only a tenant that was requested can have changed.
   */
  readonly #inUse = new Set<string>();
  readonly #textOnDisk = new Map<string, string>();
  readonly #passingSecrets = new Map<string, string>();
  readonly #listeners = new Set<() => void>();
  readonly #callers = new WeakMap<FastifyRequest, Caller>();
  #changes = 0;
  #changesOnDisk = 0;
  #writing: Promise<void> | undefined;

  private constructor(
    store: Store,
    tenants: Map<string, TenantRecord>,
    private readonly maker: TenantMaker,
    clock: Clock,
    readonly replicas: Replicas,
  ) {
    this.#store = store;
    this.#tenants = tenants;
    this.clock = clock;
    for (const tenant of tenants.values()) this.#textOnDisk.set(tenant.id, tenant.text());
  }

  /** Reads the cloud. Throws `VisibleError` for a damaged or unreadable file. */
  static async open(
    store: Store,
    maker: TenantMaker,
    clock = new Clock(),
    replicas = new Replicas(clock),
  ): Promise<EmulatedCloud> {
    const cloud = new EmulatedCloud(store, await store.load(), maker, clock, replicas);
    cloud.forgetLongDeleted();
    replicas.note(cloud.records(), true);
    return cloud;
  }

  get origins(): { readonly https: string; readonly http: string } {
    return this.#origins;
  }

  get services(): ServiceNames {
    return namesInUse() ?? namesOfOrigin(this.#origins.https);
  }

  /** Set by the server after it listens. */
  setOrigins(origins: { readonly https: string; readonly http: string }): void {
    this.#origins = { ...origins };
  }

  setAuthenticator(authenticator: Authenticator): void {
    this.#authenticator = authenticator;
  }

  /** 256 bits, stored apart from the tenants. */
  setSealingKey(key: Uint8Array): void {
    this.#sealingKey = key;
  }

  seal(text: string): string {
    if (this.#sealingKey === undefined) throw new Error("This cloud has no key to seal with.");
    return sealText(text, this.#sealingKey);
  }

  unseal(sealed: string): string {
    if (this.#sealingKey === undefined) throw new Error("This cloud has no key to unseal with.");
    return unsealText(sealed, this.#sealingKey);
  }

  tenant(id: string): Tenant {
    return this.describedTenant({ tenantId: id });
  }

  /**
   * Like `tenant`; the description names the tenant if this is its first use, and is ignored after
   * that: except that its domain is verified in a tenant that nobody described.
   */
  describedTenant(description: TenantDescription): Tenant {
    const id = description.tenantId.toLowerCase();
    if (!isUuid(id)) throw new Error(`"${description.tenantId}" is no tenant ID: a UUID is needed.`);
    this.#inUse.add(id);
    const there = this.#tenants.get(id);
    if (there !== undefined) {
      if (this.maker.verifyDomain(there, description)) this.changed(true);
      return shownTenant(there);
    }
    const tenant = new TenantRecord(id);
    this.maker.fill(tenant, description);
    this.#tenants.set(id, tenant);
    this.changed(true);
    return shownTenant(tenant);
  }

  hasTenant(id: string): boolean {
    return this.#tenants.has(id.toLowerCase());
  }

  tenants(): Tenant[] {
    return [...this.#tenants.values()].map((tenant) => this.tenant(tenant.id));
  }

  /** Every tenant, for reading only. */
  records(): TenantRecord[] {
    return [...this.#tenants.values()];
  }

  homeTenantOf(applicationId: string): Tenant | undefined {
    for (const tenant of this.#tenants.values()) {
      for (const application of shownTenant(tenant).objects("applications").values()) {
        if (application["appId"] === applicationId) return this.tenant(tenant.id);
      }
    }
    return undefined;
  }

  /** The tenant that has this domain name, verified. */
  tenantOfDomain(domain: string): Tenant | undefined {
    const name = domain.toLowerCase();
    const found = [...this.#tenants.values()].find((tenant) => tenant.objects("domains").has(name));
    return found === undefined ? undefined : this.tenant(found.id);
  }

  now(): Date {
    return this.clock.now();
  }

  /** A client secret that is valid while this cloud is in memory. Never stored, never in a dump. */
  acceptPassingSecret(secret: string, applicationId = automationApplicationId): void {
    this.#passingSecrets.set(applicationId, hashSecret(secret));
  }

  isPassingSecret(applicationId: string, secret: string): boolean {
    const hash = this.#passingSecrets.get(applicationId) ?? this.#pipelineSecret(applicationId);
    return hash !== undefined && matchesSecret(secret, hash);
  }

  /** The MSSP's pipeline signs in as each application of the MSSP's tenant. */
  #pipelineSecret(applicationId: string): string | undefined {
    const applications = [...this.tenant(msspTenantId).objects("applications").values()];
    const isMssp = applications.some(({ appId }) => appId === applicationId);
    return isMssp ? this.#passingSecrets.get(automationApplicationId) : undefined;
  }

  async authenticate(request: FastifyRequest, audience: Audience): Promise<Caller> {
    if (this.#authenticator === undefined) throw new Error("This cloud has no token service.");
    const caller = await this.#authenticator(request, audience);
    this.#callers.set(request, caller);
    return caller;
  }

  /** Who has sent a request; `undefined` before the check of its token and for a refused one. */
  callerOf(request: FastifyRequest): Caller | undefined {
    return this.#callers.get(request);
  }

  /** Calls `listener` for each change, before its answer. @returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `isOld`: what has changed stands for objects that have been there long, so that every replica has it. */
  changed(isOld = false): void {
    this.#changes++;
    this.replicas.note(
      [...this.#inUse].flatMap((id) => this.#tenants.get(id) ?? []),
      isOld,
    );
    for (const listener of this.#listeners) listener();
    // After a failure the changes stay unwritten, and `saved` rejects.
    setImmediate(() => void this.saved().catch(() => undefined));
  }

  /** Resolves when every change so far is on disk. Simultaneous requests share one write. */
  async saved(): Promise<void> {
    while (this.#changesOnDisk < this.#changes) {
      this.#writing ??= this.#write().finally(() => (this.#writing = undefined));
      await this.#writing;
    }
  }

  /** Whether there are changes that aren't on disk yet. */
  get hasUnsavedChanges(): boolean {
    return this.#changesOnDisk < this.#changes;
  }

  async #write(): Promise<void> {
    const upTo = this.#changes;
    for (const id of this.#inUse) {
      const tenant = this.#tenants.get(id);
      const text = tenant?.text();
      if (text === undefined || text === this.#textOnDisk.get(id)) continue;
      await this.#store.write(id, text);
      this.#textOnDisk.set(id, text);
    }
    this.#changesOnDisk = upTo;
  }

  /** Removes soft-deleted objects whose retention has ended, by the cloud's clock. */
  forgetLongDeleted(): void {
    for (const tenant of this.#tenants.values()) {
      for (const deleted of [...tenant.deleted.values()]) {
        if (endOfRetention(deleted) >= this.now()) continue;
        forget(tenant, deleted);
        this.#inUse.add(tenant.id);
        this.#changes++;
      }
    }
  }
}
