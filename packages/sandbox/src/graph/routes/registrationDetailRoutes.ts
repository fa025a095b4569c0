/**
 * Which authentication methods users have registered, by the tenant's switch `mfa`.
 * https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails
 */
import type { StoredObject, Tenant } from "../../cloud/model";
import { switchValue } from "../../cloud/switches";
import { licensed } from "../licences";
import { complete } from "../objects";
import { permissions } from "../permissions";
import type { Call } from "../route";
import { entityRoutes } from "./entityRoutes";

const entitySet = "userRegistrationDetails";

export const registrationDetailRoutes = licensed(
  "signInLogs",
  entityRoutes({ entitySet, read: permissions.readRegistrationDetails, objects: registrationDetails }),
);

/** Whether a user has registered methods of multifactor authentication. A guest registers them in the home tenant. */
export function hasRegisteredMethods(tenant: Tenant, user: StoredObject): boolean {
  return !isGuest(user) && switchValue(tenant, "mfa") === "on";
}

export function isGuest(user: StoredObject): boolean {
  return user["userType"] === "Guest";
}

function registrationDetails({ tenant, cloud }: Call): StoredObject[] {
  const administrators = new Set([...tenant.objects("roleAssignments").values()].map(({ principalId }) => principalId));
  const lastUpdatedDateTime = `${cloud.now().toISOString().slice(0, 10)}T00:00:00Z`;
  return [...tenant.objects("users").values()].map((user) => {
    const isRegistered = hasRegisteredMethods(tenant, user);
    return complete(entitySet, {
      id: user.id,
      userPrincipalName: user["userPrincipalName"] ?? "",
      userDisplayName: user["displayName"] ?? "",
      userType: isGuest(user) ? "guest" : "member",
      isAdmin: administrators.has(user.id),
      isMfaRegistered: isRegistered,
      isMfaCapable: isRegistered,
      methodsRegistered: isRegistered ? ["microsoftAuthenticatorPush", "softwareOneTimePasscode"] : [],
      systemPreferredAuthenticationMethods: isRegistered ? ["push"] : [],
      userPreferredMethodForSecondaryAuthentication: isRegistered ? "push" : "none",
      lastUpdatedDateTime,
    });
  });
}
