/**
 * Custom detection rules: `/security/rules/detectionRules`, beta and v1.0.
 * https://learn.microsoft.com/graph/api/resources/security-detectionrule?view=graph-rest-beta. What no page says is from
 * probes of live tenants, August to October 2026: the refusals, the late deletes, what PATCH keeps.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hourMs } from "@defender-mssp/errors/time";
import type { Caller, Cloud, StoredObject, Tenant } from "../../cloud/model";
import { isSwitchedOff, switchValue } from "../../cloud/switches";
import { boolean, dateTime, each, string } from "../../graph/entities/property";
import { graphOrigin } from "../../graph/batch";
import { EmulatedGraphError, unreadableRequest } from "../../graph/graphErrors";
import { compileFilter } from "../../graph/odata/filterMatch";
import { parseFilter } from "../../graph/odata/filterSyntax";
import { innerOf, jsonText, type JsonObject } from "../../graph/json";
import { bothVersions, created, noContent, ok, type RouteAnswer } from "../../graph/route";
import type { GraphVersion } from "../../graph/entities";
import { nameOf } from "../changes";
import { answerRoute, numberOf, optionsOf, requestBody, withTicks } from "../securityApi";
import { checkDetectionRule, checkRuleBody, checkRuleId } from "./checkDetectionRule";
import { validateQuery } from "./validateQuery";
import { DetectionQuotas } from "./detectionQuotas";
import { shownDetectionRule } from "./shownDetectionRule";
import { patchedDetectionRule, storedDetectionRule } from "./storedDetectionRule";

/** The collection of a tenant's rules, by their IDs. */
export const detectionRuleCollection = "detectionRules";

const path = "/security/rules/detectionRules";
const readPermissions = ["CustomDetection.Read.All", "CustomDetection.ReadWrite.All"];
const writePermissions = ["CustomDetection.ReadWrite.All"];

/** How long lists and reads go on with a deleted rule: hours, gone the next morning. */
const lingerMilliseconds = 6 * hourMs;
/** How long the display name of a deleted rule stays taken: 30 to 60 seconds. */
const reservedMilliseconds = 45_000;
const defaultPageSize = 100;
const largestPage = 1000;

const filterable = {
  name: "microsoft.graph.security.detectionRule",
  properties: {
    ...each(string(), "id", "displayName", "description", "status", "detectorId", "createdBy", "lastModifiedBy"),
    ...each(dateTime(), "createdDateTime", "lastModifiedDateTime"),
    isEnabled: boolean(),
  },
};
const sortable = ["displayName", "createdDateTime", "lastModifiedDateTime"];

interface ById {
  Params: { id: string };
}

/** What a handler works with. */
interface RuleCall {
  readonly cloud: Cloud;
  readonly caller: Caller;
  readonly tenant: Tenant;
  readonly version: GraphVersion;
  readonly request: FastifyRequest;
}

export function detectionRuleRoutes(app: FastifyInstance, cloud: Cloud): void {
  const quotas = new DetectionQuotas();
  for (const version of bothVersions) {
    const list = `/${version}${path}`;
    const serve =
      (permissions: readonly string[], handle: (call: RuleCall, id: string) => RouteAnswer | Promise<RouteAnswer>) =>
      (request: FastifyRequest, reply: FastifyReply) =>
        answerRoute(cloud, request, reply, permissions, (caller) => {
          stopFailingRules(cloud, caller.tenant);
          const call = { cloud, caller, tenant: caller.tenant, version, request };
          return handle(call, (request.params as Partial<ById["Params"]>).id ?? "");
        });
    app.get(
      list,
      serve(readPermissions, (call) => {
        quotas.count(call.caller, "list", cloud.now());
        return listRules(call);
      }),
    );
    app.post(
      list,
      serve(writePermissions, (call) => {
        quotas.count(call.caller, "create", cloud.now());
        return createRule(call);
      }),
    );
    app.get(`${list}/:id`, serve(readPermissions, getRule));
    app.patch(`${list}/:id`, serve(writePermissions, patchRule));
    app.delete(`${list}/:id`, serve(writePermissions, deleteRule));
  }
}

