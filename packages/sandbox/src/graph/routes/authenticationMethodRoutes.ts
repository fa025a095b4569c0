/**
 * The authentication methods of one user, by the tenant's switch `mfa`.
 * https://learn.microsoft.com/graph/api/authentication-list-methods
 */
import type { StoredObject, Tenant } from "../../cloud/model";
import { derivedId } from "../../cloud/identity";
import { listDerived } from "../answers";
import { odataType } from "../entities";
import { complete } from "../objects";
import { refuseOptions } from "../odata/query";
import { permissions } from "../permissions";
import { route, type Call, type Route, type RouteAnswer } from "../route";
import { subject } from "./referenceRoutes";
import { isGuest, registeredMethods as methodsOf } from "./registrationDetailRoutes";

/** The ID of every password: https://learn.microsoft.com/graph/api/passwordauthenticationmethod-get */
const passwordId = "28c10230-6103-485e-b985-444c60001490";
/** The ID of every mobile phone: https://learn.microsoft.com/graph/api/resources/phoneauthenticationmethod */
const mobilePhoneId = "3179e48a-750b-4051-897c-87b9720928f7";

export const authenticationMethodRoutes: readonly Route[] = [
  route("GET", "/users/{id}/authentication/methods", permissions.readAuthenticationMethods, methods, {
    versions: ["v1.0"],
  }),
];

function methods(call: Call): RouteAnswer {
  // "This method does not support optional query parameters"
  refuseOptions(call.query);
  const user = subject(call, "users");
  return listDerived(call, {
    base: "authenticationMethods",
    derived: ["passwordMethods", "microsoftAuthenticatorMethods", "phoneMethods"],
    objects: registeredMethods(call.tenant, user),
    name: `users('${user.id}')/authentication/methods`,
  });
}

/** A guest has neither: both are registered in the home tenant. */
function registeredMethods(tenant: Tenant, user: StoredObject): StoredObject[] {
  if (isGuest(user)) return [];
  const createdDateTime = user["createdDateTime"] ?? null;
  const password = {
    "@odata.type": odataType("passwordMethods"),
    ...complete("passwordMethods", { id: passwordId, createdDateTime }),
  };
  const methods = methodsOf(tenant, user);
  if (methods.length === 0) return [password];
  if (methods.includes("mobilePhone")) {
    const phone = { id: mobilePhoneId, createdDateTime, phoneNumber: "+1 5555550100", phoneType: "mobile" };
    return [password, { "@odata.type": odataType("phoneMethods"), ...complete("phoneMethods", phone) }];
  }
  const authenticator = {
    "@odata.type": odataType("microsoftAuthenticatorMethods"),
    ...complete("microsoftAuthenticatorMethods", {
      id: derivedId(tenant.id, `authenticationMethods/${user.id}`),
      createdDateTime,
      displayName: "Phone",
      deviceTag: "SoftwareTokenActivated",
    }),
  };
  return [password, authenticator];
}
