/**
 * Tenants of a seed file: the users, groups, applications and switches that an emulated tenant has
 * before the first request. The same file gives the same objects with the same IDs.
 */
import { VisibleError } from "@defender-mssp/errors";
import { directoryRoleTemplates, isUuid } from "@defender-mssp/microsoft";
import { z } from "zod";
import type { EmulatedCloud } from "../cloud/cloud";
import { derivedId } from "../cloud/identity";
import type { StoredObject, Tenant } from "../cloud/model";
import { EmulatedServiceError } from "../cloud/serviceError";
import { TenantRecord } from "../cloud/store";
import { setSwitches } from "../cloud/switches";
import type { PermissionsByResource } from "../cloud/tenantMaker";
import { entitySets, type EntitySetName } from "../graph/entities";
import { emulatedApplications } from "../graph/graphPermissions";
import { domainOf, sameText } from "../graph/directory";
import { guestNickname, guestUserPrincipalName, securityIdentifier } from "../graph/identifiers";
import type { JsonObject } from "../graph/json";
import { addApplication, addConsentedServicePrincipal, assignDirectoryRole, seededAt } from "../graph/newDirectory";
import { complete } from "../graph/objects";
import { checkUserPrincipalName, ownIdentity } from "../graph/routes/userRoutes";
import { checkProperties } from "../graph/validate";
import { newTenant } from "./newTenant";

const name = z.string().min(1).max(256);
const roles = z.array(z.enum(Object.keys(directoryRoleTemplates))).default([]);

/** `userPrincipalName`, or a guest's `mail`; Graph's other properties of a user beside them. */
const userSeed = z
  .looseObject({ userPrincipalName: name.optional(), mail: name.optional(), userType: name.optional(), roles })
  .refine((user) => user.userPrincipalName !== undefined || (user.userType === "Guest" && user.mail !== undefined), {
    error: "a user needs userPrincipalName, or userType: Guest and mail",
  });

/** Members and owners: `userPrincipalName`, `mail` of a guest, or the display name of a group or an application. */
const groupSeed = z.looseObject({
  displayName: name,
  members: z.array(name).default([]),
  owners: z.array(name).default([]),
  roles,
});

/** An application with its service principal; `permissions` by the API's display name. */
const applicationSeed = z.strictObject({
  displayName: name,
  signInAudience: z.enum(["AzureADMyOrg", "AzureADMultipleOrgs"]).default("AzureADMyOrg"),
  permissions: z
    .partialRecord(z.enum(emulatedApplications.map(({ displayName }) => displayName)), z.array(name))
    .default({}),
  roles,
});

const tenantSeed = z.strictObject({
  tenantId: z.string().refine(isUuid, { error: "a tenant ID is a UUID" }),
  displayName: name.optional(),
  domain: z.hostname().optional(),
  switches: z.record(z.string(), z.union([z.string(), z.number()]).transform(String)).default({}),
  users: z.array(userSeed).default([]),
  groups: z.array(groupSeed).default([]),
  applications: z.array(applicationSeed).default([]),
});

const seedFile = z.strictObject({ tenants: z.array(tenantSeed).min(1) });

type TenantSeed = z.infer<typeof tenantSeed>;
type UserSeed = TenantSeed["users"][number];
type GroupSeed = TenantSeed["groups"][number];
type ApplicationSeed = TenantSeed["applications"][number];

/** What a seed has done in a tenant. */
export interface SeededTenant {
  readonly tenantId: string;
  readonly added: number;
  /** Objects that were there; they are as before. */
  readonly unchanged: number;
}

/**
 * Adds the objects of a seed file to its tenants; makes tenants that are missing. Objects that are there
 * keep their properties.
 * @throws VisibleError that names every wrong place; then nothing is changed
 */
export function seedTenants(cloud: EmulatedCloud, file: unknown): SeededTenant[] {
  const parsed = seedFile.safeParse(file);
  if (!parsed.success) {
    throw wrongSeed(parsed.error.issues.map(({ path, message }) => `${placeText(path)}: ${message}`));
  }
  const { tenants } = parsed.data;
  const problems = tenants.flatMap((seed, index) => {
    const before = cloud.hasTenant(seed.tenantId) ? cloud.tenant(seed.tenantId) : undefined;
    return new TenantSeeder(copiedTenant(before, seed), `tenants[${index}]`).run(seed).problems;
  });
  if (problems.length > 0) throw wrongSeed(problems);
  const results = tenants.map((seed) => {
    const tenant = cloud.describedTenant(described(seed));
    const { added, unchanged } = new TenantSeeder(tenant, "").run(seed);
    return { tenantId: tenant.id, added, unchanged };
  });
  cloud.changed(true);
  return results;
}

