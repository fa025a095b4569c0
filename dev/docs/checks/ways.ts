/** Every place that can give a right has a row in the catalogue of ways, and every path of Graph is one that exists. */
import { catalogueProblems } from "@defender-mssp/tenant";
import { readFileSync } from "node:fs";
import path from "node:path";
import { azureWriteTypes, routeTable } from "@defender-mssp/testkit";
import { kinds } from "../../../domain/kinds/kinds";
import { applicable } from "../../../domain/kinds/accessKind";
import { azureNativePrefix } from "../../../domain/resourceTypes";
import decisions from "../../../policy/typeDecisions.json";

/** Entity sets and singletons of Graph v1.0: a test compares them with the published metadata. */
export const entitySets: readonly string[] = (
  "admin agreementAcceptances agreements appCatalogs appRoleAssignments applicationTemplates applications auditLogs " +
  "authenticationMethodConfigurations authenticationMethodsPolicy certificateBasedAuthConfiguration chats communications " +
  "compliance connections contacts contracts copilot dataPolicyOperations deviceAppManagement deviceManagement devices " +
  "directory directoryObjects directoryRoleTemplates directoryRoles domainDnsRecords domains drive drives education " +
  "employeeExperience external filterOperators functions groupLifecyclePolicies groupSettingTemplates groupSettings groups " +
  "identity identityGovernance identityProtection identityProviders informationProtection invitations me " +
  "oauth2PermissionGrants organization permissionGrants places planner policies print privacy reports roleManagement " +
  "schemaExtensions scopedRoleMemberships search security servicePrincipals shares sites solutions storage subscribedSkus " +
  "subscriptions teams teamsTemplates teamwork tenantRelationships users"
).split(" ");

const isWrite = (methods: string): boolean => /POST|PUT|PATCH|DELETE/.test(methods);

/** The write routes of Defender and Entra, as the page of the emulated routes has them: a test keeps it up to date. */
function routesOnPage(root: string): string[] {
  const page = readFileSync(path.join(root, "docs/reference/sandbox-routes.md"), "utf8");
  const [, defender = "", entra = ""] = page.split(/^## (?:Microsoft (?:Defender|Entra ID)|Known differences)$/m);
  return [
    ...writesIn(defender).map((route) => {
      const [, ofGraph] = /^\/(?:v1\.0|beta)(\/.*)$/.exec(route) ?? [];
      return ofGraph ?? `defender:${route}`;
    }),
    ...writesIn(entra).map((route) => `entra:${route}`),
  ];
}

function writesIn(section: string): string[] {
  return [...section.matchAll(/^- `([A-Z, ]+) (\/\S*)`/gm)].flatMap(([, methods = "", route = ""]) =>
    isWrite(methods) ? [route] : [],
  );
}

/** Types of Azure that the program declares, and those that a rule of the policy pack judges or refuses. */
function azureTypes(): string[] {
  const listed = [decisions.judged, decisions.refused].flatMap((byModule) =>
    Object.entries(byModule as Readonly<Record<string, string>>).flatMap(([module, names]) =>
      module.startsWith(azureNativePrefix) ? names.split(" ").map((name) => `${module}:${name}`) : [],
    ),
  );
  const declared = kinds.flatMap(({ types }) => applicable(types) ?? []);
  return [...declared.filter((type) => type.startsWith(azureNativePrefix)), ...listed];
}

/** What can be counted. */
export function countedPlaces(root: string): readonly string[] {
  return [
    ...new Set([
      ...entitySets.map((name) => `/${name}`),
      ...routeTable.routes.filter(({ method }) => isWrite(method)).map((route) => route.path),
      ...routesOnPage(root),
      ...azureWriteTypes.map((type) => `azure:${type}`),
      ...azureTypes(),
    ]),
  ];
}

export function waysWithoutRow(root: string): readonly string[] {
  return catalogueProblems(countedPlaces(root));
}
