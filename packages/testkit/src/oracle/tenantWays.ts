/** Ways that name the MSSP's tenant, or nobody: they need no account of a person in the customer's tenant. */
import { textOf, textsOf } from "@defender-mssp/errors/json";
import type { Json, StoredObject } from "@defender-mssp/sandbox/internals";
import type { Chain, ChainStep, ChainWay } from "./chain";
import { msspApplications, isMsspAddress, namesMssp, tenantItself, type OracleTenants } from "./principals";
import { all, inner, asList, named } from "./stored";

export function tenantChains(tenants: OracleTenants): Chain[] {
  const steps = [
    ...partnerSteps(tenants),
    ...entitlementSteps(tenants),
    ...exclusionSteps(tenants),
    ...relationshipSteps(tenants),
    ...lighthouseSteps(tenants),
    ...defenderSteps(tenants),
  ];
  const principal = tenantItself(tenants);
  return [
    ...steps.map(({ allows, ...step }) => ({ way: step.way, principal, steps: [step], allows })),
    ...restorableChains(tenants),
  ];
}

type Step = ChainStep & { readonly allows: string };

function partnerSteps({ customer, mssp }: OracleTenants): Step[] {
  const partner = customer.objects("crossTenantAccessPartners").get(mssp.id);
  const synchronization = customer.objects("crossTenantIdentitySynchronizations").get(mssp.id);
  const to = { type: "crossTenantAccessPartners", id: mssp.id, name: mssp.id };
  const trusts = Object.entries((partner?.["inboundTrust"] ?? {}) as Record<string, Json>)
    .filter(([, value]) => value === true)
    .map(([name]): Step => ({ way: "partnerTrust", to, by: name, allows: name }));
  const when = (holds: boolean, way: ChainWay, allows: string): Step[] => (holds ? [{ way, to, allows }] : []);
  const letsIn = (name: string): boolean =>
    inner(partner?.[name], "usersAndGroups", "accessType") === "allowed" ||
    inner(partner?.[name], "applications", "accessType") === "allowed";
  const synchronizes = inner(synchronization?.["userSyncInbound"], "isSyncAllowed") === true;
  return [
    ...trusts,
    ...when(synchronizes, "partnerSynchronization", "make users in the tenant"),
    ...when(letsIn("b2bDirectConnectInbound"), "partnerDirectConnect", "use shared channels without an account"),
    ...when(letsIn("b2bCollaborationInbound"), "partnerCollaboration", "be invited"),
    ...when(
      inner(partner?.["automaticUserConsentSettings"], "inboundAllowed") === true,
      "partnerConsent",
      "come in without redeeming an invitation",
    ),
  ];
}

function isOfAnybody({ requestorSettings }: StoredObject): boolean {
  return inner(requestorSettings, "scopeType") === "AllExternalSubjects";
}

/** Connected organizations, and policies by which their people, or anybody, may ask. */
function entitlementSteps(tenants: OracleTenants): Step[] {
  const { customer } = tenants;
  const organizations = all(customer, "connectedOrganizations").filter(({ identitySources }) =>
    asList(identitySources).some((source) => namesMssp(tenants, source)),
  );
  const own = new Set(organizations.map(({ id }) => id));
  const byTenant = new Set(
    organizations
      .filter(({ identitySources }) =>
        asList(identitySources).some((source) => inner(source, "tenantId") !== undefined),
      )
      .map(({ id }) => id),
  );
  const mayAsk = (policy: StoredObject, among: ReadonlySet<string>): boolean => {
    const { requestorSettings } = policy;
    if (/^All(Configured|Existing)ConnectedOrganizationSubjects$/.test(textOf(inner(requestorSettings, "scopeType"))))
      return among.size > 0;
    return asList(inner(requestorSettings, "allowedRequestors")).some((entry) => among.has(textOf(inner(entry, "id"))));
  };
  const policies = all(customer, "accessPackageAssignmentPolicies").filter(
    (policy) =>
      inner(policy["requestorSettings"], "acceptRequests") !== false && (isOfAnybody(policy) || mayAsk(policy, own)),
  );
  return [
    ...organizations.map((entry): Step => ({
      way: "connectedOrganization",
      to: named("connectedOrganizations", entry),
      by: entry.id,
      allows: "ask for packages whose policies name it",
    })),
    ...policies.map((policy): Step => {
      const id = textOf(policy["accessPackageId"]);
      const to = named("accessPackages", customer.objects("accessPackages").get(id), id);
      const who = isOfAnybody(policy) ? ", as anybody" : mayAsk(policy, byTenant) ? "" : ", by a domain";
      const allows = `ask for the access package ${to.name}${who}`;
      return { way: "packageRequest", to, by: policy.id, allows };
    }),
  ];
}

