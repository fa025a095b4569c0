/**
 * The policies by which eligible members of a group activate.
 * https://learn.microsoft.com/graph/api/policyroot-list-rolemanagementpolicyassignments,
 * …/unifiedrolemanagementpolicyrule-update. The update of a whole policy is the call of
 * terraform-provider-azuread.
 */
import type { Json } from "../../cloud/model";
import { entity, list } from "../answers";
import { entitySets } from "../entities";
import { notFound, refused, unreadableRequest } from "../graphErrors";
import { assignmentsOf, onboard, policyOf, rulesOf } from "../groupRolePolicies";
import { wholeSeconds } from "../identifiers";
import { innerOf, isObject, objectsIn, jsonText, textsIn, type JsonObject } from "../json";
import { licensed } from "../licences";
import { permissions } from "../permissions";
import { callBody, context, noContent, ok, parameter, route, type RouteAnswer, type Call, type Route } from "../route";

const policies = "roleManagementPolicies";
const assignments = "roleManagementPolicyAssignments";
const versions = ["v1.0"] as const;
const read = permissions.readGroupRolePolicies;
const write = permissions.writeGroupRolePolicies;

export const groupRolePolicyRoutes: readonly Route[] = licensed("privilegedAccess", [
  route("GET", `/policies/${assignments}`, read, listAssignments, { versions }),
  route("GET", `/policies/${policies}/{id}`, read, readPolicy, { versions }),
  route("PATCH", `/policies/${policies}/{id}`, write, patchPolicy, { versions }),
  route("GET", `/policies/${policies}/{id}/rules`, read, listRules, { versions }),
  route("PATCH", `/policies/${policies}/{id}/rules/{ruleId}`, write, patchRule, { versions }),
]);

/** "You must provide a $filter for scopeId and scopeType", says the page. The text is the sandbox's. */
function listAssignments(call: Call): RouteAnswer {
  const scope = /scopeId eq '([^']+)'/.exec(call.query.filter ?? "")?.[1];
  if (scope === undefined || !/scopeType eq 'Group'/i.test(call.query.filter ?? "")) {
    throw refused("MissingProvider", "The request must have a $filter of scopeId and scopeType 'Group'.");
  }
  return list(call, assignments, assignmentsOf(call.tenant, scope), `policies/${assignments}`);
}

function readPolicy(call: Call): RouteAnswer {
  const policy = policyOf(call.tenant, parameter(call, "id"));
  const wanted = call.query.expand.map(({ name }) => name);
  const unknown = wanted.find((name) => !["*", "rules", "effectiveRules"].includes(name));
  if (unknown !== undefined) {
    throw unreadableRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type 'microsoft.graph.unifiedRoleManagementPolicy'.`,
    );
  }
  const expanded = (["effectiveRules", "rules"] as const).filter(
    (name) => wanted.includes("*") || wanted.includes(name),
  );
  const plain = { ...call, query: { ...call.query, expand: [] } };
  const { body } = entity(plain, policies, policy, `policies/${policies}`);
  return ok({ ...body, ...Object.fromEntries(expanded.map((name) => [name, rulesOf(policy)])) });
}

function listRules(call: Call): RouteAnswer {
  const id = parameter(call, "id");
  const value = rulesOf(policyOf(call.tenant, id));
  return ok({ "@odata.context": context(call, `policies/${policies}('${id}')/rules`), value });
}

function patchPolicy(call: Call): RouteAnswer {
  const { rules, ...others } = callBody(call);
  // azuread sends the whole policy, also its empty texts.
  const { properties } = entitySets[policies];
  const unknown = Object.keys(others).find((name) => !name.includes("@odata.") && !Object.hasOwn(properties, name));
  if (unknown !== undefined || !Array.isArray(rules)) throw unreadableRequest("A policy is changed by its rules.");
  change(call, objectsIn(rules));
  return noContent;
}

function patchRule(call: Call): RouteAnswer {
  const id = parameter(call, "ruleId");
  change(call, [{ ...callBody(call), id }]);
  return noContent;
}

function change(call: Call, changes: readonly JsonObject[]): void {
  const id = parameter(call, "id");
  const before = policyOf(call.tenant, id);
  const merged = changes.map((one) => mergedRule(rulesOf(before), one));
  const ids = onboard(call, jsonText(before["scopeId"]));
  const policy = policyOf(call.tenant, ids.get(id) ?? id);
  policy["rules"] = rulesOf(policy).map((rule) => merged.find((one) => one["id"] === rule["id"]) ?? rule);
  policy["lastModifiedDateTime"] = wholeSeconds(call.cloud.now());
  call.cloud.changed();
}

/** A rule with a change. The type is abstract: each change names the rule's own. */
function mergedRule(rules: readonly JsonObject[], change: JsonObject): JsonObject {
  const rule = rules.find(({ id }) => id === change["id"]);
  if (rule === undefined) throw notFound(jsonText(change["id"]));
  if (change["@odata.type"] !== rule["@odata.type"]) {
    throw unreadableRequest(
      `The rule ${jsonText(rule["id"])} needs its @odata.type, ${jsonText(rule["@odata.type"])}.`,
    );
  }
  const unknown = Object.keys(change).find((name) => !name.includes("@odata.") && !Object.hasOwn(rule, name));
  if (unknown !== undefined)
    throw unreadableRequest(`The property '${unknown}' does not exist on the type of the rule.`);
  const merged = { ...rule, ...change, target: rule["target"] ?? null };
  checkRule(merged);
  return merged;
}

/** The service's validation of values; its codes are not documented. */
function checkRule(rule: JsonObject): void {
  const isRight = [
    textsIn(rule["enabledRules"]).every((one) => enablements.includes(one)),
    rule["maximumDuration"] === undefined || isDuration(jsonText(rule["id"]), rule["maximumDuration"]),
    approvalIsComplete(rule["setting"]),
  ];
  if (isRight.includes(false)) throw refused("InvalidPolicyRule", "The policy rule is invalid.");
}

const enablements = ["MultiFactorAuthentication", "Justification", "Ticketing"];

/** Half an hour to a day for an activation, days for an assignment. */
function isDuration(ruleId: string, value: Json): boolean {
  if (value === null) return true;
  const text = jsonText(value);
  if (ruleId !== "Expiration_EndUser_Assignment") return /^P\d+D$/.test(text);
  return text === "P1D" || /^PT(30M|([1-9]|1\d|2[0-3])H(30M)?)$/.test(text);
}

function approvalIsComplete(setting: Json | undefined): boolean {
  if (!isObject(setting) || setting["isApprovalRequired"] !== true) return true;
  const approvers = objectsIn(setting["approvalStages"]).flatMap((stage) => objectsIn(stage["primaryApprovers"]));
  return approvers.length > 0 && approvers.every(isApprover);
}

function isApprover(approver: JsonObject): boolean {
  const type = approver["@odata.type"];
  if (type === "#microsoft.graph.singleUser") return jsonText(innerOf(approver, "userId")) !== "";
  return type === "#microsoft.graph.groupMembers" && jsonText(innerOf(approver, "groupId")) !== "";
}