/** A copy of a tenant, or of what it is when it is made: what a seed does is tried on it. */
function copiedTenant(before: Tenant | undefined, seed: TenantSeed): Tenant {
  const copy = new TenantRecord(seed.tenantId.toLowerCase());
  if (before === undefined) newTenant.fill(copy, described(seed));
  for (const collection of ["applications", "domains", "groups", "servicePrincipals", "users"] as const) {
    for (const object of before?.objects(collection).values() ?? [])
      copy.objects(collection).set(object.id, structuredClone(object));
  }
  return copy;
}

function described({ tenantId, displayName, domain }: TenantSeed): {
  tenantId: string;
  displayName?: string;
  domain?: string;
} {
  return {
    tenantId,
    ...(displayName === undefined ? {} : { displayName }),
    ...(domain === undefined ? {} : { domain }),
  };
}

/** Adds the objects of one tenant, and remembers what can't be added. */
class TenantSeeder {
  readonly problems: string[] = [];
  added = 0;
  unchanged = 0;

  constructor(
    private readonly tenant: Tenant,
    private readonly place: string,
  ) {}

  run(seed: TenantSeed): this {
    this.#attempt("switches", () => setSwitches(this.tenant, seed.switches));
    for (const [index, user] of seed.users.entries()) this.#attempt(`users[${index}]`, () => this.#addUser(user));
    for (const [index, application] of seed.applications.entries())
      this.#attempt(`applications[${index}]`, () => this.#addApplication(application));
    for (const [index, group] of seed.groups.entries()) this.#attempt(`groups[${index}]`, () => this.#addGroup(group));
    // Members may be groups further down in the file.
    for (const [index, group] of seed.groups.entries()) {
      for (const link of ["members", "owners"] as const)
        this.#attempt(`groups[${index}].${link}`, () => this.#linkGroup(group, link));
    }
    return this;
  }