function exclusionSteps({ customer, mssp }: OracleTenants): Step[] {
  return all(customer, "conditionalAccessPolicies").flatMap((policy): Step[] => {
    const excluded = inner(policy["conditions"], "users", "excludeGuestsOrExternalUsers");
    if (policy["state"] !== "enabled" || typeof excluded !== "object" || excluded === null) return [];
    const members = inner(excluded, "externalTenants", "members");
    const isOfAll = members === undefined || members === null;
    if (!isOfAll && !textsOf(members).includes(mssp.id)) return [];
    const to = named("conditionalAccessPolicies", policy);
    const who = isOfAll ? "any guest" : "a guest of its tenant";
    return [
      { way: "conditionalAccessExclusion", to, allows: `sign in without what the policy asks of others, as ${who}` },
    ];
  });
}

function relationshipSteps({ customer, mssp }: OracleTenants): Step[] {
  const governs = ({ governingTenantId, status }: StoredObject): boolean =>
    governingTenantId === mssp.id && status !== "terminated";
  const gives = ["activating", "active", "approved", "expiring", "terminating", "terminationRequested"];
  return [
    ...all(customer, "governanceRelationships")
      .filter(governs)
      .map((entry): Step => ({
        way: "governance",
        to: named("governanceRelationships", entry),
        by: entry.id,
        allows: "govern",
      })),
    ...all(mssp, "delegatedAdminRelationships")
      .filter(
        (entry) => inner(entry["customer"], "tenantId") === customer.id && gives.includes(textOf(entry["status"])),
      )
      .map((entry): Step => {
        const roles = asList(inner(entry["accessDetails"], "unifiedRoles")).length;
        return { way: "gdap", to: named("delegatedAdminRelationships", entry), by: entry.id, allows: `${roles} roles` };
      }),
  ];
}

function lighthouseSteps({ customer, mssp }: OracleTenants): Step[] {
  const resources = customer.objects("azureResources");
  return all(customer, "azureResources")
    .filter(({ type }) => /\/registrationAssignments$/i.test(textOf(type)))
    .flatMap((assignment): Step[] => {
      const definition = resources.get(
        textOf(inner(assignment["properties"], "registrationDefinitionId")).toLowerCase(),
      );
      const properties = definition?.["properties"];
      if (textOf(inner(properties, "managedByTenantId")).toLowerCase() !== mssp.id) return [];
      const scope = assignment.id.split("/providers/")[0] ?? "";
      const roles = ["authorizations", "eligibleAuthorizations"]
        .flatMap((name) => asList(inner(properties, name)))
        .map((entry) => textOf(inner(entry, "roleDefinitionId")).split("/").at(-1) ?? "");
      const to = { type: "azureScopes", id: scope, name: scope };
      return [{ way: "lighthouse", to, by: assignment.id, allows: `the Azure roles ${roles.join(", ")} at ${scope}` }];
    });
}

/** Rules that act by themselves and that the MSSP made, and mail that goes to it. */
function defenderSteps(tenants: OracleTenants): Step[] {
  const { customer } = tenants;
  const makers = new Set(msspApplications(tenants).flatMap(({ id, appId, displayName }) => [id, appId, displayName]));
  return [
    ...all(customer, "detectionRules")
      .filter((rule) => rule["status"] === "enabled" && makers.has(rule["createdBy"] ?? null))
      .filter((rule) =>
        Object.values((inner(rule["detectionAction"], "automatedActions") ?? {}) as Record<string, Json>).some(
          (actions) => asList(actions).length > 0,
        ),
      )
      .map((rule): Step => ({ way: "detectionAction", to: named("detectionRules", rule), by: rule.id, allows: "act" })),
    ...all(customer, "notificationRules").flatMap((rule): Step[] => {
      const recipients = textsOf(rule["recipients"]).filter((address) => isMsspAddress(tenants, address));
      if (recipients.length === 0) return [];
      return [
        {
          way: "notification",
          to: named("notificationRules", rule),
          by: rule.id,
          allows: `alerts to ${recipients.join(", ")}`,
        },
      ];
    }),
  ];
}

/** Deleted people and applications of the MSSP that the tenant can restore. They can do nothing until then. */
function restorableChains(tenants: OracleTenants): Chain[] {
  return [...tenants.customer.deleted.values()]
    .filter(({ collection, object }) => collection !== "groups" && tenants.whose.principals.has(object.id))
    .map(({ collection, object }) => {
      const principal = named(collection, object);
      const allows = "nothing, unless somebody restores it";
      return { way: "restorable", principal, steps: [{ way: "restorable", to: principal }], allows };
    });
}
