/**
 * `user` and `invitation`. https://learn.microsoft.com/graph/api/resources/user,
 * …/resources/invitation v1.0 returns eleven properties of a user unless `$select` names others;
 * beta returns all.
 */
import {
  boolean,
  complex,
  complexes,
  computed,
  dateTime,
  readOnly,
  selected,
  string,
  strings,
  untyped,
  untypedCollection,
  type EntityProperties,
  each,
} from "./property";
import { directorySet, plainSet } from "./entitySet";

const onPremises = { ...readOnly, ...selected };

const user: EntityProperties = {
  id: string({ ...computed }),
  deletedDateTime: dateTime(onPremises),
  accountEnabled: boolean({ ...selected, required: true, default: undefined }),
  ageGroup: string(selected),
  businessPhones: strings(),
  ...each(string(selected), "city", "companyName", "consentProvidedForMinor", "country"),
  createdDateTime: dateTime({ ...computed, ...selected }),
  creationType: string(onPremises),
  department: string(selected),
  displayName: string({ required: true, default: undefined }),
  employeeHireDate: dateTime(selected),
  employeeId: string(selected),
  employeeOrgData: untyped(selected),
  employeeType: string(selected),
  externalUserState: string(onPremises),
  externalUserStateChangeDateTime: dateTime(onPremises),
  faxNumber: string(selected),
  givenName: string(),
  imAddresses: strings(onPremises),
  jobTitle: string(),
  legalAgeGroupClassification: string(onPremises),
  mail: string(),
  mailNickname: string({ ...selected, nullable: false, required: true, default: undefined }),
  ...each(string(), "mobilePhone", "officeLocation"),
  ...each(string(onPremises), "onPremisesDistinguishedName", "onPremisesDomainName"),
  onPremisesImmutableId: string(selected),
  onPremisesLastSyncDateTime: dateTime(onPremises),
  ...each(string(onPremises), "onPremisesSamAccountName", "onPremisesSecurityIdentifier"),
  onPremisesSyncEnabled: boolean(onPremises),
  onPremisesUserPrincipalName: string(onPremises),
  otherMails: strings(selected),
  passwordPolicies: string(selected),
  passwordProfile: complex("passwordProfile", { ...selected, writeOnly: true }),
  ...each(string(selected), "postalCode", "preferredDataLocation"),
  preferredLanguage: string(),
  proxyAddresses: strings(onPremises),
  securityIdentifier: string({ ...computed, ...selected }),
  showInAddressList: boolean(selected),
  ...each(string(selected), "state", "streetAddress"),
  surname: string(),
  usageLocation: string(selected),
  userPrincipalName: string({ nullable: false, required: true, default: undefined }),
  userType: string({ ...selected, default: "Member", values: ["Member", "Guest"] }),
  identities: complexes("objectIdentity", selected),
  assignedLicenses: complexes("assignedLicense", onPremises),
  ...each(untypedCollection(onPremises), "assignedPlans", "onPremisesProvisioningErrors", "provisionedPlans"),
};

const invitation: EntityProperties = {
  ...each(string({ ...computed }), "id", "inviteRedeemUrl"),
  invitedUserDisplayName: string(),
  invitedUserType: string({ default: "Guest", values: ["Guest", "Member"] }),
  invitedUserEmailAddress: string({ nullable: false, required: true, default: undefined }),
  ...each(boolean({ default: false }), "sendInvitationMessage", "resetRedemption"),
  inviteRedirectUrl: string({ nullable: false, required: true, default: undefined }),
  status: string({ ...readOnly, default: "PendingAcceptance" }),
  invitedUserMessageInfo: complex("invitedUserMessageInfo", {
    default: {
      messageLanguage: null,
      customizedMessageBody: null,
      ccRecipients: [{ emailAddress: { name: null, address: null } }],
    },
  }),
};

/** What every method has, read only. https://learn.microsoft.com/graph/api/resources/authenticationmethod */
const authenticationMethod: EntityProperties = {
  id: string({ ...computed }),
  createdDateTime: dateTime(readOnly),
};

/** `password` is always null, as the service never returns it. */
const passwordAuthenticationMethod: EntityProperties = {
  ...authenticationMethod,
  password: string(readOnly),
};

const microsoftAuthenticatorAuthenticationMethod: EntityProperties = {
  ...authenticationMethod,
  ...each(string(readOnly), "displayName", "deviceTag", "phoneAppVersion"),
};

const phoneAuthenticationMethod: EntityProperties = {
  ...authenticationMethod,
  ...each(string(readOnly), "phoneNumber", "phoneType", "smsSignInState"),
};

/** Changed by actions only. https://learn.microsoft.com/graph/api/resources/riskyuser */
const riskyUser: EntityProperties = {
  id: string({ ...computed }),
  ...each(boolean({ ...readOnly, default: false }), "isDeleted", "isProcessing"),
  riskLastUpdatedDateTime: dateTime(readOnly),
  ...each(string(readOnly), "riskLevel", "riskState", "riskDetail", "userDisplayName", "userPrincipalName"),
};

const flag = boolean({ ...readOnly, nullable: false, default: false });

/** https://learn.microsoft.com/graph/api/resources/userregistrationdetails */
const userRegistrationDetails: EntityProperties = {
  ...each(string({ ...computed }), "id", "userPrincipalName", "userDisplayName"),
  userType: string(readOnly),
  isAdmin: boolean(readOnly),
  ...each(flag, "isSsprRegistered", "isSsprEnabled", "isSsprCapable", "isMfaRegistered", "isMfaCapable"),
  isPasswordlessCapable: flag,
  methodsRegistered: strings(readOnly),
  isSystemPreferredAuthenticationMethodEnabled: boolean({ ...readOnly, default: true }),
  systemPreferredAuthenticationMethods: strings(readOnly),
  userPreferredMethodForSecondaryAuthentication: string(readOnly),
  lastUpdatedDateTime: dateTime({ ...computed }),
};

export const userSets = {
  users: directorySet("user", user, {
    softDelete: true,
    links: { manager: { targets: ["users"] } },
    directoryService: "Microsoft.DirectoryServices.User",
  }),
  invitations: plainSet("invitation", invitation),
  /** Answers from the users; none is stored. */
  authenticationMethods: plainSet("authenticationMethod", authenticationMethod),
  passwordMethods: plainSet("passwordAuthenticationMethod", passwordAuthenticationMethod),
  microsoftAuthenticatorMethods: plainSet(
    "microsoftAuthenticatorAuthenticationMethod",
    microsoftAuthenticatorAuthenticationMethod,
  ),
  phoneMethods: plainSet("phoneAuthenticationMethod", phoneAuthenticationMethod),
  riskyUsers: plainSet("riskyUser", riskyUser, "identityProtection/riskyUsers"),
  /** Answers from the users; none is stored. */
  userRegistrationDetails: plainSet(
    "userRegistrationDetails",
    userRegistrationDetails,
    "reports/authenticationMethods/userRegistrationDetails",
  ),
};
