/**
 * `group`, in the order in which the service answers.
 * https://learn.microsoft.com/graph/api/resources/group
 */
import type { EntityProperties } from "./property";
import {
  alwaysSelected,
  boolean,
  computed,
  dateTime,
  readOnly,
  string,
  strings,
  untypedCollection,
  each,
} from "./property";
import { anyPrincipal, directorySet, userOrServicePrincipal } from "./entitySet";

const group: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  classification: string(),
  createdDateTime: dateTime({ ...computed }),
  // Returned by the service, missing in the published metadata.
  creationOptions: strings({ ...readOnly, only: "v1.0" }),
  ...each(string({ ...readOnly, only: "beta" }), "createdByAppId", "organizationId"),
  description: string(),
  displayName: string({ nullable: false, required: true, default: undefined }),
  expirationDateTime: dateTime(readOnly),
  groupTypes: strings(),
  hasMembersWithLicenseErrors: boolean({ ...readOnly, ...alwaysSelected }),
  infoCatalogs: strings({ only: "beta" }),
  isAssignableToRole: boolean({ write: "create" }),
  isManagementRestricted: boolean({ ...readOnly, only: "beta" }),
  mail: string(readOnly),
  mailEnabled: boolean({ nullable: false, required: true, default: undefined }),
  mailNickname: string({ nullable: false, required: true, default: undefined }),
  membershipRule: string(),
  membershipRuleProcessingState: string({ values: ["On", "Paused"] }),
  onPremisesDomainName: string(readOnly),
  onPremisesLastSyncDateTime: dateTime(readOnly),
  ...each(string(readOnly), "onPremisesNetBiosName", "onPremisesSamAccountName", "onPremisesSecurityIdentifier"),
  onPremisesSyncEnabled: boolean(readOnly),
  ...each(string(), "preferredDataLocation", "preferredLanguage"),
  proxyAddresses: strings(readOnly),
  renewedDateTime: dateTime({ ...computed }),
  ...each(strings({ write: "create" }), "resourceBehaviorOptions", "resourceProvisioningOptions"),
  securityEnabled: boolean({ nullable: false, required: true, default: undefined }),
  securityIdentifier: string({ ...computed }),
  theme: string(),
  uniqueName: string({ write: "create", selectedIn: ["v1.0"] }),
  visibility: string({ values: ["Private", "Public", "HiddenMembership"] }),
  ...each(boolean({ ...alwaysSelected }), "allowExternalSenders", "autoSubscribeNewMembers", "hideFromAddressLists"),
  hideFromOutlookClients: boolean({ ...alwaysSelected }),
  ...each(untypedCollection(readOnly), "onPremisesProvisioningErrors", "serviceProvisioningErrors"),
};

export const groupSets = {
  groups: directorySet("group", group, {
    softDelete: true,
    links: { owners: userOrServicePrincipal, members: anyPrincipal },
    directoryService: "Microsoft.DirectoryServices.Group",
  }),
};
