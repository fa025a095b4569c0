/**
 * Which of its permissions each application has needed. Every check that a request passes is
 * counted with the granted permissions that were each enough for it. From these the report tells
 * the permissions that were needed from those without which every request would have passed.
 *
 * App roles, delegated permissions and Azure roles are recorded. The role by which a person may read
 * alerts is not listed.
 *
 * Beside that, which requests Graph has got, without their values.
 */
import type { Audience, Caller, PassedCheck } from "./model";

export interface UsedPermission {
  readonly api: string;
  /** An app role, a delegated permission, or an Azure role with its scope. */
  readonly permission: string;
  /** Whether a request needed it. */
  readonly used: boolean;
  /** Number of checks that it was needed for. */
  readonly requests: number;
  /** What it was needed for, such as `POST /groups`, sorted. */
  readonly operations: readonly string[];
}

/** The permissions of an application in a tenant, or of a user who has signed in to it. */
export interface IdentityUse {
  readonly applicationId: string;
  /** Object ID of the user; `null` for the application itself. */
  readonly userId: string | null;
  readonly permissions: readonly UsedPermission[];
}

interface Counted {
  readonly check: PassedCheck;
  readonly operation: string;
  requests: number;
}

interface Identity {
  readonly applicationId: string;
  readonly userId: string | null;
  /** Names by API. */
  readonly granted: Map<string, Set<string>>;
  readonly checks: Map<string, Counted>;
}

const format = 1;

/** The API whose permissions a token of an audience has. */
export const apiNames: Readonly<Record<Audience, string>> = {
  graph: "Microsoft Graph",
  azureADGraph: "Windows Azure Active Directory",
  defender: "WindowsDefenderATP",
  resourceManager: "Azure",
  keyVault: "Azure",
};

export class PermissionUse {
  readonly #tenants = new Map<string, Map<string, Identity>>();
  readonly #requests = new Set<string>();
  /** Whether something was recorded or forgotten since the object was made or `text` was read. */
  isChanged = false;

  /** Counts the checks that an authorized request has passed. `url`: its path and query. */
  record(caller: Caller, url: string): void {
    const { tenant, audience, passed, operation } = caller;
    const isUser = caller.scopes.size > 0;
    const identity = this.#identity(tenant.id, caller.applicationId, isUser ? caller.objectId : null);
    this.isChanged = true;
    // A request that no route takes has an operation without a path.
    if (audience === "graph" && operation.includes(" /")) this.#requests.add(requestOf(operation, url, isUser));
    grant(identity, apiNames[audience], [...caller.roles, ...caller.scopes]);
    for (const check of passed) {
      grant(identity, check.api, check.enough);
      count(identity, { check, operation: check.operation ?? operation, requests: 1 });
    }
  }

  /** Forgets everything, or what is recorded of a tenant. */
  forget(tenantId?: string): void {
    if (tenantId === undefined) {
      this.#tenants.clear();
      this.#requests.clear();
    } else this.#tenants.delete(tenantId);
    this.isChanged = true;
  }

  /** What is recorded of a tenant, by application. `granted` adds the current grants. */
  of(tenantId: string, granted: readonly PermissionGrant[] = []): IdentityUse[] {
    const identities = new Map<string, Identity>();
    for (const [key, identity] of this.#tenants.get(tenantId) ?? []) {
      const copy = new Map([...identity.granted].map(([api, names]) => [api, new Set(names)] as const));
      identities.set(key, { ...identity, granted: copy });
    }
    for (const { applicationId, api, permission } of granted) {
      grant(identityIn(identities, applicationId, null), api, [permission]);
    }
    return [...identities.values()].map(report).sort(byIds);
  }

  /** Requests to Graph, sorted: `GET /v1.0/users/{id} ?$expand,$select by application`, or `by person`. */
  requests(): string[] {
    return [...this.#requests].sort();
  }

  text(): string {
    const tenants = [...this.#tenants].map(([tenantId, identities]) => [
      tenantId,
      [...identities.values()].map(({ granted, checks, ...ids }) => ({
        ...ids,
        granted: Object.fromEntries([...granted].map(([api, names]) => [api, [...names]])),
        checks: [...checks.values()],
      })),
    ]);
    this.isChanged = false;
    const requests = this.requests();
    return `${JSON.stringify({ format, tenants: Object.fromEntries(tenants) as unknown, requests })}\n`;
  }

