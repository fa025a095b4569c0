/**
 * Governance relationships of Microsoft Entra Tenant Governance: one tenant, the
 * governing one (the MSSP's), gets roles and applications in another one, the governed one (the
 * customer's). Microsoft lets signed-in people make changes, and applications only read.
 *
 * https://learn.microsoft.com/graph/api/resources/tenantgovernanceservices-tenantgovernance-overview
 * (2026-08-13). The published metadata has none of it: the shapes are those of the pages, and of the
 * answers in a public sample (2026-06). Never tried on a tenant by this project.
 */
import { ServiceError } from "@defender-mssp/errors";
import { directoryRoleTemplates, type DirectoryRoleName } from "../identifiers";
import { graphList, type GraphCall } from "./call";
import type { GraphPermission } from "./collection";

/** A group of the MSSP's tenant and the directory roles that its members have in the customer's. */
export interface GovernedGroup {
  /** Object ID in the MSSP's tenant. The group must be role-assignable. */
  readonly objectId: string;
  readonly name: string;
  readonly roles: readonly DirectoryRoleName[];
}

/** An application that gets a service principal and permissions in the customer's tenant. */
export interface ProvisionedApplication {
  readonly appId: string;
  readonly displayName: string;
  /** Names of its permissions, such as `SecurityAlert.Read.All`. */
  readonly permissions: readonly string[];
}

/** What a relationship grants. */
export interface GovernancePolicy {
  readonly groups: readonly {
    readonly objectId: string;
    readonly name: string;
    readonly roles: readonly { readonly id: string; readonly name: string }[];
  }[];
  readonly applications: readonly ProvisionedApplication[];
}

export type RelationshipStatus = "active" | "terminated" | "terminationRequestedByGoverningTenant";

export interface GovernanceRelationship {
  readonly id: string;
  readonly status: RelationshipStatus;
  /** ISO 8601, UTC. */
  readonly creationDateTime: string;
  readonly policy: GovernancePolicy;
}

export interface GovernanceRequest {
  readonly id: string;
  readonly status: "pending" | "accepted" | "rejected";
  /** ISO 8601, UTC: 14 days after the request. */
  readonly expirationDateTime: string;
  readonly policy: GovernancePolicy;
}

export interface GovernanceInvitation {
  readonly id: string;
  /** ISO 8601, UTC: 30 days after the invitation. */
  readonly expirationDateTime: string;
}

export interface GovernancePolicyTemplate {
  readonly id: string;
  readonly displayName: string;
  readonly policy: GovernancePolicy;
}

/** The two tenants of a relationship. */
export interface GovernancePair {
  /** The MSSP's. */
  readonly governingTenantId: string;
  /** The customer's. */
  readonly governedTenantId: string;
}

/** A permission in a template, with the ID that the MSSP's tenant has for it. */
export interface TemplateApplication {
  readonly appId: string;
  /** Object ID of the application's service principal in the MSSP's tenant. */
  readonly objectId: string;
  readonly displayName: string;
  readonly resourceAppId: string;
  readonly permissions: readonly { readonly id: string; readonly name: string }[];
}

export interface TemplateBody {
  readonly displayName: string;
  readonly description: string;
  readonly groups: readonly GovernedGroup[];
  readonly applications: readonly TemplateApplication[];
}

const root = "/v1.0/directory/tenantGovernance";

/** Reads relationships. Only signed-in people of the two tenants write them. */
export const governancePermissions: readonly GraphPermission[] = ["TenantGovernance-Relationship.Read.All"];

/** A relationship as either tenant lists it. */
export interface ListedGovernance extends Pick<GovernanceRelationship, "id" | "status"> {
  readonly governingTenantId: string;
}

/** Every relationship that the tenant of the call is in. @throws ServiceError */
export function listGovernance(call: GraphCall): Promise<ListedGovernance[]> {
  return graphList<ListedGovernance>(call, `${root}/governanceRelationships`);
}

/** The calls between two tenants, by an identity of either. */
export class TenantGovernance {
  constructor(
    private readonly call: GraphCall,
    private readonly pair: GovernancePair,
  ) {}

  /** Relationships of the two tenants, ended ones too; the newest first. */
  async relationships(): Promise<GovernanceRelationship[]> {
    const found = await this.#list<Wire<GovernanceRelationship>>("governanceRelationships");
    return newestFirst(found.map(withPolicy), ({ creationDateTime }) => creationDateTime);
  }

  /** The relationship that grants something, if there is one. */
  async current(): Promise<GovernanceRelationship | undefined> {
    return (await this.relationships()).find(({ status }) => status !== "terminated");
  }

