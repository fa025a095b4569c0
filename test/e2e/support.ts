/** What the tests on the real engine share: a project on a sandbox of its own, and hands in the customer's tenant. */
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { dump } from "@defender-mssp/sandbox";
import { SandboxProject, type PermissionsByResource, type SandboxProjectOptions } from "@defender-mssp/testkit";
import type { Ended } from "../cli/mssp";
import { inSession } from "../cli/testSession";

export const checkout = path.resolve(__dirname, "..", "..");

export const ana = { email: "ana.silva@fabrikam-security.example", displayName: "Ana Silva" };
export const ben = { email: "ben.okafor@fabrikam-security.example", displayName: "Ben Okafor" };
export const cleo = { email: "cleo.martin@fabrikam-security.example", displayName: "Cleo Martin" };

/**
 * Settings of a customer with one group and its role; the number makes the tenant. The other
 * models: portalAccess.test.ts.
 */
export function customer(number: number, changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    customerName: `Contoso ${number}`,
    tenantId: tenantIdOf(number),
    customerDomain: `contoso${number}.example`,
    msspName: "Fabrikam Security",
    msspTenantId: "5ec0de00-5ea1-4000-8000-000000000001",
    analysts: [ana, ben],
    portalAccess: "basic",
    connector: { alertApis: ["legacySiem", "graph"] },
    ...changes,
  };
}

export function tenantIdOf(number: number): string {
  return `c0570500-0000-4000-8000-0000000000${number.toString(16).padStart(2, "0")}`;
}

/** TEST_PROCESSES=own starts every command's own processes, as the engine does for customers. */
export const sharedRuntime = process.env["TEST_PROCESSES"] !== "own";

/** A project's options, and whether its engine writes logs. */
type TestOptions = Partial<SandboxProjectOptions> & { readonly logs?: boolean };

/**
 * `sharedRuntime: false` is for tests whose subject is the program's process or the dynamic
 * provider's.
 */
export async function createProject({ logs = false, ...options }: TestOptions = {}): Promise<SandboxProject> {
  const project = await SandboxProject.create({ checkout, sharedRuntime, ...options });
  if (!logs) await withoutLogs(project.environment);
  return project;
}

/** Runs a command of `mssp` in the test's own process; its engine uses the project's shared runtime. */
export function msspOn(
  project: SandboxProject,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return project.lending((environment) =>
    inSession(args, { folder: project.folder, environment: { ...environment, ...more } }),
  );
}

/** Logs take a sixth of the engine's CPU time. It keeps none where a file has the folder's name. */
async function withoutLogs({ PULUMI_HOME = "" }: NodeJS.ProcessEnv): Promise<void> {
  await writeFile(path.join(PULUMI_HOME, "logs"), "");
}

/** Every live object of one tenant of the sandbox, as `mssp sandbox dump` prints it. */
export function dumpOfTenant(project: SandboxProject, tenantId: string): string {
  const tenants = JSON.parse(dump(project.sandbox.cloud)) as Record<string, { objects?: Record<string, ObjectsById> }>;
  const tenant = tenants[tenantId];
  // The project verifies a domain with the first settings that name it; the program writes none.
  const { organization = {}, domains: _, ...objects } = tenant?.objects ?? {};
  for (const entry of Object.values(organization)) delete entry["verifiedDomains"];
  if (tenant !== undefined) tenant.objects = { ...objects, organization };
  return JSON.stringify(tenant, undefined, 2);
}

/** Permissions as a tenant of the sandbox takes them. */
export function byResource(
  permissions: readonly { readonly apiAppId: string; readonly permission: string }[],
): PermissionsByResource {
  const granted: Record<string, string[]> = {};
  for (const { apiAppId, permission } of permissions) (granted[apiAppId] ??= []).push(permission);
  return granted;
}

export type ObjectsById = Record<string, Record<string, unknown>>;
type Collections = Record<
  "applications" | "groups" | "users" | "servicePrincipals" | "appRoleAssignments" | "siemAuthorizations",
  ObjectsById