/**
 * The service turns off a rule whose query keeps failing. Which rule fails is not emulated: the switch
 * `detectionRuns=fail` lets all enabled ones of the tenant fail.
 */
function stopFailingRules(cloud: Cloud, tenant: Tenant): void {
  if (switchValue(tenant, "detectionRuns") !== "fail") return;
  for (const rule of rulesIn(tenant).values()) {
    if (rule["status"] !== "enabled") continue;
    rule["status"] = "autoDisabled";
    rule["lastRunDetails"] = {
      lastRunDateTime: withTicks(cloud.now()),
      status: "failed",
      failureReason: "The query has failed several times.",
      errorCode: "queryExecutionFailed",
    };
    cloud.changed();
  }
}

function rulesIn(tenant: Tenant): Map<string, StoredObject> {
  return tenant.objects(detectionRuleCollection);
}

/** The rules that lists and reads answer with: the stored ones and those deleted a few hours ago. */
function visibleRules({ cloud, tenant }: RuleCall): StoredObject[] {
  const stored = rulesIn(tenant);
  const deleted = [...tenant.deleted.values()].filter(
    ({ collection, object, deletedDateTime }) =>
      collection === detectionRuleCollection &&
      !stored.has(object.id) &&
      cloud.now().getTime() < Date.parse(deletedDateTime) + lingerMilliseconds,
  );
  return [...stored.values(), ...deleted.map(({ object }) => object)];
}

function listRules(call: RuleCall): RouteAnswer {
  const { cloud, version, request } = call;
  const options = optionsOf(request.url, ["$filter", "$top", "$skip", "$count", "$orderby", "$select", "$skiptoken"]);
  const shown = visibleRules(call).map((rule) => shownRule(call, rule));
  const matching = ordered(filtered(shown, options.get("$filter")), options.get("$orderby"));
  const skip = numberOf(options, "$skiptoken", 0, 1e6) ?? numberOf(options, "$skip", 0, 1e6) ?? 0;
  const top = numberOf(options, "$top", 1, largestPage) ?? defaultPageSize;
  const page = matching.slice(skip, skip + top);
  const next = new URLSearchParams([...options].filter(([name]) => name !== "$skip" && name !== "$skiptoken"));
  next.set("$skiptoken", String(skip + page.length));
  return ok({
    "@odata.context": rulesContext(call),
    ...(options.get("$count") === "true" ? { "@odata.count": matching.length } : {}),
    ...(matching.length > skip + top
      ? { "@odata.nextLink": `${graphOrigin(cloud, request)}/${version}${path}?${next.toString()}` }
      : {}),
    value: page.map((rule) => selected(rule, options.get("$select"))),
  });
}

function filtered(rules: readonly JsonObject[], text: string | undefined): readonly JsonObject[] {
  if (text === undefined) return rules;
  const matches = compileFilter(parseFilter(text), filterable, true);
  return rules.filter((rule) => matches(rule));
}

function ordered(rules: readonly JsonObject[], text: string | undefined): readonly JsonObject[] {
  if (text === undefined) return rules;
  const [, name = "", direction = "asc"] = /^(\w+)(?:\s+(asc|desc))?$/i.exec(text.trim()) ?? [];
  if (!sortable.includes(name)) throw unreadableRequest(`Ordering by '${text}' is not supported.`);
  const sign = direction.toLowerCase() === "desc" ? -1 : 1;
  return [...rules].sort((left, right) => sign * jsonText(left[name]).localeCompare(jsonText(right[name]), "en"));
}

