/**
 * `authenticationMethod` and the derived types that the sandbox answers. Read only.
 * https://learn.microsoft.com/graph/api/resources/authenticationmethod
 */
import { computed, dateTime, readOnly, string, type EntityProperties } from "./property";

/** What every method has. */
export const authenticationMethod: EntityProperties = {
  id: string({ ...computed }),
  createdDateTime: dateTime(readOnly),
};

/** `password` is always null, as the service never returns it. */
export const passwordAuthenticationMethod: EntityProperties = {
  ...authenticationMethod,
  password: string(readOnly),
};

export const microsoftAuthenticatorAuthenticationMethod: EntityProperties = {
  ...authenticationMethod,
  displayName: string(readOnly),
  deviceTag: string(readOnly),
  phoneAppVersion: string(readOnly),
};