>;

/** The live objects of one tenant by collection and ID: what somebody with administrator's eyes sees. */
export function objectsOf(project: SandboxProject, tenantId: string): Collections {
  const { objects } = JSON.parse(dumpOfTenant(project, tenantId)) as { objects: Partial<Collections> };
  const { applications = {}, groups = {}, users = {}, servicePrincipals = {} } = objects;
  const { appRoleAssignments = {}, siemAuthorizations = {} } = objects;
  return { ...objects, applications, groups, users, servicePrincipals, appRoleAssignments, siemAuthorizations };
}

/** The links of one tenant by name and the ID that they start from; the IDs that they lead to are sorted. */
export function linksOf(project: SandboxProject, tenantId: string): Record<string, Record<string, string[]>> {
  return (JSON.parse(dumpOfTenant(project, tenantId)) as { links: Record<string, Record<string, string[]>> }).links;
}

/** Object IDs of a group's members, sorted. */
export function membersOf(project: SandboxProject, tenantId: string, groupId: string): string[] {
  return linksOf(project, tenantId)["groups.members"]?.[groupId] ?? [];
}

/** `collection/ID` of each object that is in one only, or not the same in both. */
export function differing(earlier: Collections, later: Collections): string[] {
  const [before, after]: Partial<Record<string, ObjectsById>>[] = [earlier, later];
  return [...new Set([...Object.keys(earlier), ...Object.keys(later)])].flatMap((name) => {
    const [a, b] = [before?.[name] ?? {}, after?.[name] ?? {}];
    const ids = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return ids.filter((id) => JSON.stringify(a[id]) !== JSON.stringify(b[id])).map((id) => `${name}/${id}`);
  });
}

/** The only object of a collection. */
export function single(objects: ObjectsById): Record<string, unknown> {
  const [only, ...others] = Object.values(objects);
  if (only === undefined || others.length > 0)
    throw new Error(`one object expected, not ${Object.keys(objects).length}`);
  return only;
}

/**
 * Calls Graph, or the sandbox's Defender, in a customer's tenant, as the identity that also runs
 * `up`.
 */
export class TenantHands {
  #tokens = new Map<string, string>();

  constructor(
    private readonly project: SandboxProject,
    private readonly tenantId: string,
  ) {}

  async graph<Answer = unknown>(method: string, route: string, body?: unknown): Promise<Answer> {
    return this.#call("https://graph.microsoft.com", method, route, body);
  }

  async defender<Answer = unknown>(method: string, route: string, body?: unknown): Promise<Answer> {
    return this.#call("https://api.securitycenter.microsoft.com", method, route, body);
  }

  /** Carries out a step that a command printed: `az rest …`. */
  async carryOut(step: string): Promise<void> {
    const parts = /^az rest --method (\S+) --url '([^']+)'(?: --headers \S+ --body '(.+)')?$/.exec(step);
    if (parts === null) throw new Error(`no step of the Azure CLI's: ${step}`);
    const [, method = "", url = "", body] = parts;
    const { pathname, search } = new URL(url);
    await this.graph(method, `${pathname}${search}`, body === undefined ? undefined : JSON.parse(body));
  }

  async #call<Answer>(resource: string, method: string, route: string, body: unknown): Promise<Answer> {
    const response = await fetch(`${this.project.sandbox.origins.http}${route}`, {
      method,
      headers: { authorization: `Bearer ${await this.#token(resource)}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${route}: ${response.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  }

  async #token(resource: string): Promise<string> {
    const known = this.#tokens.get(resource);
    if (known !== undefined) return known;
    const { ARM_CLIENT_ID = "", ARM_CLIENT_SECRET = "" } = this.project.environment;
    const response = await fetch(`${this.project.sandbox.origins.http}/${this.tenantId}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: ARM_CLIENT_ID,
        client_secret: ARM_CLIENT_SECRET,
        grant_type: "client_credentials",
        scope: `${resource}/.default`,
      }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    this.#tokens.set(resource, token);
    return token;
  }
}
