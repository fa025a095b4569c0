/** Whether texts of a command name a chain, or say that its way was not looked at. */
import { azureRoles } from "@defender-mssp/microsoft";
import {
  jsonText,
  userAddresses,
  msspTenantId,
  type Chain,
  type ChainObject,
  type StoredObject,
  type ChainWay,
} from "@defender-mssp/testkit";
import { notLookedRow } from "./catalogue";

/** What a certificate, a report or an addition calls a way that nobody looked at. */
export const wayWords: Readonly<Record<ChainWay, RegExp>> = {
  person: /\bguests?\b|people of the MSSP|accounts/i,
  application: /service principals?/i,
  restorable: /deleted/i,
  membership: /memberships?|groups?/i,
  groupOwnership: /ownerships?|owners/i,
  eligibility: /eligib/i,
  activation: /activation|eligib/i,
  directoryRole: /directory roles?/i,
  eligibleDirectoryRole: /directory roles?|eligib/i,
  applicationPermission: /application permissions?/i,
  appRole: /app roles?|application permissions?/i,
  delegatedConsent: /delegated|consents?/i,
  applicationOwnership: /ownerships?|owners|owned/i,
  servicePrincipalOwnership: /ownerships?|owners|owned/i,
  credential: /credentials?|secrets?/i,
  federatedCredential: /federated/i,
  defenderRole: /Defender roles?/i,
  accessPackage: /access packages?/i,
  packageRequest: /access packages?|assignment polic/i,
  packageApproval: /access packages?|assignment polic/i,
  connectedOrganization: /connected organi/i,
  conditionalAccessExclusion: /conditional access/i,
  partnerSynchronization: /cross-tenant/i,
  partnerDirectConnect: /cross-tenant/i,
  partnerCollaboration: /cross-tenant/i,
  partnerTrust: /cross-tenant|trust/i,
  partnerConsent: /cross-tenant|redemption/i,
  governance: /governance/i,
  gdap: /GDAP|delegated admin/i,
  azureRole: /Azure/i,
  eligibleAzureRole: /Azure|eligib/i,
  lighthouse: /Lighthouse|Azure/i,
  siemAuthorization: /authorization|SIEM/i,
  detectionAction: /detection rules?/i,
  changeNotification: /change notifications/i,
  notification: /notification/i,
};

/** What a text may call an entry of the cross-tenant access policy's parts. */
const partWords: Readonly<Partial<Record<ChainWay, RegExp>>> = {
  partnerSynchronization: /synchroni/i,
  partnerDirectConnect: /direct connect|shared channel/i,
  partnerCollaboration: /collaboration|invit/i,
  partnerConsent: /consent|redemption/i,
};

/** What a text may call each value of the trust. */
const trustWords: Readonly<Record<string, RegExp>> = {
  isMfaAccepted: /multifactor/i,
  isCompliantDeviceAccepted: /compliant/i,
  isHybridAzureADJoinedDeviceAccepted: /hybrid/i,
};

/** What a command says: lines of what it names, and of what it did not look at. */
export interface Said {
  readonly named: readonly string[];
  readonly notLooked: readonly string[];
  /** IDs of the catalogue's rows that it lists as looked at by nobody. */
  readonly rows: ReadonlySet<string>;
}

/** Users by their IDs, and applications by the IDs of their service principals. */
export type PeopleById = ReadonlyMap<string, StoredObject>;

/** Whether a line has the object by its ID, its name, one of its addresses or its application. */
function has(line: string, { id, name, type }: ChainObject, people: PeopleById): boolean {
  const other = people.get(id);
  const isApplication = type === "servicePrincipals" && other !== undefined;
  const names = [name, ...(isApplication ? [jsonText(other["displayName"])] : [])];
  const texts = [
    ...[id, ...(isApplication ? [other.id] : [])],
    ...names.filter(({ length }) => length > 2),
    ...(other === undefined || isApplication ? [] : [jsonText(other["userPrincipalName"]), ...userAddresses(other)]),
  ];
  return texts.some((text) => text !== "" && line.includes(text.toLowerCase()));
}

/** Whether it says that nobody looked at the step's way, or at principals of this kind. */
export function isNotLooked(chain: Chain, way: ChainWay, { notLooked, rows }: Said): boolean {
  if (rows.has(notLookedRow(chain, way) ?? "")) return true;
  const kinds: Partial<Record<string, ChainWay>> = { users: "person", servicePrincipals: "application" };
  const ofPrincipal = kinds[chain.principal.type];
  return [way, ...(ofPrincipal === undefined ? [] : [ofPrincipal])].some((name) =>
    notLooked.some((line) => wayWords[name].test(line)),
  );
}

/** Whether the principal itself is named. */
export function isPrincipalNamed({ principal }: Chain, { named }: Said, people: PeopleById): boolean {
  return named.some((line) => has(line.toLowerCase(), principal, people));
}

/** Whether a line names one step of a chain: who takes it, and what it leads to. */
export function isNamed(chain: Chain, said: Said, people: PeopleById, at = 0): boolean {
  const step = chain.steps[at];
  if (step === undefined || isNotLooked(chain, step.way, said)) return true;
  const holder = chain.steps[at - 1]?.to ?? chain.principal;
  return said.named.some((text) => {
    const line = text.toLowerCase();
    if (at === 0 && (step.way === "person" || step.way === "application" || step.way === "restorable"))
      return has(line, chain.principal, people);
    const part = partWords[step.way] ?? trustWords[step.by ?? ""];
    if (part !== undefined)
      return line.includes(msspTenantId) && (part.test(line) || line.includes("still in the tenant"));
    const isThere = holder.type === "tenants" || has(line, holder, people);
    const target = has(line, step.to, people) || (step.by !== undefined && line.includes(step.by.toLowerCase()));
    return isThere && (target || isPermissionNamed(chain, at, line));
  });
}

/** Permissions are named by their values. */
function isPermissionNamed({ steps, permissions = [] }: Chain, at: number, line: string): boolean {
  const isLast = at === steps.length - 1;
  return isLast && permissions.length > 0 && permissions.every((value) => line.includes(value.toLowerCase()));
}

const azureRoleNames = new Map(Object.entries(azureRoles).map(([name, id]) => [id.toLowerCase(), name.toLowerCase()]));

/** Whether one text says which roles an assignment or a delegation of Azure gives, and where. */
export function isAllowanceNamed(chain: Chain, said: Said): boolean {
  if (!["lighthouse", "azureRole", "eligibleAzureRole"].includes(chain.way)) return true;
  if (isNotLooked(chain, chain.way, said)) return true;
  const [allowed = ""] = chain.allows.toLowerCase().split(" at ");
  const roles = allowed.match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
  const scope = chain.steps.at(-1)?.to.id.toLowerCase() ?? "";
  return said.named
    .map((text) => text.toLowerCase())
    .filter((line) => line.includes(scope))
    .some((line) => roles.every((role) => line.includes(role) || line.includes(azureRoleNames.get(role) ?? role)));
}
