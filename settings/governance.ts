/** The keys of `portalAccess` with the model `governance`. */
import {
  connectorRoles,
  microsoftGraph,
  portalAccessRoles,
  wantedPolicy,
  type GovernancePolicy,
  type GovernedGroup,
  type PortalAccessRole,
} from "@defender-mssp/microsoft";
import type { ConnectorSettings } from "./connector";
import { directoryNameLimit } from "../domain/naming";
import { SettingPlace } from "./place";
import { optional, required } from "./setting";
import { displayName, listOf, mapOf, oneOf, switchOf, uuid } from "./validators";

/** A governance relationship: nothing is created in the customer's tenant by `up`. */
export interface GovernanceSettings {
  readonly model: "governance";
  readonly groups: readonly GovernanceGroupSettings[];
  /** Whether the relationship provisions the connector's application, with the kind `msspApp`. */
  readonly provisionConnector: boolean;
}

/** A role-assignable group of the MSSP's own tenant, and its roles in the customer's. */
export interface GovernanceGroupSettings extends GovernedGroup {
  readonly roles: readonly PortalAccessRole[];
}

/** Groups that a customer may have. */
export const groupLimit = 20;
const groupsAllowed = `a list of 1 to ${groupLimit} groups of the MSSP's own tenant, each with objectId, name and roles`;

const group = mapOf("a group of the MSSP's own tenant: objectId, name, roles", {
  objectId: required(uuid("the group's object ID in the MSSP's own tenant"), {
    description: "Object ID of a role-assignable security group in the MSSP's own tenant.",
    example: "0a0b0c0d-0000-4000-8000-000000000001",
  }),
  name: required(displayName("the group's name", directoryNameLimit), {
    description: "The group's display name, for people.",
    example: "SOC Tier 1",
  }),
  roles: required(
    listOf(`a list of 1 to ${portalAccessRoles.length} directory roles`, oneOf("a directory role", portalAccessRoles), {
      least: 1,
      most: portalAccessRoles.length,
    }),
    {
      description: "Directory roles that the group's members have in the customer's tenant.",
      example: "[Security Reader]",
    },
  ),
});

export const governanceKeys = {
  groups: optional(listOf(groupsAllowed, group, { least: 1, most: groupLimit }), {
    description:
      "Groups of the MSSP's own tenant whose members get directory roles in the customer's. Required with the model `governance`.",
    default: "none",
    example: "[{ objectId: 0a0b0c0d-0000-4000-8000-000000000001, name: SOC Tier 1, roles: [Security Reader] }]",
  }),
  provisionConnector: optional(switchOf("whether the governance relationship provisions the connector"), {
    description:
      "Whether the relationship gives the connector's application its service principal and permissions in the customer's tenant. " +
      "Only with the model `governance` and the connector's kind `msspApp`; requires Microsoft Entra ID Governance.",
    default: "the relationship provisions no application",
    example: "true",
  }),
};

interface CheckedKeys {
  readonly groups?: readonly GovernanceGroupSettings[] | undefined;
  readonly provisionConnector?: boolean | undefined;
}

export function governanceFrom({ groups = [], provisionConnector = false }: CheckedKeys): GovernanceSettings {
  const lowered = groups.map((one) => ({ ...one, objectId: one.objectId.toLowerCase() }));
  return { model: "governance", groups: lowered, provisionConnector };
}

/** Problems between several keys, with the model `governance`. */
export function governanceProblems(settings: SettingPlace): void {
  const access = settings.at("portalAccess");
  const groups = access.at("groups");
  if (!groups.isSet) groups.refuse(groupsAllowed);
  SettingPlace.refuseRepeated(
    groups.items(groupLimit).map((one) => one.at("objectId")),
    (first) => `each group once: portalAccess.groups[${first}] has this object ID`,
  );
  const provision = access.at("provisionConnector");
  if (provision.value === true && settings.at("connector", "kind").value !== "msspApp") {
    provision.refuse("true only with connector.kind msspApp: the MSSP's own multitenant application");
  }
  const analysts = settings.at("analysts");
  if (analysts.items(Infinity).length > 0) {
    analysts.refuse(
      "[] with the model governance: nobody is invited; the members of portalAccess.groups sign in from the MSSP's own tenant",
    );
  }
}

/** The settings that decide what the relationship grants. */
interface PolicySource {
  readonly portalAccess: GovernanceSettings | { readonly model: "basic" | "rbac" | "entitlement" };
  readonly connector: ConnectorSettings;
}

/** What the relationship of these settings grants; undefined with another model. */
export function governancePolicy({ portalAccess, connector }: PolicySource): GovernancePolicy | undefined {
  if (portalAccess.model !== "governance") return undefined;
  const { groups, provisionConnector } = portalAccess;
  if (!provisionConnector || connector.kind !== "msspApp") return wantedPolicy(groups, []);
  const { applicationId: appId } = connector;
  return wantedPolicy(groups, [{ appId, displayName: "of the connector", permissions: readingPermissions(connector) }]);
}

/**
 * The connector's permissions on Microsoft Graph that only read. A relationship has no end date, so
 * that those that write, which have one, are for `up` to grant and to take away.
 */
function readingPermissions(connector: ConnectorSettings): string[] {
  const roles = connectorRoles(connector, afterEveryEnd);
  return roles.flatMap(({ api, value, writes }) => (api === microsoftGraph && !writes ? [value] : []));
}

/** A day on which no writing role is left. */
const afterEveryEnd = "9999-12-31";
