/**
 * Planted defects: small changes of the code, each of which worlds must find. What a hand-written case knew becomes a
 * row here.
 */
export interface PlantedDefect {
  readonly what: string;
  readonly file: string;
  /** Occurs in the file once. */
  readonly from: string;
  readonly to: string;
}

const kinds = "cli/tenant/kinds";
const additions = "cli/tenant/additions";
const offboard = "cli/customer/offboard";

const defect = (what: string, file: string, from: string, to: string): PlantedDefect => ({ what, file, from, to });

export const planted: readonly PlantedDefect[] = [
  defect(
    "people are searched by their marks alone",
    `${kinds}/people.ts`,
    "byMark(tenant, user) ?? byDomain(user, addressOf(user))",
    "byMark(tenant, user)",
  ),
  defect(
    "people are searched among guests alone",
    `${kinds}/people.ts`,
    "await tenant.list<GuestUser>(usersPath(properties));",
    '(await tenant.list<GuestUser>(usersPath(properties))).filter(({ userType }) => userType === "Guest");',
  ),
  defect(
    "added people are searched among guests alone",
    `${additions}/guests.ts`,
    "await graphList<Guest>(tenant.call, usersPath(selected));",
    '(await graphList<Guest>(tenant.call, usersPath(selected))).filter(({ userType }) => userType === "Guest");',
  ),
  defect(
    "a domain is compared exactly",
    `${kinds}/guestAddresses.ts`,
    "domain === own || domain.endsWith(`.${own}`)",
    "domain === own",
  ),
  defect(
    "other addresses of a user are ignored",
    `${kinds}/guestAddresses.ts`,
    ", ...otherMails, spelled]",
    ", spelled]",
  ),
  defect(
    "what people own is not looked at",
    `${kinds}/people.ts`,
    'if (type === "group") return [];',
    'if (type !== "servicePrincipal") return [];',
  ),
  defect(
    "owners of groups are not read",
    `${kinds}/people.ts`,
    "const ofCollections = ownedCollectionNames.map(",
    'const ofCollections = ownedCollectionNames.filter((name) => name !== "groups").map(',
  ),
  defect(
    "groups with directory roles are no membership",
    `${kinds}/people.ts`,
    '(object) => object["@odata.type"] === "#microsoft.graph.group",',
    '(object) => object["@odata.type"] === "#microsoft.graph.group" && object.isAssignableToRole !== true,',
  ),
  defect(
    "eligible owners are ignored",
    `${kinds}/people.ts`,
    '(await listGroupEligibilities(tenant.graph, "principalId", id)).map(',
    '(await listGroupEligibilities(tenant.graph, "principalId", id)).filter(({ accessId }) => accessId !== "owner").map(',
  ),
  defect(
    "synchronization is not read",
    `${kinds}/entryGrants.ts`,
    "synchronization?.userSyncInbound?.isSyncAllowed === true",
    "synchronization === null",
  ),
  defect("direct connect is no grant", `${kinds}/entryGrants.ts`, "...gates.filter(", "...gates.slice(0, 1).filter("),
  defect("collaboration is no grant", `${kinds}/entryGrants.ts`, "...gates.filter(", "...gates.slice(1).filter("),
  defect(
    "trust of devices is no grant",
    `${kinds}/entryGrants.ts`,
    "recordOf(entry[property])[name] === true",
    'recordOf(entry[property])[name] === true && name !== "isCompliantDeviceAccepted"',
  ),
  defect(
    "delegations are looked at with a setting alone",
    `${kinds}/customerAzure.ts`,
    'inEach(subscriptions, "delegations", unread,',
    'sentinelAccess === undefined ? Promise.resolve([]) : inEach(subscriptions, "delegations", unread,',
  ),
  defect(
    "Azure roles are looked at with a setting alone",
    `${kinds}/customerAzure.ts`,
    'inEach(subscriptions, "role assignments", unread,',
    'sentinelAccess === undefined ? Promise.resolve([]) : inEach(subscriptions, "role assignments", unread,',
  ),
  defect(
    "the roles of a delegation are not named",
    `${kinds}/azureResources.ts`,
    'return [...new Set(names)].join(", ") || "roles that Azure does not name";',
    'return names.length > 0 ? "roles" : "";',
  ),
  defect(
    "applications of the MSSP are those of the customer",
    `${kinds}/servicePrincipals.ts`,
    "appOwnerOrganizationId?.toLowerCase() === owner.msspTenantId.toLowerCase()",
    "appOwnerOrganizationId?.toLowerCase() === owner.tenantId.toLowerCase()",
  ),
  defect(
    "the first permission of a principal is lost",
    `${kinds}/servicePrincipals.ts`,
    "const own = (await tenant.list<AppRoleAssignment>(path)).filter(",
    "const own = (await tenant.list<AppRoleAssignment>(path)).slice(1).filter(",
  ),
  defect(
    "consents of applications are not read",
    `${kinds}/servicePrincipals.ts`,
    'if (type !== "servicePrincipal") return [];',
    'if (type === "servicePrincipal") return [];',
  ),
  defect(
    "scoped directory roles are ignored",
    `${kinds}/directoryRoles.ts`,
    "return (await listRolesOf(tenant.graph, id)).map(",
    'return (await listRolesOf(tenant.graph, id)).filter(({ directoryScopeId }) => directoryScopeId === "/").map(',
  ),
  defect(
    "eligible directory roles are not read",
    `${kinds}/directoryRoles.ts`,
    "return (await listEligibleRolesOf(tenant.graph, id)).map(",
    "return (await listEligibleRolesOf(tenant.graph, id)).slice(1).map(",
  ),
  defect(
    "holders of packages are those who hold none",
    `${kinds}/accessPackages.ts`,
    "target?.objectId?.toLowerCase() === id.toLowerCase()",
    "target?.objectId?.toLowerCase() === tenant.owner.tenantId",
  ),
  defect(
    "connected organizations are compared by domain alone",
    `${kinds}/accessPackages.ts`,
    "tenantId?.toLowerCase() === owner.msspTenantId.toLowerCase() ||",
    "",
  ),
  defect(
    "connected organizations of policies are ignored",
    `${kinds}/accessPackages.ts`,
    "(isOfAll ? own.map(subject) : [])",
    "(isOfAll ? own.slice(1).map(subject) : [])",
  ),
  defect(
    "approvers of policies are not read",
    `${kinds}/accessPackages.ts`,
    "...listOf(primaryApprovers),",
    "...listOf(primaryApprovers).slice(1),",
  ),
  defect(
    "an exclusion from Conditional Access gives nothing",
    `${kinds}/trusts.ts`,
    'state === "enabled" && isNamedIn',
    'state !== "enabled" && isNamedIn',
  ),
  defect(
    "every application of the MSSP is the automation",
    `${additions}/tenant.ts`,
    "(identities.length > 0",
    "(identities.length > 3",
  ),
  defect("an active GDAP relationship is none", `${kinds}/trusts.ts`, '["activating", "active", ', '["activating", '),
  defect(
    "a governance relationship is none",
    `${kinds}/trusts.ts`,
    "if (relationship === undefined) return [];",
    "if (relationship !== undefined) return [];\n  if (relationship === undefined) return [];",
  ),
  defect(
    "Defender roles of people are not read",
    `${kinds}/defenderRoles.ts`,
    "principalIds.some((principal)",
    "principalIds.slice(1).some((principal)",
  ),
  defect(
    "a refused look is no answer",
    `${kinds}/searchTenant.ts`,
    'if ("reason" in answer) notLooked.push(answer);\n    else for',
    'if ("reason" in answer) continue;\n    else for',
  ),
  defect(
    "a mark is compared by the stack's name",
    `${kinds}/ownership.ts`,
    "if (mark.stackId === stackId)",
    'if (mark.stack.endsWith("/contoso") && stackId !== undefined)',
  ),
  defect(
    "added federated credentials are not read",
    `${additions}/application.ts`,
    "...(await federatedCredentials(tenant, application, named.name)),",
    "",
  ),
  defect(
    "added secrets are not compared",
    `${additions}/application.ts`,
    "...foreign(application.passwordCredentials).map(",
    "...foreign(application.passwordCredentials).slice(1).map(",
  ),
  defect(
    "other applications of the MSSP are nobody's",
    `${additions}/msspApplicationAdditions.ts`,
    "[...others, ...guessed].map(async",
    "[...others, ...guessed].slice(1).map(async",
  ),
  defect(
    "added members are expected",
    `${additions}/groups.ts`,
    "!expected.has(id.toLowerCase())",
    "!expected.has(id.toLowerCase()) && expected.has(id)",
  ),
  defect(
    "added owners are expected",
    `${additions}/tenant.ts`,
    "id.toLowerCase() !== ownObjectId?.toLowerCase() &&",
    "id.toLowerCase() === ownObjectId?.toLowerCase() &&",
  ),
  defect(
    "added memberships are declared",
    `${additions}/heldAdditions.ts`,
    "isDeclared: ({ id, byRule }) => byRule === true || tenant.deployed.has(id),",
    "isDeclared: ({ id, byRule }) => byRule !== true || tenant.deployed.has(id),",
  ),
  defect(
    "added directory roles of groups are not read",
    `${additions}/heldAdditions.ts`,
    "...groupPrincipals(tenant),\n    ...connectorPrincipals(tenant),\n    ...identities,",
    "...connectorPrincipals(tenant),\n    ...identities,",
  ),
  defect(
    "added app roles are not read",
    `${additions}/heldAdditions.ts`,
    '"added app roles", { principals: principals.filter(({ adopted }) => !adopted) }',
    '"added app roles", { principals: principals.filter(({ adopted }) => adopted) }',
  ),
  defect(
    "one grant is not enough to be left",
    `${offboard}/verdict.ts`,
    "if (has.length > 0) return left(",
    "if (has.length > 1) return left(",
  ),
  defect(
    "what an adopted object has is not asked",
    `${offboard}/proof.ts`,
    'item.state !== "found" || !item.adopted) return item;',
    'item.state !== "found" || item.adopted) return item;',
  ),
  defect(
    "the report leaves additions out",
    "cli/access/report/build.ts",
    "additions: (live?.parts ?? []).flatMap(",
    "additions: (live?.parts ?? []).slice(0, 2).flatMap(",
  ),
  defect(
    "the report does not say what nobody looks at",
    "cli/access/report/build.ts",
    "notLooked: [...notLookedWays, ...unlookedInReport],",
    "notLooked: [],",
  ),
];
