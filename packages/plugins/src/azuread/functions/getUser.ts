/** https://www.pulumi.com/registry/packages/azuread/api-docs/getuser/ */
import { string, type ResourceProperties } from "../../schema/property";
import { notEmpty } from "../../schema/validators";
import { readFrom, required } from "../mapping";
import type { AzureadFunction } from "../types";

const key = { exactlyOneOf: ["mail", "user_principal_name"], check: notEmpty };

const properties: ResourceProperties = {
  mail: string("optional or computed", { graph: "mail", ...key }),
  userPrincipalName: string("optional or computed", { graph: "userPrincipalName", ...key }),
  displayName: string("computed", { graph: "displayName" }),
  managerId: string("computed"),
  objectId: string("optional or computed", { graph: "id", unsupported: true }),
};

/** What the official plugin asks for. */
const selected =
  "accountEnabled,ageGroup,businessPhones,city,companyName,consentProvidedForMinor,country,creationType," +
  "department,displayName,employeeHireDate,employeeId,employeeOrgData,employeeType,externalUserState,faxNumber," +
  "givenName,id,imAddresses,jobTitle,mail,mailNickname,mobilePhone,officeLocation,onPremisesDistinguishedName," +
  "onPremisesDomainName,onPremisesImmutableId,onPremisesSamAccountName,onPremisesSecurityIdentifier," +
  "onPremisesSyncEnabled,onPremisesUserPrincipalName,otherMails,postalCode,preferredLanguage,proxyAddresses," +
  "showInAddressList,state,streetAddress,surname,usageLocation,userPrincipalName,userType";

export const getUser: AzureadFunction = {
  name: "getUser",
  terraform: "azuread_user",
  properties,
  async invoke(args, call) {
    const byName = args.has("userPrincipalName");
    const property = byName ? "userPrincipalName" : "mail";
    const value = args.text(property);
    const filter = encodeURIComponent(`${property} eq '${value.replaceAll("'", "''")}'`);
    const found = await call.list(`/users?$filter=${filter}`);
    const place = byName ? "[user_principal_name]" : "[mail]";
    if (found.length > 1) {
      throw new Error(`${place} More than one user found with ${byName ? "UPN" : "mail"}: "${value}"`);
    }
    if (found[0] === undefined) {
      throw new Error(
        `${place} ${byName ? `User with UPN "${value}" was not found` : `User not found with mail: "${value}"`}`,
      );
    }
    const path = `/users/${required(found[0].id, "object ID of the user")}`;
    const user = await call.get(`${path}?$select=${selected}`);
    // A user without a manager is a 404.
    const manager = await call.find(`${path}/manager`);
    return { id: path, values: { ...readFrom(properties, user), managerId: manager?.id ?? "" } };
  },
};
