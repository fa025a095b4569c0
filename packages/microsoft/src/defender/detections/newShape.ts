/** Graph's `detectionRule` of before 2026-05 in the names that Graph has since. */
import { isRecord, recordsOf, textsOf } from "@defender-mssp/errors/json";

/** A rule in the new names, and what of the old ones has none. */
export interface NewShape {
  readonly rule: Readonly<Record<string, unknown>>;
  /** Such as `impactedAssets: senderDisplayName has no column in entityMappings`. */
  readonly lost: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

/** New fields win over old ones: the service returns both for a while. */
export function newShape(rule: Fields): NewShape {
  const lost: string[] = [];
  const { isEnabled, schedule, detectionAction, queryCondition, ...others } = rule;
  const converted: Record<string, unknown> = { ...others };
  if (others["status"] === undefined && typeof isEnabled === "boolean")
    converted["status"] = isEnabled ? "enabled" : "disabled";
  if (isRecord(queryCondition)) {
    const { lastModifiedDateTime: _unused, ...condition } = queryCondition;
    converted["queryCondition"] = condition;
  }
  if (isRecord(schedule)) converted["schedule"] = newSchedule(schedule);
  if (isRecord(detectionAction)) converted["detectionAction"] = newAction(detectionAction, lost);
  return { rule: converted, lost };
}

/** `period` is `0`, `1H`, `3H`, `12H` or `24H`. */
function newSchedule({ period, nextRunDateTime: _unused, ...schedule }: Fields): Fields {
  if (schedule["frequency"] !== undefined || typeof period !== "string") return schedule;
  const isHours = /^\d+[HM]$/i.test(period);
  return { ...schedule, frequency: period === "0" ? "PT0S" : isHours ? `PT${period.toUpperCase()}` : period };
}

function newAction({ responseActions, alertTemplate, organizationalScope, ...action }: Fields, lost: string[]): Fields {
  const actions = recordsOf(responseActions);
  return {
    ...action,
    ...(isRecord(alertTemplate) ? { alertTemplate: newTemplate(alertTemplate, lost) } : {}),
    ...(isRecord(organizationalScope) ? { organizationalScope: newScope(organizationalScope) } : {}),
    ...(isRecord(action["automatedActions"]) || actions.length === 0
      ? {}
      : { automatedActions: newActions(actions, lost) }),
  };
}

function newScope({ scopeNames, ...scope }: Fields): Fields {
  return scope["deviceGroups"] === undefined && Array.isArray(scopeNames)
    ? { ...scope, deviceGroups: scopeNames }
    : scope;
}

function newTemplate({ category, mitreTechniques, impactedAssets, ...template }: Fields, lost: string[]): Fields {
  const hasTactics = Array.isArray(template["tactics"]);
  const assets = recordsOf(impactedAssets);
  return {
    ...template,
    ...(hasTactics
      ? { tactics: recordsOf(template["tactics"]).map(withNestedTechniques) }
      : typeof category === "string" && category !== ""
        ? { tactics: [{ tactic: category, techniques: nestedTechniques(textsOf(mitreTechniques)) }] }
        : {}),
    ...(isRecord(template["entityMappings"]) || assets.length === 0
      ? {}
      : { entityMappings: newEntities(assets, lost) }),
  };
}

/** Flat sub-techniques become `{ technique, subTechniques }`, as the service returns them. */
function withNestedTechniques(tactic: Fields): Fields {
  const techniques = recordsOf(tactic["techniques"]);
  const flat = techniques.flatMap(({ technique, subTechniques }) => [
    ...(typeof technique === "string" ? [technique] : []),
    ...textsOf(subTechniques),
  ]);
  return { ...tactic, techniques: nestedTechniques(flat) };
}

/** `T1059.001` below `T1059`. */
export function nestedTechniques(
  flat: readonly string[],
): readonly { technique: string; subTechniques?: readonly string[] }[] {
  const groups = new Map<string, string[]>();
  for (const technique of flat) {
    const parent = technique.split(".")[0] ?? technique;
    const group = groups.get(parent) ?? [];
    if (technique !== parent && !group.includes(technique)) group.push(technique);
    groups.set(parent, group);
  }
  return [...groups].map(([technique, subTechniques]) => ({
    technique,
    ...(subTechniques.length === 0 ? {} : { subTechniques: subTechniques.sort() }),
  }));
}

/** The column in Defender's tables of a camelCase identifier: `accountUpn` is `AccountUpn`. */
function columnNamed(identifier: string): string {
  return identifier.charAt(0).toUpperCase() + identifier.slice(1);
}

function newEntities(assets: readonly Fields[], lost: string[]): Fields {
  const entities: Record<string, Record<string, string>[]> = {};
  for (const asset of assets) {
    const type = typeName(asset);
    const identifier = typeof asset["identifier"] === "string" ? asset["identifier"] : "";
    const target = assetTarget(type, identifier);
    if (target === undefined) lost.push(`impactedAssets: ${type} ${identifier} has no entity mapping`);
    else (entities[target.collection] ??= []).push({ [target.key]: columnNamed(identifier) });
  }
  return entities;
}

function assetTarget(type: string, identifier: string): { collection: string; key: string } | undefined {
  if (identifier === "") return undefined;
  if (type === "impactedDeviceAsset") {
    return { collection: "hosts", key: identifier === "deviceId" ? "deviceIdColumn" : "nameColumn" };
  }
  if (type === "impactedMailboxAsset") return { collection: "mailboxes", key: "primaryAddressColumn" };
  if (type !== "impactedUserAsset") return undefined;
  if (/ObjectId$|^servicePrincipalId$/i.test(identifier)) return { collection: "accounts", key: "aadUserIdColumn" };
  if (/Sid$/i.test(identifier)) return { collection: "accounts", key: "sidColumn" };
  if (/Upn$/i.test(identifier)) return { collection: "accounts", key: "upnColumn" };
  if (/Domain$/i.test(identifier)) return { collection: "accounts", key: "ntDomainColumn" };
  return { collection: "accounts", key: "nameColumn" };
}

/** Old type → collection and the keys of its columns, in the order of the identifier's parts. */
const actionTargets: Readonly<Record<string, { readonly collection: string; readonly keys: readonly string[] }>> = {
  isolateDeviceResponseAction: { collection: "isolateDevices", keys: ["deviceIdColumn"] },
  collectInvestigationPackageResponseAction: { collection: "collectInvestigationPackages", keys: ["deviceIdColumn"] },
  runAntivirusScanResponseAction: { collection: "runAntivirusScans", keys: ["deviceIdColumn"] },
  initiateInvestigationResponseAction: { collection: "initiateInvestigations", keys: ["deviceIdColumn"] },
  restrictAppExecutionResponseAction: { collection: "restrictAppExecutions", keys: ["deviceIdColumn"] },
  stopAndQuarantineFileResponseAction: { collection: "stopAndQuarantineFiles", keys: ["deviceIdColumn", "sha1Column"] },
  allowFileResponseAction: { collection: "allowFiles", keys: [] },
  blockFileResponseAction: { collection: "blockFiles", keys: [] },
  disableUserResponseAction: { collection: "disableUsers", keys: ["accountSidColumn"] },
  forceUserPasswordResetResponseAction: { collection: "forceUserPasswordResets", keys: ["accountSidColumn"] },
  markUserAsCompromisedResponseAction: { collection: "markUsersAsCompromised", keys: ["accountObjectIdColumn"] },
  softDeleteResponseAction: { collection: "softDeleteEmails", keys: ["networkMessageIdColumn", "recipientColumn"] },
  hardDeleteResponseAction: { collection: "hardDeleteEmails", keys: ["networkMessageIdColumn", "recipientColumn"] },
  moveToJunkResponseAction: { collection: "moveEmailsToJunk", keys: ["networkMessageIdColumn", "recipientColumn"] },
  moveToInboxResponseAction: { collection: "moveEmailsToInbox", keys: ["networkMessageIdColumn", "recipientColumn"] },
  moveToDeletedItemsResponseAction: {
    collection: "moveEmailsToDeletedItems",
    keys: ["networkMessageIdColumn", "recipientColumn"],
  },
};

function newActions(actions: readonly Fields[], lost: string[]): Fields {
  const sets: Record<string, Fields[]> = {};
  for (const action of actions) {
    const type = typeName(action);
    const target = actionTargets[type];
    const columns =
      typeof action["identifier"] === "string" ? action["identifier"].split(",").map((part) => part.trim()) : [];
    if (target === undefined || columns.length === 0) {
      lost.push(`responseActions: ${type} has no automated action`);
      continue;
    }
    const keys = target.keys.length > 0 ? target.keys : [/256/.test(columns[0] ?? "") ? "sha256Column" : "sha1Column"];
    const { isolationType, deviceGroupNames } = action;
    (sets[target.collection] ??= []).push({
      ...Object.fromEntries(keys.map((key, index) => [key, columnNamed(columns[index] ?? "")])),
      ...(target.collection === "isolateDevices" ? { isolationType: isolationType ?? "full" } : {}),
      ...(Array.isArray(deviceGroupNames) && deviceGroupNames.length > 0 ? { deviceGroupNames } : {}),
    });
  }
  return sets;
}

/** The last part of `#microsoft.graph.security.isolateDeviceResponseAction`. */
function typeName(fields: Fields): string {
  const type = fields["@odata.type"];
  return typeof type === "string" ? (type.split(".").at(-1) ?? "") : "";
}
