/**
 * Which authentication methods users have registered, by the tenant's switch `mfa`.
 * https://learn.microsoft.com/graph/api/authenticationmethodsroot-list-userregistrationdetails
 */
import type { StoredObject, Tenant } from "../../cloud/model";
import { canAnswerMfa, switchValue } from "../../cloud/switches";
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

/** What a user has registered for multifactor authentication, by the report's names. A guest registers it in the home tenant. */
export function registeredMethods(tenant: Tenant, user: StoredObject): readonly string[] {
  const value = isGuest(user) ? "off" : switchValue(tenant, "mfa");
  if (value === "sms") return ["mobilePhone"];
  return value === "on" ? ["microsoftAuthenticatorPush", "softwareOneTimePasscode"] : [];
}

export function isGuest(user: StoredObject): boolean {
  return user["userType"] === "Guest";
}

function registrationDetails({ tenant, cloud }: Call): StoredObject[] {
  const administrators = new Set([...tenant.objects("roleAssignments").values()].map(({ principalId }) => principalId));
  const lastUpdatedDateTime = `${cloud.now().toISOString().slice(0, 10)}T00:00:00Z`;
  return [...tenant.objects("users").values()].map((user) => {
    const methods = registeredMethods(tenant, user);
    const isRegistered = methods.length > 0;
    const [preferred] = isRegistered ? [methods.includes("mobilePhone") ? "sms" : "push"] : [];
    return complete(entitySet, {
      id: user.id,
      userPrincipalName: user["userPrincipalName"] ?? "",
      userDisplayName: user["displayName"] ?? "",
      userType: isGuest(user) ? "guest" : "member",
      isAdmin: administrators.has(user.id),
      isMfaRegistered: isRegistered,
      isMfaCapable: isRegistered && canAnswerMfa(tenant, cloud.now()),
      methodsRegistered: [...methods],
      systemPreferredAuthenticationMethods: preferred === undefined ? [] : [preferred],
      userPreferredMethodForSecondaryAuthentication: preferred ?? "none",
      lastUpdatedDateTime,
    });
  });
}
