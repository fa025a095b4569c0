/**
 * One world at a time: a sandbox in this process, whose tenants are set to a recorded pair. The commands run by their
 * functions; `destroy` is what the engine did when the pair was recorded.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { directoryRoleTemplates, microsoftGraph, windowsDefenderAtp } from "@defender-mssp/microsoft";
import { VisibleError } from "@defender-mssp/errors";
import { pulumiEnvironment } from "@defender-mssp/plugins";
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { commandEnvironment, startSandbox, type OwnSandbox } from "@defender-mssp/sandbox";
import {
  addApplication,
  addConsentedServicePrincipal,
  assignAppRole,
  assignInAzure,
  automationApplicationId,
  findChains,
  complete,
  derivedId,
  msspTenantId,
  msspPrincipals,
  permitReader,
  removeDirectoryObject,
  subscriptionIdOf,
  trustCertificates,
  type Chain,
  type ChainObject,
  type OracleTenants,
  type SandboxProject,
  type StoredObject,
  type Tenant,
} from "@defender-mssp/testkit";
import { stringify } from "yaml";
import { inventory } from "../../cli/access/inventory/inventory";
import { afterConsent, certificateFile } from "../../cli/customer/offboard/afterConsent";
import { makeCertificate, type Certificate } from "../../cli/customer/offboard/certificate";
import type { OffboardingJournal } from "../../cli/customer/offboard/journal";
import { proveGone } from "../../cli/customer/offboard/proveGone";
import { reportPage } from "../../cli/customer/report/page";
import { objectsOf } from "../../cli/access/objects/objects";
import { accessFacts } from "../../cli/findings/accessFacts";
import { readLive } from "../../cli/access/report/live";
import { accessReport, type AccessReport } from "../../cli/findings/accessReport";
import { reportState } from "../../cli/access/state/readState";
import type { AdditionsPart } from "../../cli/stack/additionsPart";
import { parseDeployment, type Deployment } from "../../cli/stack/deployment";
import { deployedOf } from "../../cli/tenant/deployed";
import { whoseIn } from "../../cli/tenant/deployedWhose";
import { findAdditions } from "../../cli/tenant/additions/find";
import { tenantEndpoints } from "../../cli/tenant/tenantEndpoints";
import { kinds } from "../../domain/kinds/kinds";
import { permissionsToRead } from "../../domain/prerequisites";
import { isInStateAlone } from "../../domain/resourceTypes";
import { readStackSettingsOffline } from "../../settings/fromFile";
import { prepareTenants, stack, tenantId } from "../faults/customer";
import type { ContentChange, RecordedPair } from "./pairs";

/** An application of the customer's, with which its administrators act. */
export const administration = {
  applicationId: "c0570500-ad31-4000-8000-000000000001",
  displayName: "Contoso Administration",
  signInAudience: "AzureADMyOrg",
} as const;

/** A second MSSP, whose people and applications give the first one nothing. */
export const otherMsspTenantId = "07e20000-0000-4000-8000-000000000002";

const graphPermissions = [
  "AdministrativeUnit.ReadWrite.All",
  "Application.ReadWrite.All",
  "AppRoleAssignment.ReadWrite.All",
  "AuditLog.Read.All",
  "CustomDetection.ReadWrite.All",
  "DelegatedPermissionGrant.ReadWrite.All",
  "Directory.ReadWrite.All",
  "EntitlementManagement.ReadWrite.All",
  "Group.ReadWrite.All",
  "Policy.Read.All",
  "Policy.ReadWrite.ConditionalAccess",
  "Policy.ReadWrite.CrossTenantAccess",
  "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
  "RoleManagement.ReadWrite.Defender",
  "RoleManagement.ReadWrite.Directory",
  "User.Invite.All",
  "User.ReadWrite.All",
];

/** What the automation has beside its default permissions, so that no look is refused by itself. */
const looks = [
  [tenantId, "TenantGovernance-Relationship.Read.All"],
  [msspTenantId, "DelegatedAdminRelationship.Read.All"],
] as const;

