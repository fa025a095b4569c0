/**
 * `authenticationMethod` and the derived types that the sandbox answers. Read only.
 * https://learn.microsoft.com/graph/api/resources/authenticationmethod
 */
import { computed, dateTime, readOnly, string, type EntityProperties } from "./property";
import { plainSet } from "./entitySet";

/** What every method has. */
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
  displayName: string(readOnly),
  deviceTag: string(readOnly),
  phoneAppVersion: string(readOnly),
};

export const authenticationMethodSets = {
  /** Answers from the users; none is stored. */
  authenticationMethods: plainSet("authenticationMethod", authenticationMethod),
  passwordMethods: plainSet("passwordAuthenticationMethod", passwordAuthenticationMethod),
  microsoftAuthenticatorMethods: plainSet(
    "microsoftAuthenticatorAuthenticationMethod",
    microsoftAuthenticatorAuthenticationMethod,
  ),
};
