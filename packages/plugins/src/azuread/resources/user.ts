/** https://www.pulumi.com/registry/packages/azuread/api-docs/user/ */
import { boolean, list, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import { dateTime, emailAddress, language, lengthBetween, notEmpty, oneOf, resourceId } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { graphBody, nullIfEmpty, readFrom, required, textAt } from "../mapping";
import { type AzureadResource, objectId } from "../types";
import { managerId, userComputed, userPlain } from "../users";

const properties: ResourceProperties = {
  userPrincipalName: string("required", { graph: "userPrincipalName", check: emailAddress }),
  displayName: string("required", { graph: "displayName", check: notEmpty }),
  accountEnabled: boolean("optional", { graph: "accountEnabled", default: true }),
  ageGroup: string("optional", { graph: "ageGroup", check: oneOf("Adult", "Minor", "NotAdult") }),
  businessPhones: list("optional or computed", { graph: "businessPhones" }),
  consentProvidedForMinor: string("optional", {
    graph: "consentProvidedForMinor",
    check: oneOf("Denied", "Granted", "NotRequired"),
  }),
  disablePasswordExpiration: boolean("optional", { default: false }),
  disableStrongPassword: boolean("optional", { default: false }),
  employeeHireDate: string("optional", { graph: "employeeHireDate", check: dateTime }),
  employeeId: string("optional", { graph: "employeeId", check: lengthBetween(0, 16) }),
  employeeType: string("optional", { graph: "employeeType", check: lengthBetween(0, 64) }),
  forcePasswordChange: boolean("optional", { default: false }),
  mail: string("optional or computed", { graph: "mail" }),
  mailNickname: string("optional or computed", { graph: "mailNickname" }),
  managerId: string("optional"),
  onpremisesImmutableId: string("optional or computed", { graph: "onPremisesImmutableId" }),
  password: string("optional or computed", { secret: true, check: lengthBetween(1, 256) }),
  preferredLanguage: string("optional", { graph: "preferredLanguage", check: language }),
  showInAddressList: boolean("optional", { default: true }),
  ...userPlain("optional"),
  aboutMe: string("computed", { graph: "aboutMe" }),
  ...userComputed,
};

/** Sent only if set or changed. An update does not clear `mail`; a create always sends it. */
const sentWhenSet = ["businessPhones", "onpremisesImmutableId", "employeeHireDate"];

/** Graph answers these only when they are asked for by name. */
const selectedOnly = [
  "accountEnabled",
  "ageGroup",
  "city",
  "companyName",
  "consentProvidedForMinor",
  "country",
  "department",
  "employeeHireDate",
  "employeeId",
  "employeeOrgData",
  "employeeType",
  "faxNumber",
  "mailNickname",
  "onPremisesImmutableId",
  "otherMails",
  "passwordPolicies",
  "postalCode",
  "state",
  "streetAddress",
  "usageLocation",
].join(",");

export const user: AzureadResource = {
  name: "User",
  terraform: "azuread_user",
  properties,
  schemaVersion: 1,
  minutes: { create: 5, read: 5, update: 5, delete: 5 },
  importId: resourceId("User", "/users/{userId}"),
  validate(plan) {
    const consent = plan.text("consentProvidedForMinor");
    if (plan.text("ageGroup") === "Minor" || consent === "" || consent === "NotRequired") return;
    throw new Error(
      '`consent_provided_for_minor` can only be set to "Granted" or "Denied" when `age_group` is "Adult" or "NotAdult"',
    );
  },
  async create(plan, call, created) {
    if (!plan.has("password")) {
      throw new Error("[password] Could not create user: `password` is required when creating a new user");
    }
    const made = await call.post("/users", newUser(plan), "v1.0", {
      messages: [/One or more property values specified are invalid/],
    });
    const id = required(made.id, "object ID of the new user");
    created(`/users/${id}`);
    // v1.0 ignores this one.
    await call.patch(`/users/${id}`, addressList(plan), "beta", { notFound: true });
    if (plan.has("managerId")) await call.put(`/users/${id}/manager/$ref`, call.reference(plan.text("managerId")));
    const isThere = async () => (await call.find(`/users/${id}`)) !== undefined;
    if (call.hasReplicas) await call.poll(`creation of User (User: "${id}")`, isThere);
  },
  async read(id, call) {
    const path = `/users/${objectId(id)}`;
    const found = await call.find(path);
    if (found === undefined) return undefined;
    const extra = await call.get(`${path}?$select=${selectedOnly}`);
    const beta = await call.get(`${path}?$select=showInAddressList`, "beta");
    const policies = textAt(extra, "passwordPolicies");
    return {
      ...readFrom(properties, { ...found, ...extra }),
      disablePasswordExpiration: /DisablePasswordExpiration/i.test(policies),
      disableStrongPassword: /DisableStrongPassword/i.test(policies),
      showInAddressList: beta.showInAddressList === true,
      managerId: await managerId(call, objectId(id)),
    };
  },
  async update(id, plan, call) {
    const path = `/users/${objectId(id)}`;
    const unchanged = sentWhenSet.filter((name) => !plan.changed(name));
    if (!plan.changed("mail") || !plan.has("mail")) unchanged.push("mail");
    const password = plan.changed("password") && plan.has("password") ? { passwordProfile: passwordProfile(plan) } : {};
    await call.patch(path, { ...bodyWithout(plan, unchanged), ...password });
    if (plan.changed("showInAddressList")) await call.patch(path, addressList(plan), "beta");
    if (!plan.changed("managerId")) return;
    const manager = plan.text("managerId");
    if (manager === "") await call.delete(`${path}/manager/$ref`);
    else await call.put(`${path}/manager/$ref`, call.reference(manager));
  },
  delete: (id, call) => call.remove(`User (User: "${objectId(id)}")`, `/users/${objectId(id)}`),
};

function newUser(plan: Fields): object {
  const unset = sentWhenSet.filter((name) => !plan.has(name));
  return {
    ...bodyWithout(plan, unset),
    // As in the portal: the part before the @.
    mailNickname: plan.text("mailNickname") || plan.text("userPrincipalName").split("@")[0],
    passwordProfile: passwordProfile(plan),
  };
}

function bodyWithout(plan: Fields, names: readonly string[]): object {
  const sent = Object.keys(properties).filter((name) => !names.includes(name));
  const policies = [
    ...(plan.flag("disablePasswordExpiration") ? ["DisablePasswordExpiration"] : []),
    ...(plan.flag("disableStrongPassword") ? ["DisableStrongPassword"] : []),
  ];
  return { ...graphBody("users", properties, plan, sent), passwordPolicies: nullIfEmpty(policies.join(", ")) };
}

function passwordProfile(plan: Fields): object {
  return { forceChangePasswordNextSignIn: plan.flag("forcePasswordChange"), password: plan.text("password") };
}

function addressList(plan: Fields): object {
  return { "@odata.type": odataType("users"), showInAddressList: plan.flag("showInAddressList") };
}
