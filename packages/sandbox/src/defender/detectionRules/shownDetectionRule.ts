/**
 * A detection rule as Graph answers it. The beta has both generations of properties: those of 2026-05, and those that
 * its pages deprecate and that v1.0 does not have.
 */
import { derivedId } from "../../cloud/identity";
import type { Json, StoredObject, Tenant } from "../../cloud/model";
import type { GraphVersion } from "../../graph/entities";
import { innerOf, isObject, jsonText, objectsIn, textsIn, type JsonObject } from "../../graph/json";
import { minutesIn } from "./checkDetectionRule";
import { auditProperties, detectionTypes } from "./detectionTypes";
import { reversedCollections } from "./storedDetectionRule";

export function shownDetectionRule(tenant: Tenant, rule: StoredObject, version: GraphVersion): JsonObject {
  const shown = {
    id: rule.id,
    ...(reversedCollections(
      "detectionRule",
      picked(rule, Object.keys(detectionTypes["detectionRule"] ?? {})),
    ) as JsonObject),
    ...picked(rule, Object.keys(auditProperties)),
  };
  return version === "v1.0" ? shown : withDeprecated(tenant, rule, shown);
}

function picked(object: Readonly<Record<string, Json>>, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, object[name] ?? null]));
}

function withDeprecated(tenant: Tenant, rule: StoredObject, shown: JsonObject): JsonObject {
  const action = asObject(shown["detectionAction"]);
  const template = asObject(action["alertTemplate"]);
  const [tactic] = objectsIn(template["tactics"]);
  const techniques = objectsIn(tactic?.["techniques"]);
  const scope = action["organizationalScope"];
  const frequency = jsonText(innerOf(shown["schedule"], "frequency"));
  return {
    ...shown,
    detectorId: derivedId(tenant.id, `detectionRules/${rule.id}`),
    isEnabled: rule["status"] === "enabled",
    lastRunDetails: asObject(rule["lastRunDetails"]),
    queryCondition: {
      ...asObject(shown["queryCondition"]),
      lastModifiedDateTime: rule["queryModifiedDateTime"] ?? rule["lastModifiedDateTime"] ?? null,
    },
    schedule: {
      ...asObject(shown["schedule"]),
      period: periods[minutesIn(frequency) ?? 0] ?? frequency,
      nextRunDateTime: null,
    },
    detectionAction: {
      ...action,
      alertTemplate: {
        ...template,
        category: tactic?.["tactic"] ?? null,
        mitreTechniques: techniques.flatMap((each) => {
          const below = textsIn(each["subTechniques"]);
          return below.length > 0 ? below : [jsonText(each["technique"])];
        }),
        impactedAssets: impactedAssets(template["entityMappings"]),
      },
      organizationalScope: isObject(scope) ? { ...scope, scopeNames: scope["deviceGroups"] ?? [] } : scope,
      responseActions: responseActions(action["automatedActions"]),
    },
  } as JsonObject;
}

function asObject(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The old names of schedules, by minutes. */
const periods: Readonly<Record<number, string>> = { 0: "0", 60: "1H", 180: "3H", 720: "12H", 1440: "24H" };

const assets = [
  {
    set: "hosts",
    columns: ["deviceIdColumn", "nameColumn"],
    type: "impactedDeviceAsset",
    names: ["deviceId", "deviceName", "remoteDeviceName"],
  },
  {
    set: "accounts",
    columns: ["aadUserIdColumn", "sidColumn", "upnColumn", "nameColumn"],
    type: "impactedUserAsset",
    names: [
      ...["accountObjectId", "accountSid", "accountUpn", "accountName", "requestAccountSid", "requestAccountName"],
      ...["recipientObjectId", "initiatingProcessAccountUpn", "servicePrincipalId", "targetAccountUpn"],
    ],
  },
  {
    set: "mailboxes",
    columns: ["primaryAddressColumn"],
    type: "impactedMailboxAsset",
    names: [
      ...["accountUpn", "senderFromAddress", "recipientEmailAddress", "senderMailFromAddress"],
      "initiatingProcessAccountUpn",
    ],
  },
] as const;

/** The old form knows a closed list of columns; a mapping of another one has no counterpart. */
function impactedAssets(mappings: Json | undefined): Json[] {
  return assets.flatMap(({ set, columns, type, names }) =>
    objectsIn(innerOf(mappings, set)).flatMap((mapping) =>
      columns
        .map((column) => oldName(jsonText(mapping[column])))
        .filter((name) => (names as readonly string[]).includes(name))
        .slice(0, 1)
        .map((identifier) => ({ "@odata.type": `#microsoft.graph.security.${type}`, identifier })),
    ),
  );
}

const hashes = ["sha1", "sha256", "initiatingProcessSHA1", "initiatingProcessSHA256"];
const sids = ["accountSid", "initiatingProcessAccountSid", "requestAccountSid", "onPremSid"];
const ids = ["accountObjectId", "initiatingProcessAccountObjectId", "servicePrincipalId", "recipientObjectId"];
const mails = ["networkMessageId", "recipientEmailAddress"];

/** Each set's old type, and the columns that its `identifier` names. */
const oldActions: readonly (readonly [set: string, type: string, names: readonly string[]])[] = [
  ["isolateDevices", "isolateDevice", ["deviceId"]],
  ["collectInvestigationPackages", "collectInvestigationPackage", ["deviceId"]],
  ["runAntivirusScans", "runAntivirusScan", ["deviceId"]],
  ["initiateInvestigations", "initiateInvestigation", ["deviceId"]],
  ["restrictAppExecutions", "restrictAppExecution", ["deviceId"]],
  ["stopAndQuarantineFiles", "stopAndQuarantineFile", ["deviceId", "sha1", "initiatingProcessSHA1"]],
  ["allowFiles", "allowFile", hashes],
  ["blockFiles", "blockFile", hashes],
  ["disableUsers", "disableUser", sids],
  ["forceUserPasswordResets", "forceUserPasswordReset", sids],
  ["markUsersAsCompromised", "markUserAsCompromised", ids],
  ["softDeleteEmails", "softDelete", mails],
  ["hardDeleteEmails", "hardDelete", mails],
  ["moveEmailsToJunk", "moveToJunk", mails],
  ["moveEmailsToInbox", "moveToInbox", mails],
  ["moveEmailsToDeletedItems", "moveToDeletedItems", mails],
];

function responseActions(sets: Json | undefined): Json[] {
  return oldActions.flatMap(([set, type, names]) =>
    objectsIn(innerOf(sets, set)).flatMap((action) => {
      const columns = Object.entries(action).filter(([name]) => name.endsWith("Column"));
      const identifiers = columns.map(([, column]) => oldName(jsonText(column)));
      if (!identifiers.every((name) => names.includes(name))) return [];
      return [
        {
          "@odata.type": `#microsoft.graph.security.${type}ResponseAction`,
          identifier: identifiers.join(","),
          ...(set === "isolateDevices" ? { isolationType: action["isolationType"] ?? "full" } : {}),
          ...(/^(allow|block)Files$/.test(set) ? { deviceGroupNames: action["deviceGroupNames"] ?? [] } : {}),
        },
      ];
    }),
  );
}

/** The old identifiers are the columns' names in camel case: `AccountSid` is `accountSid`, `SHA1` is `sha1`. */
function oldName(column: string): string {
  return /^SHA\d+$/.test(column) ? column.toLowerCase() : column.charAt(0).toLowerCase() + column.slice(1);
}