  /** Requests that can be accepted at that moment; the newest first. */
  async openRequests(now: Date): Promise<GovernanceRequest[]> {
    const found = (await this.#list<Wire<GovernanceRequest>>("governanceRequests")).map(withPolicy);
    const open = found.filter(
      ({ status, expirationDateTime }) => status === "pending" && isOpen(expirationDateTime, now),
    );
    return newestFirst(open, ({ expirationDateTime }) => expirationDateTime);
  }

  /** The customer's invitation that is still valid at that moment. */
  async openInvitation(now: Date): Promise<GovernanceInvitation | undefined> {
    const found = await this.#list<GovernanceInvitation>("governanceInvitations");
    return found.find(({ expirationDateTime }) => isOpen(expirationDateTime, now));
  }

  async canReceiveInvitations(): Promise<boolean> {
    const { body } = await this.call(`${root}/settings`);
    return (body as { canReceiveInvitations?: boolean } | undefined)?.canReceiveInvitations === true;
  }

  async receiveInvitations(): Promise<void> {
    await this.call(`${root}/settings`, { method: "PATCH", json: { canReceiveInvitations: true } });
  }

  async invite(): Promise<GovernanceInvitation> {
    const json = { governingTenantId: this.pair.governingTenantId };
    const { body } = await this.call(`${root}/governanceInvitations`, { method: "POST", json });
    return body as GovernanceInvitation;
  }

  /** The template of that name. A list of templates is short: no filter is documented to be needed. */
  async template(displayName: string): Promise<GovernancePolicyTemplate | undefined> {
    const found = await graphList<WireTemplate>(this.call, `${root}/governancePolicyTemplates`);
    const template = found.find((one) => one.displayName === displayName);
    return template === undefined ? undefined : { ...template, policy: policyOf(template) };
  }

  /** @returns the template's ID. */
  async createTemplate(template: TemplateBody): Promise<string> {
    const json = templateJson(template);
    const { body } = await this.call(`${root}/governancePolicyTemplates`, { method: "POST", json });
    return (body as { id: string }).id;
  }

  async updateTemplate(id: string, template: TemplateBody): Promise<void> {
    const path = `${root}/governancePolicyTemplates/${id}`;
    await this.call(path, { method: "PATCH", json: templateJson(template) });
  }

  async deleteTemplate(id: string): Promise<void> {
    await this.call(`${root}/governancePolicyTemplates/${id}`, { method: "DELETE", accept: [404] });
  }

  /** @param graphEndpoint origin of Graph, for the reference to the template. */
  async request(templateId: string, graphEndpoint: string): Promise<GovernanceRequest> {
    const json = {
      governedTenantId: this.pair.governedTenantId,
      "tenantGovernancePolicyTemplate@odata.bind": `${graphEndpoint}${root}/governancePolicyTemplates/${templateId}`,
    };
    const { body } = await this.call(`${root}/governanceRequests`, { method: "POST", json });
    return withPolicy(body as Wire<GovernanceRequest>);
  }

  async accept(requestId: string): Promise<void> {
    await this.call(`${root}/governanceRequests/${requestId}`, { method: "PATCH", json: { status: "accepted" } });
  }

  async terminate(relationshipId: string, status: Exclude<RelationshipStatus, "active">): Promise<void> {
    await this.call(`${root}/governanceRelationships/${relationshipId}`, { method: "PATCH", json: { status } });
  }

  /** A tenant may have relationships with many others: only those of this pair. */
  async #list<T>(collection: string): Promise<T[]> {
    const { governingTenantId, governedTenantId } = this.pair;
    const filter = `governingTenantId eq '${governingTenantId}' and governedTenantId eq '${governedTenantId}'`;
    return graphList<T>(this.call, `${root}/${collection}?$filter=${encodeURIComponent(filter)}`);
  }
}

/** What the settings' groups and application grant. */
export function wantedPolicy(
  groups: readonly GovernedGroup[],
  applications: readonly ProvisionedApplication[],
): GovernancePolicy {
  return {
    groups: groups.map(({ objectId, name, roles }) => ({
      objectId,
      name,
      roles: roles.map((role) => ({ id: directoryRoleTemplates[role], name: role })),
    })),
    applications,
  };
}

/**
 * How a policy differs from the wanted one, a sentence for each difference. Groups count by object
 * ID, roles by template ID, permissions by name; display names do not count.
 */
