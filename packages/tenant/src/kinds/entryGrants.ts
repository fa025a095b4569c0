/** What the MSSP's entry in the cross-tenant access policy gives: values of the default are not the entry's. */
import { recordOf } from "@defender-mssp/errors/json";
import {
  getIdentitySynchronization,
  type AccessPartner,
  type B2BSetting,
  type GraphCall,
} from "@defender-mssp/microsoft";

export interface EntryGrant {
  /** A clause, such as `the MSSP's compliant devices are trusted`. */
  readonly what: string;
  /** The property of the entry; `identitySynchronization` is a resource of its own. */
  readonly property: string;
  /** Row of the catalogue of ways. */
  readonly way: string;
  /** The value inside it; undefined for the whole property. */
  readonly name?: string;
}

export interface EntryLook {
  readonly grants: readonly EntryGrant[];
  /** What of the entry this program does not know: a clause each. */
  readonly unsure: readonly string[];
}

/** Values that give something where they are true. */
const switches = [
  {
    property: "inboundTrust",
    way: "inboundTrust",
    name: "isMfaAccepted",
    what: "the MSSP's multifactor authentication is trusted",
  },
  {
    property: "inboundTrust",
    way: "inboundTrust",
    name: "isCompliantDeviceAccepted",
    what: "the MSSP's compliant devices are trusted",
  },
  {
    property: "inboundTrust",
    way: "inboundTrust",
    name: "isHybridAzureADJoinedDeviceAccepted",
    what: "the MSSP's hybrid joined devices are trusted",
  },
  {
    property: "automaticUserConsentSettings",
    way: "automaticRedemption",
    name: "inboundAllowed",
    what: "the MSSP's people need not consent to their invitation",
  },
] as const satisfies readonly EntryGrant[];

/** Properties that give something unless they block everybody. */
const gates = [
  {
    property: "b2bCollaborationInbound",
    way: "collaboration",
    what: "the MSSP's people may be invited and use applications",
  },
  {
    property: "b2bDirectConnectInbound",
    way: "directConnect",
    what: "the MSSP's people may use shared channels and applications without a guest",
  },
  {
    property: "tenantRestrictions",
    way: "tenantRestrictions",
    what: "accounts of the MSSP's tenant may be used on the customer's devices and networks",
  },
] as const satisfies readonly EntryGrant[];

/** Properties that give the MSSP nothing: names, and what the customer's own people may do elsewhere. */
const others = ["id", "tenantId", "b2bCollaborationOutbound", "b2bDirectConnectOutbound", "identitySynchronization"];

/** Values inside the properties of `switches` that give the MSSP nothing. */
const otherSwitches = ["outboundAllowed"];

/** @throws ServiceError where the identity may not read it */
export async function readEntry(call: GraphCall, msspTenantId: string, partner: AccessPartner): Promise<EntryLook> {
  const synchronization = await getIdentitySynchronization(call, msspTenantId);
  const isSynchronized = synchronization?.userSyncInbound?.isSyncAllowed === true;
  return {
    grants: [
      ...switches.filter(({ property, name }) => isOn(partner, property, name)),
      ...gates.filter(({ property }) => isOpen(partner[property] as B2BSetting | null | undefined)),
      ...(isSynchronized
        ? [
            {
              property: "identitySynchronization",
              way: "identitySynchronization",
              what: "the MSSP creates and changes users by synchronization",
            },
          ]
        : []),
    ],
    unsure: unknownIn(partner),
  };
}

/** Whether a value of the entry is true. */
export function isOn(entry: Partial<AccessPartner>, property: string, name: string): boolean {
  return recordOf(entry[property])[name] === true;
}

/** A side that names nobody has the default, which is not the entry's. */
function isOpen(setting: B2BSetting | null | undefined): boolean {
  if (setting === null || setting === undefined) return false;
  return ![setting.usersAndGroups, setting.applications].some(
    (side) => side?.accessType === "blocked" && side.targets.some(({ target }) => /^All/.test(target)),
  );
}

function unknownIn(partner: AccessPartner): string[] {
  const judgedProperties = [...others, ...[...switches, ...gates].map(({ property }) => property as string)];
  const properties = Object.entries(partner).filter(
    ([name, value]) => !name.includes("@odata.") && !judgedProperties.includes(name) && !isNothing(value),
  );
  const inside = ["inboundTrust", "automaticUserConsentSettings"].flatMap((property) =>
    Object.entries(recordOf(partner[property]))
      .filter(([name, value]) => value === true && !otherSwitches.includes(name))
      .filter(([name]) => !switches.some((trust) => trust.property === property && trust.name === name))
      .map(([name]) => `${property}.${name} is true`),
  );
  return [...properties.map(([name]) => `${name} is set`), ...inside];
}

function isNothing(value: unknown): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}
