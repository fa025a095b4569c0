/**
 * `signInActivity` of users, which a request has to select: when each last signed in, by the sandbox's log of sign-ins.
 * https://learn.microsoft.com/graph/api/resources/signinactivity
 */
import type { StoredObject, Tenant } from "../../cloud/model";
import { signInLog } from "../../cloud/signIns";
import { complex } from "../entities/property";
import { isObject, jsonText, objectsIn, type JsonObject } from "../json";
import { requireLicence } from "../licences";
import { passes, permissions, refusal } from "../permissions";
import { ok, type Call, type RouteAnswer } from "../route";

const property = "signInActivity";
/** "Requests with `$top` set higher than 500 return pages with up to 500 users": user-list. */
const largestPage = 500;

/** The answer of `read`, with the sign-ins of each user where the request selects them. */
export function withSignInActivity(call: Call, read: (call: Call) => RouteAnswer): RouteAnswer {
  const { select } = call.query;
  const others = select?.filter((name) => name.toLowerCase() !== property.toLowerCase());
  const isSelected = others !== undefined && others.length < (select?.length ?? 0);
  if (!isSelected && !/\bsignInActivity\//i.test(call.query.filter ?? "")) return read(call);
  requireLicence(call, "signInLogs");
  if (!passes(call.caller, permissions.readAuditLog.application)) throw refusal(permissions.readAuditLog);
  const computed = {
    properties: { [property]: complex("signInActivity") },
    values: (user: StoredObject) => extended(call.tenant, { id: user.id }),
  };
  if (select === undefined || !isSelected) return read({ ...call, query: { ...call.query, computed } });
  // The service adds the ID: the page's example.
  const inner = others.some((name) => name.toLowerCase() === "id") ? others : [...others, "id"];
  const query = { ...call.query, computed, select: inner, top: Math.min(call.query.top, largestPage) };
  const { body = {} } = read({ ...call, query });
  const odataContext = jsonText(body["@odata.context"]).replace(`(${inner.join(",")}`, `(${select.join(",")}`);
  const value = body["value"];
  if (value === undefined) return ok({ ...extended(call.tenant, body), "@odata.context": odataContext });
  const users = objectsIn(value).map((user) => extended(call.tenant, user));
  return ok({ ...body, "@odata.context": odataContext, value: users });
}

/** A user who has not signed in has no such property. */
function extended(tenant: Tenant, user: JsonObject): JsonObject {
  const signIns = signInLog(tenant).filter(({ userId }) => userId === user["id"]);
  if (signIns.length === 0) return user;
  const last = (isMeant: (signIn: JsonObject) => boolean) => {
    const signIn = signIns.find(isMeant);
    return { at: signIn?.["createdDateTime"] ?? null, id: signIn?.["id"] ?? null };
  };
  const interactive = last(({ isInteractive }) => isInteractive === true);
  const nonInteractive = last(({ isInteractive }) => isInteractive !== true);
  const successful = last(({ status = null }) => isObject(status) && status["errorCode"] === 0);
  return {
    ...user,
    [property]: {
      lastSignInDateTime: interactive.at,
      lastSignInRequestId: interactive.id,
      lastNonInteractiveSignInDateTime: nonInteractive.at,
      lastNonInteractiveSignInRequestId: nonInteractive.id,
      lastSuccessfulSignInDateTime: successful.at,
      lastSuccessfulSignInRequestId: successful.id,
    },
  };
}