const secret = "a-secret-of-the-search";

/** The MSSP's application that looks after the automation has ended. */
const reader = {
  applicationId: "5ec0de00-4ead-4000-8000-000000000001",
  displayName: "MSSP Onboarding Preview",
  signInAudience: "AzureADMultipleOrgs",
} as const;

/** Whoever looks at the tenant for the certificate. */
type Looker = "automation" | "reader";

type Audience =
  "https://graph.microsoft.com" | "https://management.azure.com" | "https://api.securitycenter.microsoft.com";

export interface ServiceAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

const actorCollections = ["users", "applications", "servicePrincipals"] as const;

/** The proof after the removal. */
export interface Ended {
  readonly certificate: Certificate;
  readonly journal: OffboardingJournal;
}

export class World {
  pair: RecordedPair;
  readonly #whose = { principals: new Set<string>(), foreignGroups: new Set<string>(), credentials: new Set<string>() };
  readonly subscriptionId = subscriptionIdOf(tenantId);
  readonly #untouched: ReadonlyMap<string, string>;
  /** By the audience and the day. */
  readonly #tokens = new Map<string, string>();

  private constructor(
    private readonly folder: string,
    private readonly sandbox: OwnSandbox,
    private readonly environment: NodeJS.ProcessEnv,
    readonly pairs: readonly RecordedPair[],
  ) {
    const [first] = pairs;
    if (first === undefined) throw new Error("There is no recorded pair.");
    this.pair = first;
    this.#untouched = new Map(sandbox.cloud.records().map((record) => [record.id, record.text()]));
    this.#registerAutomation();
  }

  static async open(pairs: readonly RecordedPair[]): Promise<World> {
    const folder = await mkdtemp(path.join(tmpdir(), "mssp-search-"));
    const home = path.join(folder, "sandbox");
    const sandbox = await startSandbox({ home, sharesSigningKey: true });
    const { cloud } = sandbox;
    prepareTenants(cloud);
    const variables = commandEnvironment(await pulumiEnvironment(home, await sandbox.environment()));
    for (const pair of pairs) await writeProject(path.join(folder, pair.name), pair);
    return World.#inhabited(folder, sandbox, { environment: variables, pairs });
  }

  /** The world of a stack that an engine deploys: `pair` is what it has deployed. */
  static around({ folder, sandbox, environment }: SandboxProject, pair: RecordedPair): World {
    return World.#inhabited(folder, sandbox, { environment, pairs: [pair] });
  }

