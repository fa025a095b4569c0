/**
 * `organization` and `domain`. https://learn.microsoft.com/graph/api/resources/organization,
 * …/domain
 */
import type { EntityProperties } from "./property";
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
} from "./property";
import { directorySet, plainSet } from "./entitySet";

const organization: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(readOnly),
  businessPhones: strings(readOnly),
  city: string(readOnly),
  country: string(readOnly),
  countryLetterCode: string(readOnly),
  createdDateTime: dateTime(readOnly),
  defaultUsageLocation: string({ ...readOnly, only: "v1.0" }),
  displayName: string(readOnly),
  marketingNotificationEmails: strings(),
  onPremisesLastSyncDateTime: dateTime(readOnly),
  onPremisesSyncEnabled: boolean(readOnly),
  partnerTenantType: string(readOnly),
  postalCode: string(readOnly),
  preferredLanguage: string(),
  securityComplianceNotificationMails: strings(),
  securityComplianceNotificationPhones: strings(),
  state: string(readOnly),
  street: string(readOnly),
  technicalNotificationMails: strings(),
  tenantType: string({ ...readOnly, default: "AAD", only: "v1.0" }),
  privacyProfile: complex("privacyProfile"),
  assignedPlans: untypedCollection(readOnly),
  provisionedPlans: untypedCollection(readOnly),
  verifiedDomains: complexes("verifiedDomain", readOnly),
};

const domain: EntityProperties = {
  authenticationType: string({ ...readOnly, nullable: false, default: "Managed" }),
  availabilityStatus: string(readOnly),
  id: string({ ...computed }),
  isAdminManaged: boolean({ ...readOnly, nullable: false, default: true }),
  isDefault: boolean({ nullable: false, default: false }),
  isInitial: boolean({ ...readOnly, nullable: false, default: false }),
  isRoot: boolean({ ...readOnly, nullable: false, default: true }),
  isVerified: boolean({ ...readOnly, nullable: false, default: true }),
  supportedServices: strings(),
  passwordValidityPeriodInDays: int32(readOnly),
  passwordNotificationWindowInDays: int32(readOnly),
  state: untyped(readOnly),
};

export const tenantSets = {
  domains: plainSet("domain", domain),
  organization: directorySet("organization", organization),
};
