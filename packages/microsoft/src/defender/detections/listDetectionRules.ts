/**
 * Custom detection rules of Microsoft Defender XDR in Graph: `/security/rules/detectionRules`. Application permission
 * CustomDetection.ReadWrite.All; reading alone CustomDetection.Read.All.
 * https://learn.microsoft.com/graph/api/resources/security-detectionrule?view=graph-rest-beta
 *
 * What the service does beyond its documents was observed by others on live tenants (August to October 2026):
 * - after a DELETE, lists and reads answer with the rule for hours, while a second DELETE gets 404;
 * - the display name of a deleted rule stays taken for 30 to 60 seconds;
 * - a POST that is answered with 400 or 409 may have created the rule all the same;
 * - PATCH keeps every collection that the body leaves out.
 */
import { ServiceError } from "@defender-mssp/errors";
import type { Answer } from "../../http";
import { graphList, type GraphCall } from "../../graph/call";
import { graphCollection, type GraphCollection } from "../../graph/collection";
import { goneStatuses, isGone } from "../../graph/gone";
import type { DetectionApiVersion } from "../automatedActionForms";

/** A rule as Graph answers it; `newShape` and `comparableRule` read the rest. */
export interface DetectionRuleObject {
  readonly id: string;
  readonly displayName: string;
  readonly description?: string | null;
  readonly status?: "enabled" | "disabled" | "autoDisabled" | (string & {});
  readonly createdBy?: string | null;
  /** UTC, ISO 8601. */
  readonly createdDateTime?: string | null;
  /** Name of a user or of an application. */
  readonly lastModifiedBy?: string | null;
  /** UTC, ISO 8601. */
  readonly lastModifiedDateTime?: string | null;
  /** Beta alone, and deprecated there. */
  readonly lastRunDetails?: {
    readonly lastRunDateTime?: string | null;
    readonly status?: string | null;
    readonly failureReason?: string | null;
    readonly errorCode?: string | null;
  } | null;
  readonly [property: string]: unknown;
}

/** Every rule of the tenant, also those that were deleted in the last hours. */
export async function listDetectionRules(
  call: GraphCall,
  version: DetectionApiVersion = "beta",
): Promise<DetectionRuleObject[]> {
  return graphList<DetectionRuleObject>(call, detectionRulesPath(version));
}

/** The rule; undefined if there is none. A rule that was deleted in the last hours may be returned. */
export async function getDetectionRule(
  call: GraphCall,
  id: string,
  version: DetectionApiVersion = "beta",
): Promise<DetectionRuleObject | undefined> {
  const answer = await call(rulePath(id, version), { accept: goneStatuses });
  return isGone(answer) ? undefined : ruleIn(answer, id);
}

/** Creates a rule. @throws ServiceError, after which the rule may exist. */
export async function createDetectionRule(
  call: GraphCall,
  body: Readonly<Record<string, unknown>> & { readonly id: string },
  version: DetectionApiVersion = "beta",
): Promise<DetectionRuleObject> {
  const answer = await call(detectionRulesPath(version), { method: "POST", json: body, idempotent: false });
  return ruleIn(answer, body.id);
}

/** Changes a rule; undefined if there is none, or a deleted one that reads still show. */
export async function updateDetectionRule(
  call: GraphCall,
  id: string,
  body: Readonly<Record<string, unknown>>,
  version: DetectionApiVersion = "beta",
): Promise<DetectionRuleObject | undefined> {
  const path = rulePath(id, version);
  const answer = await call(path, { method: "PATCH", json: body, idempotent: true, accept: goneStatuses });
  if (isGone(answer)) return undefined;
  return hasId(answer, id) ? ruleIn(answer, id) : getDetectionRule(call, id, version);
}

/** How often a DELETE is sent until the service says that there is no such rule. */
const deletes = 3;

/**
 * Deletes a rule, and returns when the service has answered a DELETE with 404: no read proves it, since reads go on
 * with the rule for hours. A missing rule is accepted.
 */
export async function deleteDetectionRule(
  call: GraphCall,
  id: string,
  version: DetectionApiVersion = "beta",
): Promise<void> {
  const path = rulePath(id, version);
  for (let sent = 0; sent < deletes; sent++) {
    const answer = await call(path, { method: "DELETE", accept: goneStatuses });
    if (isGone(answer)) return;
  }
  const message = `the service accepts each of ${deletes} DELETE requests, and does not say that the rule is gone`;
  throw new ServiceError({ status: 204, message, method: "DELETE", url: path });
}

export function graphDetectionRules(version: DetectionApiVersion = "beta"): GraphCollection {
  return graphCollection(`/${version}/security/rules/detectionRules`, {
    read: ["CustomDetection.Read.All"],
    write: ["CustomDetection.ReadWrite.All"],
  });
}

/** Path of all rules, such as `/beta/security/rules/detectionRules`. */
export function detectionRulesPath(version: DetectionApiVersion): string {
  return graphDetectionRules(version).path;
}

function rulePath(id: string, version: DetectionApiVersion): string {
  return graphDetectionRules(version).item(id);
}

function hasId({ body }: Answer, id: string): boolean {
  return ((body ?? {}) as { id?: unknown }).id === id;
}

function ruleIn(answer: Answer, id: string): DetectionRuleObject {
  if (hasId(answer, id)) return answer.body as DetectionRuleObject;
  const message = `this is not the detection rule ${id}`;
  throw new ServiceError({ status: answer.status, message, method: "GET", url: rulePath(id, "beta") });
}