function selected(rule: JsonObject, text: string | undefined): JsonObject {
  if (text === undefined) return rule;
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !Object.hasOwn(rule, name));
  if (unknown !== undefined) {
    throw unreadableRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type 'microsoft.graph.security.detectionRule'.`,
    );
  }
  return Object.fromEntries(Object.entries(rule).filter(([name]) => names.includes(name)));
}

function getRule(call: RuleCall, id: string): RouteAnswer {
  const options = optionsOf(call.request.url, ["$select"]);
  const rule = visibleRules(call).find((each) => each.id === id);
  if (rule === undefined) throw ruleNotFound();
  return ok(shownEntity(call, rule, options.get("$select")));
}

async function createRule(call: RuleCall): Promise<RouteAnswer> {
  const { cloud, caller, tenant, request, version } = call;
  const body = requestBody(request);
  const id = checkRuleId(body["id"]);
  const checked = checkRuleBody(body, "create");
  const verdict = await validateQuery(jsonText(innerOf(checked["queryCondition"], "queryText")));
  checkDetectionRule(checked, [...rulesIn(tenant).values(), ...reservedRules(call)], verdict);
  // What the service answers to a taken ID is not known.
  if (rulesIn(tenant).has(id)) throw new EmulatedGraphError(409, "Conflict", "A rule with this ID already exists.");
  const now = withTicks(cloud.now());
  const by = nameOf(caller);
  const audit = { createdBy: by, createdDateTime: now, lastModifiedBy: by, lastModifiedDateTime: now };
  const rule = storedDetectionRule({ ...checked, id, ...audit, queryModifiedDateTime: now });
  rulesIn(tenant).set(id, rule);
  cloud.changed();
  return created(shownEntity(call, rule), `${graphOrigin(cloud, request)}/${version}${path}/${id}`);
}

/** Deleted rules whose names are still taken. */
function reservedRules({ cloud, tenant }: RuleCall): StoredObject[] {
  return [...tenant.deleted.values()].flatMap(({ collection, object, deletedDateTime }) =>
    collection === detectionRuleCollection && cloud.now().getTime() < Date.parse(deletedDateTime) + reservedMilliseconds
      ? [object]
      : [],
  );
}

async function patchRule(call: RuleCall, id: string): Promise<RouteAnswer> {
  const { cloud, caller, tenant, request } = call;
  const judged = existingRule(tenant, id);
  const body = checkRuleBody(requestBody(request), "update");
  const query = (rule: StoredObject) => jsonText(innerOf(rule["queryCondition"], "queryText"));
  const verdict = await validateQuery(query(patchedDetectionRule(judged, body)));
  // Another call may have changed the rule in the meantime.
  const before = existingRule(tenant, id);
  const after = patchedDetectionRule(before, body);
  const others = [...rulesIn(tenant).values()].filter((rule) => rule.id !== id);
  checkDetectionRule(after, others, verdict);
  const now = withTicks(cloud.now());
  const audit = { lastModifiedBy: nameOf(caller), lastModifiedDateTime: now };
  const rule: StoredObject = { ...after, ...audit };
  if (query(before) !== query(after)) rule["queryModifiedDateTime"] = now;
  rulesIn(tenant).set(id, rule);
  cloud.changed();
  return ok(shownEntity(call, rule));
}

function deleteRule({ cloud, tenant }: RuleCall, id: string): RouteAnswer {
  const rule = existingRule(tenant, id);
  const now = cloud.now();
  const purgeDateTime = new Date(now.getTime() + lingerMilliseconds).toISOString();
  rulesIn(tenant).delete(id);
  tenant.deleted.set(id, {
    collection: detectionRuleCollection,
    object: { ...rule, purgeDateTime },
    deletedDateTime: now.toISOString(),
  });
  cloud.changed();
  return noContent;
}

function existingRule(tenant: Tenant, id: string): StoredObject {
  const rule = rulesIn(tenant).get(id);
  if (rule === undefined) throw ruleNotFound();
  return rule;
}

function ruleNotFound(): EmulatedGraphError {
  return new EmulatedGraphError(404, "NotFound", "Custom detection rule was not found.");
}

function shownEntity(call: RuleCall, rule: StoredObject, select?: string): JsonObject {
  return { "@odata.context": `${rulesContext(call)}/$entity`, ...selected(shownRule(call, rule), select) };
}

function shownRule({ cloud, tenant, version }: RuleCall, rule: StoredObject): JsonObject {
  const { lastRunDetails, ...shown } = shownDetectionRule(tenant, rule, version);
  return lastRunDetails === undefined || isSwitchedOff(tenant, "runDetails", cloud.now())
    ? shown
    : { ...shown, lastRunDetails };
}

function rulesContext({ cloud, request, version }: RuleCall): string {
  return `${graphOrigin(cloud, request)}/${version}/$metadata#security/rules/detectionRules`;
}
