/** https://www.pulumi.com/registry/packages/azuread/api-docs/getuser/ */
import { boolean, list, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { notEmpty, uuid } from "../../schema/validators";
import type { GraphOperation } from "../graph";
import { readFrom, required } from "../mapping";
import type { AzureadFunction } from "../types";
import { managerId, userComputed, userPlain } from "../users";

const exactlyOneOf = ["employee_id", "mail", "mail_nickname", "object_id", "user_principal_name"];
const key = { exactlyOneOf, check: notEmpty };

const properties: ResourceProperties = {
  employeeId: string("optional or computed", { graph: "employeeId", ...key }),
  mail: string("optional or computed", { graph: "mail", ...key }),
  mailNickname: string("optional or computed", { graph: "mailNickname", ...key }),
  ...userComputed,
  ...userPlain("computed"),
  objectId: string("optional or computed", { graph: "id", exactlyOneOf, check: uuid }),
  userPrincipalName: string("optional or computed", { graph: "userPrincipalName", ...key }),
  accountEnabled: boolean("computed", { graph: "accountEnabled" }),
  ageGroup: string("computed", { graph: "ageGroup" }),
  businessPhones: list("computed", { graph: "businessPhones" }),
  consentProvidedForMinor: string("computed", { graph: "consentProvidedForMinor" }),
  displayName: string("computed", { graph: "displayName" }),
  employeeHireDate: string("computed", { graph: "employeeHireDate" }),
  employeeType: string("computed", { graph: "employeeType" }),
  managerId: string("computed"),
  onpremisesImmutableId: string("computed", { graph: "onPremisesImmutableId" }),
  preferredLanguage: string("computed", { graph: "preferredLanguage" }),
  showInAddressList: boolean("computed", { graph: "showInAddressList" }),
};

/** Graph answers only some properties unless all are named. */
const selected = [
  ...new Set(
    Object.values(properties).flatMap(({ graph }) => (graph === undefined ? [] : [graph.split(".")[0] ?? ""])),
  ),
].sort();

export const getUser: AzureadFunction = {
  name: "getUser",
  terraform: "azuread_user",
  properties,
  async invoke(args, call) {
    const id = await findUser(args, call);
    const user = await call.get(`/users/${id}?$select=${selected.join(",")}`);
    const values = { ...readFrom(properties, user), managerId: await managerId(call, id) };
    return { id: `/users/${id}`, values };
  },
};

async function findUser(args: Fields, call: GraphOperation): Promise<string> {
  if (args.has("objectId")) {
    const id = args.text("objectId");
    const user = await call.find(`/users/${id}`);
    if (user === undefined) throw new Error(`[object_id] User not found with object ID: "${id}"`);
    return required(user.id, "object ID of the user");
  }
  const name = keys.find(([property]) => args.has(property)) ?? keys[0];
  const [property, terraform, what] = name;
  const value = args.text(property);
  const filter = encodeURIComponent(`${property} eq '${value.replaceAll("'", "''")}'`);
  const found = await call.list(`/users?$filter=${filter}`);
  if (found.length > 1) throw new Error(`[${terraform}] More than one user found with ${what}: "${value}"`);
  if (found[0] === undefined) {
    const nobody = property === "userPrincipalName" ? `User with UPN "${value}" was not found` : undefined;
    throw new Error(`[${terraform}] ${nobody ?? `User not found with ${what}: "${value}"`}`);
  }
  return required(found[0].id, "object ID of the user");
}

const keys = [
  ["userPrincipalName", "user_principal_name", "UPN"],
  ["mail", "mail", "mail"],
  ["mailNickname", "mail_nickname", "email alias"],
  ["employeeId", "employee_id", "employee ID"],
] as const;
