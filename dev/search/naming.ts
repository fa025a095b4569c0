/** Whether texts of a command name a chain, or say that its way was not looked at. */
import { azureRoles } from "@defender-mssp/microsoft";
import {
  addressesOf,
  msspTenantId,
  type Chain,
  type ChainObject,
  type StoredObject,
  type Way,
} from "@defender-mssp/testkit";

/** What a certificate, a report or an addition calls a way that nobody looked at. */
export const wayWords: Readonly<Record<Way, RegExp>> = {
  person: /\bguests?\b|people of the MSSP|accounts/i,
  application: /service principals?/i,
  restorable: /deleted/i,
  membership: /memberships?|groups?/i,
  groupOwnership: /ownerships?|owners/i,
  eligibility: /eligib/i,
  activation: /activation|eligib/i,
  directoryRole: /directory roles?/i,
  eligibleDirectoryRole: /eligible directory roles?|eligib/i,
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
  lighthouse: /Lighthouse|Azure/i,
  siemAuthorization: /authorization|SIEM/i,
  detectionAction: /detection rules?/i,
  notification: /notification/i,
};

/** What a text may call an entry of the cross-tenant access policy's parts. */
const partWords: Readonly<Partial<Record<Way, RegExp>>> = {
  partnerSynchronization: /synchroni/i,
  partnerDirectConnect: /direct connect|shared channel/i,
  partnerCollaboration: /collaboration|invit/i,
  partnerTrust: /trust/i,
  partnerConsent: /consent|redemption/i,
};

/** What a command says: lines of what it names, and of what it did not look at. */
export interface Said {
  readonly named: readonly string[];
  readonly notLooked: readonly string[];
}

export type PeopleById = ReadonlyMap<string, StoredObject>;

/** Whether a line has the object by its ID, its name or one of its addresses. */
function has(line: string, { id, name, type }: ChainObject, people: PeopleById): boolean {
  const user = people.get(id);
  const role = type === "azureScopes" ? id : "";
  const texts = [id, ...(name.length > 2 ? [name] : []), role, ...(user === undefined ? [] : addressesOf(user))];
  return texts.some((text) => text !== "" && line.includes(text.toLowerCase()));
}

/** Whether the principal itself is named. */
export function isPrincipalNamed({ principal }: Chain, { named }: Said, people: PeopleById): boolean {
  return named.some((line) => has(line.toLowerCase(), principal, people));
}

/** Whether a line names the principal and what the first step leads to. */
export function isNamed(chain: Chain, said: Said, people: PeopleById): boolean {
  const [first] = chain.steps;
  if (first === undefined || said.notLooked.some((line) => wayWords[first.way].test(line))) return true;
  return said.named.some((text) => {
    const line = text.toLowerCase();
    if (first.way === "person" || first.way === "application" || first.way === "restorable")
      return has(line, chain.principal, people);
    const part = partWords[first.way];
    if (part !== undefined) return line.includes(msspTenantId) && part.test(line);
    const isThere = chain.principal.type === "tenants" || has(line, chain.principal, people);
    const target = has(line, first.to, people) || (first.by !== undefined && line.includes(first.by.toLowerCase()));
    return isThere && (target || permissionsIn(chain, line));
  });
}

/** Permissions are named by their values. */
function permissionsIn({ steps, permissions = [] }: Chain, line: string): boolean {
  return (
    steps.length === 1 && permissions.length > 0 && permissions.every((value) => line.includes(value.toLowerCase()))
  );
}

const azureRoleNames = new Map(Object.entries(azureRoles).map(([name, id]) => [id.toLowerCase(), name.toLowerCase()]));

/** Whether the texts say what the last step allows: its object, or the roles that it gives. */
export function isAllowanceNamed(chain: Chain, said: Said, people: PeopleById): boolean {
  const last = chain.steps.at(-1);
  if (last === undefined || said.notLooked.some((line) => wayWords[last.way].test(line))) return true;
  const roles = chain.allows.match(/[0-9a-f]{8}-[0-9a-f-]{27}/gi) ?? [];
  return said.named.some((text) => {
    const line = text.toLowerCase();
    if (chain.way === "lighthouse" || chain.way === "azureRole")
      return roles.some((role) => line.includes(role) || line.includes(azureRoleNames.get(role) ?? role));
    return has(line, last.to, people) || (last.by !== undefined && line.includes(last.by.toLowerCase()));
  });
}
