/**
 * Subscriptions to changes of users and groups: made when the endpoint has answered, shown to the application that made
 * them, and kept until they expire. The sandbox calls loopback only, and delivers no notification.
 * https://learn.microsoft.com/graph/change-notifications-delivery-webhooks
 */
import { randomUUID } from "node:crypto";
import { minuteMs } from "@defender-mssp/errors/time";
import { isLoopback } from "@defender-mssp/microsoft";
import type { StoredObject } from "../../cloud/model";
import { denied, refused } from "../graphErrors";
import { jsonText, textIn, type JsonObject } from "../json";
import { passes, permissions } from "../permissions";
import { callBody, type Call } from "../route";
import { checkCreate } from "../validate";
import { alone, entityRoutes } from "./entityRoutes";

const entitySet = "subscriptions";

/** For directory objects: "under 29 days". */
const longestMinutes = 41_760;
const answerMs = 10_000;

export const subscriptionRoutes = entityRoutes({
  entitySet,
  read: permissions.subscribe,
  objects: current,
  onlyListed: true,
  create: (call, values) => ({
    ...values,
    applicationId: call.caller.applicationId,
    creatorId: call.caller.objectId,
  }),
  change: (call, { expirationDateTime = null }) => {
    checkEnd(call, expirationDateTime);
    return { expirationDateTime };
  },
  answersChange: true,
  remove: alone,
}).map((route) => (route.method === "POST" ? { ...route, before: validate } : route));

/** Those of the application, in force. */
function current({ tenant, caller, cloud }: Call): StoredObject[] {
  return [...tenant.objects(entitySet).values()].filter(
    ({ applicationId, expirationDateTime }) =>
      applicationId === caller.applicationId && Date.parse(jsonText(expirationDateTime)) > cloud.now().getTime(),
  );
}

/** Codes and texts as clients report them, but for those that name the sandbox, `changeType` and a time that is over. */
async function validate(call: Call): Promise<void> {
  const { values } = checkCreate(entitySet, callBody(call), call.version);
  for (const name of ["changeType", "notificationUrl", "resource", "expirationDateTime"])
    if (textIn(values[name]) === undefined) throw invalid(`${name} is a required property for subscription creation.`);
  const [, collection] = /^\/?(users|groups)(?:\/[^/?]+)?$/i.exec(jsonText(values["resource"])) ?? [];
  if (collection === undefined)
    throw invalid("The sandbox has subscriptions to users, groups and single ones of them.");
  const read = collection.toLowerCase() === "users" ? "User.Read.All" : "Group.Read.All";
  if (!passes(call.caller, [read])) throw denied([read]);
  if (
    !jsonText(values["changeType"])
      .split(",")
      .every((type) => ["updated", "deleted"].includes(type.trim()))
  )
    throw invalid("Users and groups support the changeType updated and deleted.");
  if (jsonText(values["clientState"]).length > 128) throw invalid("The clientState has more than 128 characters.");
  checkEnd(call, values["expirationDateTime"] ?? null);
  for (const name of ["notificationUrl", "lifecycleNotificationUrl"])
    if (values[name] !== undefined && values[name] !== null) await shakeHands(jsonText(values[name]));
}

function checkEnd({ cloud }: Call, end: JsonObject[string]): void {
  const minutes = (Date.parse(jsonText(end)) - cloud.now().getTime()) / minuteMs;
  if (minutes > longestMinutes)
    throw refused("ExtensionError", `Subscription expiration can only be ${longestMinutes} minutes in the future.`);
  if (!(minutes > 0)) throw invalid("The expirationDateTime is in the past.");
}

/** The endpoint must answer the token within ten seconds. The sandbox also takes `http`, which the service refuses. */
async function shakeHands(address: string): Promise<void> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalid("The notification URL is not an HTTPS address.");
  if (!isLoopback(url.hostname)) {
    if (url.protocol === "http:") throw invalid("NotificationUrl scheme='http' is not supported.");
    throw failed(`${mustAnswer} (Sandbox: it calls no other machine, but 127.0.0.1 and localhost.)`);
  }
  const token = `Validation: ${randomUUID()}`;
  url.searchParams.set("validationToken", token);
  const answer = await fetch(url, {
    method: "POST",
    headers: { "content-type": "text/plain; charset=utf-8" },
    // An endpoint cannot send the sandbox to another machine.
    redirect: "manual",
    signal: AbortSignal.timeout(answerMs),
  }).catch((error: unknown) => (error instanceof Error && error.name === "TimeoutError" ? "late" : undefined));
  if (answer === "late") throw failed("Subscription validation request timed out.");
  if (answer?.status !== 200) throw failed(mustAnswer);
  const isText = answer.headers.get("content-type")?.startsWith("text/plain") === true;
  if (!isText || (await answer.text().catch(() => "")) !== token)
    throw failed(
      "Subscription validation request failed. Response must exactly match validationToken query parameter.",
    );
}

const mustAnswer =
  "Subscription validation request failed. Notification endpoint must respond with 200 OK to validation request.";

const invalid = (message: string) => refused("InvalidRequest", message);
const failed = (message: string) => refused("ValidationError", message);
