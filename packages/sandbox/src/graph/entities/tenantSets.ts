/**
 * `organization` and `domain`. https://learn.microsoft.com/graph/api/resources/organization,
 * …/domain
 */
import {
  boolean,
  complex,
  complexes,
  computed,
  dateTime,
  int32,
  readOnly,
  string,
  strings,
  untyped,
  untypedCollection,
  type EntityProperties,
  each,
} from "./property";
import { directorySet, plainSet } from "./entitySet";

const organization: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  businessPhones: strings(readOnly),
  ...each(string(readOnly), "city", "country", "countryLetterCode"),
  createdDateTime: dateTime(readOnly),
  defaultUsageLocation: string({ ...readOnly, only: "v1.0" }),
  displayName: string(readOnly),
  marketingNotificationEmails: strings(),
  onPremisesLastSyncDateTime: dateTime(readOnly),
  onPremisesSyncEnabled: boolean(readOnly),
  ...each(string(readOnly), "partnerTenantType", "postalCode"),
  preferredLanguage: string(),
  ...each(strings(), "securityComplianceNotificationMails", "securityComplianceNotificationPhones"),
  ...each(string(readOnly), "state", "street"),
  technicalNotificationMails: strings(),
  tenantType: string({ ...readOnly, default: "AAD", only: "v1.0" }),
  privacyProfile: complex("privacyProfile"),
  ...each(untypedCollection(readOnly), "assignedPlans", "provisionedPlans"),
  verifiedDomains: complexes("verifiedDomain", readOnly),
};

const domain: EntityProperties = {
  authenticationType: string({ ...readOnly, nullable: false, default: "Managed" }),
  availabilityStatus: string(readOnly),
  id: string({ ...computed }),
  isAdminManaged: boolean({ ...readOnly, nullable: false, default: true }),
  isDefault: boolean({ nullable: false, default: false }),
  isInitial: boolean({ ...readOnly, nullable: false, default: false }),
  ...each(boolean({ ...readOnly, nullable: false, default: true }), "isRoot", "isVerified"),
  supportedServices: strings(),
  ...each(int32(readOnly), "passwordValidityPeriodInDays", "passwordNotificationWindowInDays"),
  state: untyped(readOnly),
};

/** What every record has, read only. https://learn.microsoft.com/graph/api/resources/domaindnsrecord */
const domainDnsRecord: EntityProperties = {
  id: string({ ...computed }),
  isOptional: boolean({ ...readOnly, nullable: false, default: false }),
  label: string({ ...computed }),
  recordType: string(readOnly),
  supportedService: string({ ...computed }),
  ttl: int32({ ...readOnly, nullable: false, default: 3600 }),
};

const domainDnsMxRecord: EntityProperties = {
  ...domainDnsRecord,
  mailExchange: string({ ...computed }),
  preference: int32(readOnly),
};

const domainDnsTxtRecord: EntityProperties = { ...domainDnsRecord, text: string({ ...computed }) };

const enabled = boolean({ ...readOnly, default: true });
const disabled = boolean({ ...readOnly, default: false });

/**
 * Read only; the defaults are those of the page's example.
 * https://learn.microsoft.com/graph/api/resources/onpremisesdirectorysynchronization
 */
const onPremisesDirectorySynchronization: EntityProperties = {
  id: string({ ...computed }),
  configuration: complex("onPremisesDirectorySynchronizationConfiguration", {
    ...readOnly,
    default: {
      accidentalDeletionPrevention: { synchronizationPreventionType: "enabledForCount", alertThreshold: 500 },
    },
  }),
  features: complex("onPremisesDirectorySynchronizationFeature", { ...readOnly, nullable: false, default: {} }),
};

export const onPremisesSynchronizationTypes: Readonly<Record<string, EntityProperties>> = {
  onPremisesDirectorySynchronizationConfiguration: {
    accidentalDeletionPrevention: complex("onPremisesAccidentalDeletionPrevention"),
  },
  onPremisesAccidentalDeletionPrevention: { synchronizationPreventionType: string(), alertThreshold: int32() },
  onPremisesDirectorySynchronizationFeature: {
    passwordSyncEnabled: disabled,
    passwordWritebackEnabled: disabled,
    directoryExtensionsEnabled: disabled,
    quarantineUponUpnConflictEnabled: enabled,
    quarantineUponProxyAddressesConflictEnabled: enabled,
    softMatchOnUpnEnabled: enabled,
    cloudPasswordPolicyForPasswordSyncedUsersEnabled: disabled,
    fopeConflictResolutionEnabled: disabled,
    unifiedGroupWritebackEnabled: disabled,
    userWritebackEnabled: disabled,
    deviceWritebackEnabled: disabled,
    synchronizeUpnForManagedUsersEnabled: enabled,
    userForcePasswordChangeOnLogonEnabled: disabled,
    concurrentOrgIdProvisioningEnabled: disabled,
    concurrentCredentialUpdateEnabled: disabled,
    groupWriteBackEnabled: disabled,
    blockSoftMatchEnabled: disabled,
    blockCloudObjectTakeoverThroughHardMatchEnabled: disabled,
    bypassDirSyncOverridesEnabled: disabled,
  },
};

export const tenantSets = {
  domains: plainSet("domain", domain),
  organization: directorySet("organization", organization),
  /** Answers from the domains; none is stored. */
  domainDnsRecords: plainSet("domainDnsRecord", domainDnsRecord),
  domainDnsMxRecords: plainSet("domainDnsMxRecord", domainDnsMxRecord),
  domainDnsTxtRecords: plainSet("domainDnsTxtRecord", domainDnsTxtRecord),
  onPremisesSynchronization: plainSet(
    "onPremisesDirectorySynchronization",
    onPremisesDirectorySynchronization,
    "directory/onPremisesSynchronization",
  ),
};
