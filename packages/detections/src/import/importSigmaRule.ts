/** The query that `sigma convert` printed, with the Sigma rule for all that the query does not have. */
import { textsOf, type JsonRecord } from "@defender-mssp/errors/json";
import { attackTactics } from "@defender-mssp/microsoft";
import { importedName, keptAsComments, oneLine, textAt, type ImportedRule } from "./importedRule";
import { nestedTechniques } from "@defender-mssp/microsoft";
import { queryStages } from "../ruleFile/queryTokens";

/** @param rule the Sigma rule; undefined if there is none beside the query. */
export function importSigmaRule(queryText: string, rule: JsonRecord | undefined, name: string): ImportedRule {
  const notes: string[] = [];
  const query = queryText.replaceAll(/\r\n?/g, "\n").trim();
  const source = rule ?? {};
  if (rule === undefined) notes.push("no Sigma rule beside the query: title, severity and tactics are missing");
  const title = oneLine(textAt(source, "title") ?? "");
  const level = textAt(source, "level")?.toLowerCase();
  if (level === "critical") notes.push("level critical: written as high, the highest severity");
  const falsePositives = textsOf(source["falsepositives"]).filter((text) => !/^(unknown|none|unlikely)$/i.test(text));
  const carried = ["title", "description", "level", "tags", "falsepositives", "logsource", "detection"];
  const comments = keptAsComments(source, (key) => !carried.includes(key), notes);
  if (/["'][^"']*\*[^"']*["']/.test(query))
    notes.push("the query compares with a literal *, which never matches: correct it by hand");
  notes.push(
    "status: the format has none, so written as disabled",
    "frequency: the format has none, so written as PT1H",
  );
  return {
    name: title === "" ? name : importedName(title),
    content: {
      displayName: title === "" ? undefined : title,
      description: textAt(source, "description"),
      status: "disabled",
      queryText: query,
      schedule: { frequency: "PT1H" },
      alertTemplate: {
        title: title === "" ? undefined : title,
        severity: level === "critical" ? "high" : level,
        recommendedActions: falsePositives.length === 0 ? undefined : `False positives: ${falsePositives.join("; ")}`,
        tactics: sigmaTactics(textsOf(source["tags"]), notes),
        entityMappings: entitiesOfTable(query, notes),
      },
    },
    notes,
    comments,
  };
}

function sigmaTactics(tags: readonly string[], notes: string[]) {
  const names = tags
    .flatMap((tag) => /^attack\.([a-z_-]+)$/i.exec(tag)?.[1] ?? [])
    .map((name) => name.replaceAll(/[-_]/g, "").toLowerCase());
  const known = attackTactics.filter((tactic) => names.includes(tactic.toLowerCase()));
  const techniques = tags
    .flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1] ?? [])
    .map((id) => id.toUpperCase());
  const [first, ...others] = names.flatMap((name) => known.find((tactic) => tactic.toLowerCase() === name) ?? []);
  if (first === undefined) return undefined;
  if (others.length > 0) notes.push(`tags: a custom detection has one tactic; ${others.join(", ")} not carried over`);
  return [{ tactic: first, ...(techniques.length === 0 ? {} : { techniques: nestedTechniques(techniques) }) }];
}

/** Sigma maps no entity: the columns that the table always has. The query has no project, so that they survive. */
const tableEntities: readonly {
  readonly table: RegExp;
  readonly entities: JsonRecord;
  readonly columns: string;
}[] = [
  {
    table: /^Device/,
    entities: { hosts: [{ deviceIdColumn: "DeviceId", nameColumn: "DeviceName" }] },
    columns: "DeviceId, DeviceName",
  },
  {
    table: /^(Email|Url)/,
    entities: { mailboxes: [{ primaryAddressColumn: "RecipientEmailAddress" }] },
    columns: "RecipientEmailAddress",
  },
  {
    table: /^(Identity|CloudApp)/,
    entities: { accounts: [{ aadUserIdColumn: "AccountObjectId" }] },
    columns: "AccountObjectId",
  },
];

function entitiesOfTable(query: string, notes: string[]): JsonRecord {
  const table = /^[A-Za-z_]\w*/.exec(queryStages(query).stages[0]?.code ?? "")?.[0] ?? "";
  const target = tableEntities.find((candidate) => candidate.table.test(table));
  notes.push(
    target === undefined
      ? "entityMappings: the format has none, so map them by hand"
      : `entityMappings: the format has none, so ${target.columns} of ${table}`,
  );
  return target?.entities ?? {};
}