  #attempt(place: string, action: () => void): void {
    try {
      action();
    } catch (error) {
      if (!(error instanceof VisibleError) && !(error instanceof EmulatedServiceError)) throw error;
      this.problems.push(`${this.place}.${place}: ${error.message}`);
    }
  }

  #addUser({ roles: directoryRoles, ...properties }: UserSeed): void {
    const guest = properties.userPrincipalName === undefined ? properties.mail : undefined;
    const userPrincipalName =
      properties.userPrincipalName ?? guestUserPrincipalName(guest ?? "", domainOf(this.tenant, "isInitial"));
    const id = this.#add("users", userPrincipalName, "userPrincipalName", (newId) => {
      checkUserPrincipalName(this.tenant, userPrincipalName, newId);
      const [localPart = ""] = (guest ?? userPrincipalName).split("@");
      return {
        accountEnabled: true,
        displayName: localPart,
        mailNickname: guest === undefined ? localPart : guestNickname(guest),
        createdDateTime: seededAt,
        identities: [ownIdentity(userPrincipalName)],
        securityIdentifier: securityIdentifier(newId),
        userPrincipalName,
        userType: "Member",
        ...(guest === undefined
          ? {}
          : { creationType: "Invitation", externalUserState: "Accepted", otherMails: [guest] }),
        ...keptProperties("users", properties as JsonObject),
      };
    });
    this.#assignRoles(id, directoryRoles);
  }

  #addGroup({ members: _members, owners: _owners, roles: directoryRoles, ...properties }: GroupSeed): void {
    const { displayName } = properties;
    const id = this.#add("groups", displayName, "displayName", (newId) => ({
      mailEnabled: false,
      mailNickname: displayName.replace(/[^\w.-]/g, "").slice(0, 64) || "group",
      securityEnabled: true,
      ...(directoryRoles.length === 0 ? {} : { isAssignableToRole: true }),
      createdDateTime: seededAt,
      renewedDateTime: seededAt,
      securityIdentifier: securityIdentifier(newId),
      ...keptProperties("groups", properties as JsonObject),
    }));
    this.#assignRoles(id, directoryRoles);
  }

  #addApplication({ displayName, signInAudience, permissions, roles: directoryRoles }: ApplicationSeed): void {
    const { tenant } = this;
    const applicationId = derivedId(tenant.id, `seed/applications/${displayName}`);
    const servicePrincipalId = derivedId(tenant.id, `servicePrincipals/${applicationId}`);
    if (tenant.objects("servicePrincipals").has(servicePrincipalId)) this.unchanged++;
    else {
      const description = { applicationId, displayName, signInAudience };
      const granted = permissionsByResource(permissions);
      addApplication(tenant, description);
      addConsentedServicePrincipal(tenant, { ...description, homeTenantId: tenant.id }, granted);
      this.added++;
    }
    this.#assignRoles(servicePrincipalId, directoryRoles);
  }

  /** Adds an object unless one has its name. @returns its ID */
  #add(
    entitySet: Extract<EntitySetName, "users" | "groups">,
    name: string,
    key: string,
    properties: (id: string) => JsonObject,
  ): string {
    const objects = this.tenant.objects(entitySet);
    const before = [...objects.values()].find((object) => sameText(object[key], name));
    if (before !== undefined) {
      this.unchanged++;
      return before.id;
    }
    const id = derivedId(this.tenant.id, `seed/${entitySet}/${name.toLowerCase()}`);
    objects.set(id, complete(entitySet, { ...properties(id), id }));
    this.added++;
    return id;
  }

  #assignRoles(principalId: string, directoryRoles: readonly string[]): void {
    for (const role of directoryRoles)
      assignDirectoryRole(
        this.tenant,
        principalId,
        directoryRoleTemplates[role as keyof typeof directoryRoleTemplates],
      );
  }

  #linkGroup(group: GroupSeed, link: "members" | "owners"): void {
    const { id } = this.#named(group.displayName, ["groups"]);
    const links = this.tenant.links(`groups.${link}`);
    const linkedIds = group[link].map((name) => this.#named(name, ["users", "groups", "servicePrincipals"]).id);
    if (linkedIds.length > 0) links.set(id, [...new Set([...(links.get(id) ?? []), ...linkedIds])]);
  }

  #named(name: string, entitySets: readonly EntitySetName[]): StoredObject {
    const keys = ["userPrincipalName", "mail", "displayName"];
    const matches = entitySets.flatMap((entitySet) =>
      [...this.tenant.objects(entitySet).values()].filter((object) => keys.some((key) => sameText(object[key], name))),
    );
    const [first, second] = matches;
    if (first === undefined) throw new VisibleError(`neither the file nor the tenant has "${name}"`);
    if (second !== undefined) throw new VisibleError(`the tenant has several objects named "${name}"`);
    return first;
  }
}

/** Properties of the file as the tenant keeps them. @throws VisibleError for one that it would lose */
function keptProperties(entitySet: "users" | "groups", properties: JsonObject): JsonObject {
  const values = checkProperties(entitySet, properties);
  const lost = Object.keys(properties).find(
    (name) => values[name] === undefined || entitySets[entitySet].properties[name]?.writeOnly,
  );
  if (lost !== undefined) throw new VisibleError(`a seed can't set '${lost}'`);
  return values;
}

function permissionsByResource(permissions: ApplicationSeed["permissions"]): PermissionsByResource {
  const entries = Object.entries(permissions).map(([displayName, values = []]) => {
    const api = emulatedApplications.find((application) => application.displayName === displayName);
    const unknown = values.find((value) => api?.appRoles[value] === undefined);
    if (api === undefined || unknown !== undefined)
      throw new VisibleError(`the sandbox's ${displayName} has no application permission "${unknown ?? ""}"`);
    return [api.appId, values] as const;
  });
  return Object.fromEntries(entries);
}

function placeText(path: readonly PropertyKey[]): string {
  return (
    path
      .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
      .join("") || "the file"
  );
}

function wrongSeed(problems: readonly string[]): VisibleError {
  const lines = problems.map((problem) => `  ${problem}`);
  return new VisibleError(`The seed is wrong, nothing was changed:\n${lines.join("\n")}`);
}
