/** https://learn.microsoft.com/graph/api/resources/userregistrationdetails */
import { boolean, computed, dateTime, readOnly, string, strings, type EntityProperties } from "./property";
import { plainSet } from "./entitySet";

const flag = boolean({ ...readOnly, nullable: false, default: false });

const userRegistrationDetails: EntityProperties = {
  id: string({ ...computed }),
  userPrincipalName: string({ ...computed }),
  userDisplayName: string({ ...computed }),
  userType: string(readOnly),
  isAdmin: boolean(readOnly),
  isSsprRegistered: flag,
  isSsprEnabled: flag,
  isSsprCapable: flag,
  isMfaRegistered: flag,
  isMfaCapable: flag,
  isPasswordlessCapable: flag,
  methodsRegistered: strings(readOnly),
  isSystemPreferredAuthenticationMethodEnabled: boolean({ ...readOnly, default: true }),
  systemPreferredAuthenticationMethods: strings(readOnly),
  userPreferredMethodForSecondaryAuthentication: string(readOnly),
  lastUpdatedDateTime: dateTime({ ...computed }),
};

export const registrationSets = {
  /** Answers from the users; none is stored. */
  userRegistrationDetails: plainSet("userRegistrationDetails", userRegistrationDetails, {
    path: "reports/authenticationMethods/userRegistrationDetails",
  }),
};