  /** Reads what `text` has written. A text that is none counts as empty: it is only a record. */
  static parse(text: string): PermissionUse {
    const use = new PermissionUse();
    try {
      const file = JSON.parse(text) as StoredUse;
      if (file.format !== format) return use;
      for (const request of file.requests ?? []) use.#requests.add(request);
      for (const [tenantId, identities] of Object.entries(file.tenants)) {
        for (const { applicationId, userId, granted, checks } of identities) {
          const identity = use.#identity(tenantId, applicationId, userId);
          for (const [api, names] of Object.entries(granted)) grant(identity, api, names);
          for (const counted of checks) count(identity, counted);
        }
      }
      return use;
    } catch {
      return new PermissionUse();
    }
  }

  #identity(tenantId: string, applicationId: string, userId: string | null): Identity {
    const identities = this.#tenants.get(tenantId) ?? new Map<string, Identity>();
    this.#tenants.set(tenantId, identities);
    return identityIn(identities, applicationId, userId);
  }
}

export interface PermissionGrant {
  readonly applicationId: string;
  readonly api: string;
  readonly permission: string;
}

interface StoredUse {
  readonly format: number;
  readonly tenants: Readonly<Record<string, readonly Stored[]>>;
  readonly requests?: readonly string[];
}

interface Stored {
  readonly applicationId: string;
  readonly userId: string | null;
  readonly granted: Readonly<Record<string, readonly string[]>>;
  readonly checks: readonly Counted[];
}

function identityIn(identities: Map<string, Identity>, applicationId: string, userId: string | null): Identity {
  const key = `${applicationId} ${userId ?? ""}`;
  const identity = identities.get(key) ?? { applicationId, userId, granted: new Map(), checks: new Map() };
  identities.set(key, identity);
  return identity;
}

/** The route of Graph with its version, the names of the query's options, and who asks. */
function requestOf(operation: string, url: string, isUser: boolean): string {
  const [method = "", route = ""] = operation.split(" ");
  const [, version = "", query = ""] = /^(\/[^/?]+)[^?]*\??(.*)/.exec(url) ?? [];
  const path = route.startsWith(`${version}/`) ? route : `${version}${route}`;
  const options = optionNames(query);
  return `${method} ${path}${options && ` ?${options}`} by ${isUser ? "person" : "application"}`;
}

/** Names of a query's options: `$expand,$top`. */
export function optionNames(query: string): string {
  return [...new Set(new URLSearchParams(query).keys())].sort().join();
}

function grant({ granted }: Identity, api: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const known = granted.get(api) ?? new Set();
  for (const name of names) known.add(name);
  granted.set(api, known);
}

function count({ checks }: Identity, counted: Counted): void {
  const key = JSON.stringify([counted.operation, counted.check.api, counted.check.enough]);
  const before = checks.get(key);
  if (before === undefined) checks.set(key, { ...counted });
  else before.requests += counted.requests;
}

function report({ applicationId, userId, granted, checks }: Identity): IdentityUse {
  const needed = attributed([...checks.values()]);
  const permissions = [...granted].flatMap(([api, names]) =>
    [...names].map((permission): UsedPermission => {
      const counted = needed.get(keyOf(api, permission)) ?? [];
      return {
        api,
        permission,
        used: counted.length > 0,
        requests: counted.reduce((sum, { requests }) => sum + requests, 0),
        operations: [...new Set(counted.map(({ operation }) => operation))].sort(),
      };
    }),
  );
  return { applicationId, userId, permissions: permissions.sort(byNames) };
}

/**
 * The checks by the permission that they needed. A check with one permission needed that one. Any
 * other check is attributed to a permission that is needed already, else to the least privileged.
 */
function attributed(checks: readonly Counted[]): Map<string, Counted[]> {
  const needed = new Map<string, Counted[]>();
  const add = (key: string, counted: Counted) => needed.set(key, [...(needed.get(key) ?? []), counted]);
  const several = checks.filter(({ check }) => check.enough.length > 1);
  for (const counted of checks) {
    const [only, ...others] = counted.check.enough;
    if (only !== undefined && others.length === 0) add(keyOf(counted.check.api, only), counted);
  }
  for (const counted of several) {
    const keys = counted.check.enough.map((permission) => keyOf(counted.check.api, permission));
    const key = keys.find((one) => needed.has(one)) ?? keys[0];
    if (key !== undefined) add(key, counted);
  }
  return needed;
}

function keyOf(api: string, permission: string): string {
  return `${api}\n${permission}`;
}

function byIds(left: IdentityUse, right: IdentityUse): number {
  return compare(`${left.applicationId} ${left.userId ?? ""}`, `${right.applicationId} ${right.userId ?? ""}`);
}

/** Used ones first. */
function byNames(left: UsedPermission, right: UsedPermission): number {
  if (left.used !== right.used) return left.used ? -1 : 1;
  return compare(keyOf(left.api, left.permission), keyOf(right.api, right.permission));
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