export function policyDifferences(wanted: GovernancePolicy, found: GovernancePolicy): string[] {
  const [want, have] = [grantsOf(wanted), grantsOf(found)];
  const missing = [...want].filter(([key]) => !have.has(key)).map(([, text]) => `missing: ${text}`);
  const more = [...have].filter(([key]) => !want.has(key)).map(([, text]) => `not in the settings: ${text}`);
  return [...missing, ...more];
}

export function grantSentences(policy: GovernancePolicy): string[] {
  return [...grantsOf(policy).values()];
}

function grantsOf({ groups, applications }: GovernancePolicy): ReadonlyMap<string, string> {
  const ofGroups = groups.flatMap(({ objectId, name, roles }) =>
    roles.map(
      ({ id, name: role }) =>
        [
          `${objectId}/${id}`.toLowerCase(),
          `members of the MSSP's group ${name} (${objectId}) have the directory role ${role}`,
        ] as const,
    ),
  );
  const ofApplications = applications.flatMap(({ appId, displayName, permissions }) => [
    [appId.toLowerCase(), `the MSSP's application ${displayName} (${appId}) has a service principal`] as const,
    ...permissions.map(
      (name) => [`${appId}/${name}`.toLowerCase(), `the MSSP's application ${displayName} has ${name}`] as const,
    ),
  ]);
  return new Map([...ofGroups, ...ofApplications]);
}

/** Whether an error means that the identity may not read or write Tenant Governance. */
export function isGovernanceDenied(error: unknown): boolean {
  return error instanceof ServiceError && (error.status === 401 || error.status === 403);
}

function templateJson({ displayName, description, groups, applications }: TemplateBody): object {
  return {
    displayName,
    description,
    delegatedAdministrationRoleAssignments: groups.map(({ objectId, roles }) => ({
      roleTemplates: roles.map((name) => ({ id: directoryRoleTemplates[name], name })),
      group: { id: objectId },
    })),
    multiTenantApplicationsToProvision: applications.map((application) => ({
      appId: application.appId,
      objectId: application.objectId,
      displayName: application.displayName,
      requiredResourceAccesses: [
        {
          resourceAppId: application.resourceAppId,
          permissions: application.permissions.map(({ id, name }) => ({ id, name, type: "role" })),
        },
      ],
    })),
  };
}

/**
 * A policy on the wire. A template names a group by `group.id`, a snapshot by `groupId`; Microsoft's
 * examples of snapshots have the first form, too.
 */
interface WirePolicy {
  readonly delegatedAdministrationRoleAssignments?: readonly {
    readonly groupId?: string;
    readonly groupDisplayName?: string | null;
    readonly group?: { readonly id?: string } | null;
    readonly roleTemplates?: readonly { readonly id: string; readonly name?: string | null }[];
  }[];
  readonly multiTenantApplicationsToProvision?: readonly {
    readonly appId: string;
    readonly displayName?: string | null;
    readonly requiredResourceAccesses?: readonly {
      readonly permissions?: readonly { readonly id: string; readonly name?: string | null }[];
    }[];
  }[];
}

type Wire<T> = Omit<T, "policy"> & { readonly policySnapshot?: WirePolicy | null };
type WireTemplate = Omit<GovernancePolicyTemplate, "policy"> & WirePolicy;

function withPolicy<T>(wire: Wire<T>): Omit<T, "policy"> & { readonly policy: GovernancePolicy } {
  return { ...wire, policy: policyOf(wire.policySnapshot ?? {}) };
}

function policyOf(wire: WirePolicy): GovernancePolicy {
  return {
    groups: (wire.delegatedAdministrationRoleAssignments ?? []).map((one) => {
      const objectId = one.groupId ?? one.group?.id ?? "";
      const roles = (one.roleTemplates ?? []).map(({ id, name }) => ({ id, name: name ?? id }));
      return { objectId, name: one.groupDisplayName ?? objectId, roles };
    }),
    applications: (wire.multiTenantApplicationsToProvision ?? []).map((one) => ({
      appId: one.appId,
      displayName: one.displayName ?? one.appId,
      permissions: (one.requiredResourceAccesses ?? []).flatMap(({ permissions = [] }) =>
        permissions.map(({ id, name }) => name ?? id),
      ),
    })),
  };
}

function isOpen(expirationDateTime: string, now: Date): boolean {
  return new Date(expirationDateTime) > now;
}

function newestFirst<T>(items: readonly T[], moment: (item: T) => string): T[] {
  return [...items].sort((a, b) => Date.parse(moment(b)) - Date.parse(moment(a)));
}