  /** With the customer's administration and belongings. */
  static #inhabited(
    folder: string,
    sandbox: OwnSandbox,
    { environment, pairs }: { readonly environment: NodeJS.ProcessEnv; readonly pairs: readonly RecordedPair[] },
  ): World {
    const { cloud } = sandbox;
    cloud.describedTenant({
      tenantId: otherMsspTenantId,
      displayName: "Woodgrove Watch",
      domain: "woodgrove-watch.example",
    });
    addAdministration(cloud.tenant(tenantId));
    addBelongings(cloud.tenant(tenantId));
    for (const [id, permission] of looks) permitAutomation(cloud.tenant(id), permission);
    cloud.acceptPassingSecret(secret, administration.applicationId);
    trustCertificates(environment["NODE_EXTRA_CA_CERTS"]);
    return new World(folder, sandbox, { ...environment, MSSP_SANDBOX_TIME_SCALE: "0.0001" }, pairs);
  }

  get customer(): Tenant {
    return this.sandbox.cloud.tenant(tenantId);
  }

  get mssp(): Tenant {
    return this.sandbox.cloud.tenant(msspTenantId);
  }

  get origin(): string {
    return this.sandbox.origins.http;
  }

  /** The random ID in the stack's marks. */
  get stackId(): string {
    return deployedOf(this.#deployment).stackId ?? "";
  }

  get cloud(): OwnSandbox["cloud"] {
    return this.sandbox.cloud;
  }

  /** Sets the tenants to what they were after the pair's `up`. */
  reset(pair: RecordedPair): void {
    this.pair = pair;
    for (const [id, text] of this.#untouched) {
      restore(this.sandbox.cloud.tenant(id), text);
      const change = pair.up[id];
      if (change !== undefined) apply(this.sandbox.cloud.tenant(id), change);
    }
    for (const ids of Object.values(this.#whose)) ids.clear();
    this.#registerAutomation();
    const recorded = pair.up[tenantId]?.objects ?? {};
    const untouched = (JSON.parse(this.#untouched.get(tenantId) ?? "{}") as Stored).objects;
    for (const name of actorCollections)
      for (const [id, object] of Object.entries(recorded[name] ?? {}))
        if (object !== null && untouched[name]?.[id] === undefined) this.#whose.principals.add(id);
    this.sandbox.cloud.changed(true);
  }

  /** What everybody of the MSSP can do in the customer's tenant. */
  chains(): Chain[] {
    return findChains(this.#tenants);
  }

  get #tenants(): OracleTenants {
    return { customer: this.customer, mssp: this.mssp, now: this.sandbox.cloud.now(), whose: this.#whose };
  }

  /** Whether it is an actor of the MSSP's, by object ID. */
  isMssps({ id }: { readonly id: string }): boolean {
    return this.#whose.principals.has(id);
  }

  /** A group of the MSSP's own tenant. */
  registerForeignGroup(id: string): void {
    this.#whose.foreignGroups.add(id);
  }

  /** What the MSSP, or somebody for it, makes meanwhile is the MSSP's. */
  async registering<T>(make: () => Promise<T>): Promise<T> {
    const [actors, credentials] = [this.#ids(actorCollections), this.#ids(["federatedIdentityCredentials"])];
    try {
      return await make();
    } finally {
      for (const id of this.#ids(actorCollections)) if (!actors.has(id)) this.#whose.principals.add(id);
      for (const id of this.#ids(["federatedIdentityCredentials"]))
        if (!credentials.has(id)) this.#whose.credentials.add(id);
    }
  }

  #ids(collections: readonly string[]): ReadonlySet<string> {
    return new Set(collections.flatMap((name) => [...this.customer.objects(name).keys()]));
  }

  #registerAutomation(): void {
    const automation = automationIn(this.customer);
    if (automation !== undefined) this.#whose.principals.add(automation.id);
  }

  /** Everybody of the MSSP who can sign in. */
  principals(): readonly ChainObject[] {
    return msspPrincipals(this.#tenants);
  }

  /** A client secret of an application: of the automation the one that the commands use. */
  secretOf(applicationId: string): string {
    if (applicationId === automationApplicationId) return this.environment["ARM_CLIENT_SECRET"] ?? "";
    this.sandbox.cloud.acceptPassingSecret(secret, applicationId);
    return secret;
  }

  /** @returns a function that sets the tenants back to what they are now */
  remember(): () => void {
    const { cloud } = this.sandbox;
    const texts = cloud.records().map((record) => [record.id, record.text()] as const);
    return () => {
      for (const [id, text] of texts) restore(cloud.tenant(id), text);
    };
  }

  /** A call of the customer's administration. */
  async call(
    method: string,
    address: string,
    body?: unknown,
    audience: Audience = "https://graph.microsoft.com",
  ): Promise<ServiceAnswer> {
    const send = async () =>
      fetch(`${this.origin}${address}`, {
        method,
        headers: { authorization: `Bearer ${await this.#token(audience)}`, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const response = await send();
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as ServiceAnswer["body"]) };
  }

  /** What `mssp verify` and the nightly comparison say of additions. */
  async additions(): Promise<readonly AdditionsPart[]> {
    return findAdditions({
      ...this.#place,
      stack,
      deployment: this.#deployment,
      whose: whoseIn(this.#deployment.resources),
    });
  }

  /** `mssp report --live`, as JSON and as its page. */
  async report(): Promise<{
    readonly report: AccessReport;
    readonly page: string;
    readonly parts: readonly AdditionsPart[];
  }> {
    const deployment = this.#deployment;
    const settings = await readStackSettingsOffline(stack, this.#place.folder);
    const state = reportState(deployment);
    const { objects } = objectsOf(state.resources, settings);
    const live = await readLive(deployment, objects, state.resources, {
      ...this.#place,
      whose: whoseIn(deployment.resources),
    });
    const now = this.sandbox.cloud.now();
    const report = accessReport(accessFacts({ stack, settings, state, source: "live", live, now }));
    return { report, page: reportPage(report), parts: live.parts };
  }

  /** Takes away what the recorded `destroy` took away. What an act added to a removed object goes with it. */
  destroy(): void {
    for (const [id, change] of Object.entries(this.pair.destroy)) {
      const up = this.pair.up[id];
      if (up !== undefined) takeAway(this.sandbox.cloud, this.sandbox.cloud.tenant(id), { up, change });
    }
    this.sandbox.cloud.changed(true);
  }

  /** The last steps of `mssp offboard`: looks until they agree, then the certificate. */
  async proof(additions: readonly AdditionsPart[], looker: Looker = "automation"): Promise<Ended> {
    if (looker === "reader") this.#permitReader();
    const environment = this.#environmentOf(looker);
    const deployment = this.#deployment;
    const { customerName, msspName } = this.pair.settings as Record<"customerName" | "msspName", string>;
    const now = () => this.sandbox.cloud.now();
    const journal: OffboardingJournal = {
      format: 2,
      stack,
      customerName,
      msspName,
      tenantId,
      beganOn: now().toISOString(),
      destroyedOn: now().toISOString(),
      items: [...inventory(deployedOf(deployment))],
      identity: deployment.resources.filter(({ type }) => isInStateAlone(type)),
      additions: additions.flatMap((part) =>
        part.additions.map(({ what, to, step, chains }) => ({
          what,
          to,
          step,
          ...(chains && { chains: [...chains] }),
        })),
      ),
    };
    const graph = "https://graph.microsoft.com";
    const { out } = this;
    const { look, ...proof } = await proveGone(
      { ...this.#place, environment, stack, out, say: () => undefined, now },
      journal,
      graph,
    );
    const certificate = makeCertificate({ journal, proved: look, proof, history: [], graph });
    return { certificate, journal };
  }

  /** The customer consents to an application of the MSSP's that only reads. */
  #permitReader(): void {
    if (principalIn(this.customer, reader.applicationId) !== undefined) return;
    addApplication(this.mssp, reader);
    const permit = (tenant: Tenant) =>
      permitReader(tenant, { ...reader, homeTenantId: msspTenantId }, permissionsToRead(kinds));
    permit(this.mssp);
    this.#whose.principals.add(permit(this.customer).id);
    this.cloud.acceptPassingSecret(secret, reader.applicationId);
    this.cloud.changed(true);
  }

  #environmentOf(looker: Looker): NodeJS.ProcessEnv {
    if (looker === "automation") return this.environment;
    return { ...this.environment, ARM_CLIENT_ID: reader.applicationId, ARM_CLIENT_SECRET: secret };
  }

  /**
   * The customer deletes the application that looked: the automation, or the one that only reads. The certificate of
   * `--prove again`; undefined where it proves nothing.
   */
  async proofAfterConsent({ certificate, journal }: Ended, looker: Looker): Promise<Certificate | undefined> {
    const { customer, out } = this;
    const environment = this.#environmentOf(looker);
    const applicationId = looker === "reader" ? reader.applicationId : automationApplicationId;
    const text = JSON.stringify(certificate);
    await writeFile(path.join(out, certificateFile), text);
    const principal = principalIn(customer, applicationId);
    if (principal !== undefined) removeDirectoryObject(this.cloud, customer, "servicePrincipals", principal);
    this.cloud.changed(true);
    const settings = await readStackSettingsOffline(stack, this.#place.folder);
    const record = { ...journal, certificateSha256: sha256(text), automation: applicationId };
    const now = () => this.cloud.now();
    try {
      const endpoints = await tenantEndpoints(settings, environment);
      return await afterConsent({ environment, out, now }, settings, record, endpoints);
    } catch (error) {
      if (error instanceof VisibleError) return undefined;
      throw error;
    }
  }

  /** The customer consents again to each permission that the automation had at the start. */
  permitAgain(): void {
    const automation = automationIn(this.customer);
    const { objects } = JSON.parse(this.#untouched.get(tenantId) ?? "{}") as Stored;
    for (const [id, entry] of Object.entries(objects["appRoleAssignments"] ?? {}) as [string, StoredObject][])
      if (entry["principalId"] === automation?.id) this.customer.objects("appRoleAssignments").set(id, entry);
  }

  private get out(): string {
    return path.join(this.folder, "out");
  }

  async close(): Promise<void> {
    await this.sandbox.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  get #deployment(): Deployment {
    return parseDeployment(stack, JSON.stringify(this.pair.deployment));
  }

  get #place() {
    return { folder: path.join(this.folder, this.pair.name), environment: this.environment };
  }

  async #token(audience: Audience): Promise<string> {
    const key = `${audience} ${this.cloud.now().toISOString().slice(0, 10)}`;
    const earlier = this.#tokens.get(key);
    if (earlier !== undefined) return earlier;
    const token = await requestToken(this.origin, { id: administration.applicationId, secret }, audience);
    if (token === undefined) throw new Error(`The administration gets no token for ${audience}.`);
    this.#tokens.set(key, token);
    return token;
  }
}

/** A token of an application by itself in the customer's tenant; undefined where it is refused. */
export async function requestToken(
  origin: string,
  client: { readonly id: string; readonly secret: string },
  audience: string,
): Promise<string | undefined> {
  const response = await fetch(`${origin}/${tenantId}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: client.id,
      client_secret: client.secret,
      grant_type: "client_credentials",
      scope: `${audience}/.default`,
    }),
  });
  return ((await response.json()) as { access_token?: string }).access_token;
}

function addAdministration(tenant: Tenant): void {
  addApplication(tenant, administration);
  const principal = addConsentedServicePrincipal(
    tenant,
    { ...administration, homeTenantId: tenant.id },
    { [microsoftGraph.appId]: graphPermissions, [windowsDefenderAtp.appId]: ["IntegrationConfiguration.ReadWrite"] },
  );
  assignInAzure(tenant, principal.id, "Owner");
}

/** What every customer has of its own: groups, one with a directory role, and an application that writes. */
function addBelongings(tenant: Tenant): void {
  for (const [displayName, isAssignableToRole] of [
    ["Payroll", false],
    ["Helpdesk", true],
  ] as const) {
    const id = derivedId(tenant.id, `search/${displayName}`);
    const group = { id, displayName, isAssignableToRole, mailNickname: displayName, securityEnabled: true };
    tenant.objects("groups").set(id, complete("groups", { ...group, mailEnabled: false }));
  }
  const principalId = derivedId(tenant.id, "search/Helpdesk");
  const roleDefinitionId = directoryRoleTemplates["User Administrator"];
  const role = { id: derivedId(tenant.id, "search/role"), principalId, roleDefinitionId, directoryScopeId: "/" };
  tenant.objects("roleAssignments").set(role.id, complete("roleAssignments", role));
  const application = {
    applicationId: "c0570500-e8e5-4000-8000-000000000001",
    displayName: "Customer payroll",
    signInAudience: "AzureADMyOrg",
  } as const;
  addApplication(tenant, application);
  const permissions = { [microsoftGraph.appId]: ["Group.ReadWrite.All"] };
  addConsentedServicePrincipal(tenant, { ...application, homeTenantId: tenant.id }, permissions);
}

function automationIn(tenant: Tenant): StoredObject | undefined {
  return principalIn(tenant, automationApplicationId);
}

function principalIn(tenant: Tenant, applicationId: string): StoredObject | undefined {
  return [...tenant.objects("servicePrincipals").values()].find(({ appId }) => appId === applicationId);
}

function permitAutomation(tenant: Tenant, permission: string): void {
  const automation = automationIn(tenant);
  if (automation !== undefined) assignAppRole(tenant, automation, microsoftGraph.appId, permission);
}

async function writeProject(folder: string, { project, settings }: RecordedPair): Promise<void> {
  await mkdir(folder, { recursive: true });
  const config = Object.fromEntries(Object.entries(settings).map(([key, value]) => [`${project}:${key}`, value]));
  await writeFile(path.join(folder, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
  await writeFile(path.join(folder, `Pulumi.${stack}.yaml`), stringify({ config }));
}

type Stored = Record<"objects" | "links", Record<string, Record<string, unknown>>> & {
  readonly deleted: Record<string, unknown>;
  readonly secretHashes: Record<string, string>;
};

/** Sets a tenant to the content of its file. */
function restore(tenant: Tenant, text: string): void {
  const { objects, links, deleted, secretHashes } = JSON.parse(text) as Stored;
  const record = tenant as Tenant & { collections(): string[]; linkNames(): string[] };
  for (const name of record.collections()) tenant.objects(name).clear();
  for (const name of record.linkNames()) tenant.links(name).clear();
  tenant.deleted.clear();
  tenant.secretHashes.clear();
  for (const [name, entries] of Object.entries(objects))
    for (const [id, object] of Object.entries(entries)) tenant.objects(name).set(id, object as StoredObject);
  for (const [name, entries] of Object.entries(links))
    for (const [from, to] of Object.entries(entries)) tenant.links(name).set(from, to as string[]);
  for (const [id, entry] of Object.entries(deleted)) tenant.deleted.set(id, entry as never);
  for (const [id, hash] of Object.entries(secretHashes)) tenant.secretHashes.set(id, hash);
}

function apply(tenant: Tenant, { objects, links }: ContentChange): void {
  for (const [name, entries] of Object.entries(objects)) {
    for (const [id, object] of Object.entries(entries)) {
      if (object === null) tenant.objects(name).delete(id);
      else tenant.objects(name).set(id, structuredClone(object) as StoredObject);
    }
  }
  for (const [name, entries] of Object.entries(links)) {
    for (const [from, to] of Object.entries(entries)) {
      if (to === null) tenant.links(name).delete(from);
      else tenant.links(name).set(from, [...to]);
    }
  }
}

interface Removal {
  readonly up: ContentChange;
  readonly change: ContentChange;
}

const directory = ["servicePrincipals", "applications", "users", "groups"] as const;

function takeAway(cloud: OwnSandbox["cloud"], tenant: Tenant, { up, change }: Removal): void {
  for (const name of directory) {
    for (const [id, after] of Object.entries(change.objects[name] ?? {})) {
      const object = tenant.objects(name).get(id);
      if (after === null && object !== undefined) removeDirectoryObject(cloud, tenant, name, object);
    }
  }
  for (const [name, entries] of Object.entries(change.objects)) {
    for (const [id, after] of Object.entries(entries)) {
      const [current, before] = [tenant.objects(name).get(id), up.objects[name]?.[id]];
      if (current === undefined) continue;
      if (after === null && (name !== "crossTenantAccessPartners" || isSame(current, before))) {
        if (!tenant.objects("crossTenantIdentitySynchronizations").has(id)) tenant.objects(name).delete(id);
        continue;
      }
      // What the stack set goes back; what somebody else changed since stays.
      for (const key of Object.keys(current))
        if (isSame(current[key], before?.[key]) && key !== "id" && key !== "tenantId")
          current[key] = (after?.[key] ?? null) as StoredObject[string];
    }
  }
  for (const [name, entries] of Object.entries(change.links)) {
    for (const [from, after] of Object.entries(entries)) {
      const before = up.links[name]?.[from] ?? [];
      const gone = before.filter((to) => !(after ?? []).includes(to));
      const left = (tenant.links(name).get(from) ?? []).filter((to) => !gone.includes(to));
      tenant.links(name).set(from, left);
    }
  }
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

/** A recorded object has its properties in another order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]));
}
