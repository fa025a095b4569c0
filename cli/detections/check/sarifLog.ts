/** The findings in SARIF 2.1.0 (OASIS), which GitHub and Azure DevOps show at the lines of a change. */
import { ownVersion } from "../../base/ownPackage";
import type { DetectionFinding } from "./checkDetections";
import { queryFindings } from "./queryFindings";

export function sarifLog(findings: readonly DetectionFinding[]): object {
  const kinds = [...new Set(findings.map(resultKind))].sort();
  const driver = { name: "defender-mssp", semanticVersion: ownVersion(), rules: kinds.map(kindDescription) };
  const results = findings.map((finding) => {
    const { customer, file, line, column, endLine, endColumn, level, what, remedy } = finding;
    const text = `${customer === undefined ? "" : `${customer}: `}${what}. ${remedy}.`;
    const end = endLine === undefined ? {} : { endLine, endColumn };
    const region = { startLine: line, startColumn: column, ...end };
    const physicalLocation = { artifactLocation: { uri: encodeURI(file) }, region };
    return { ruleId: resultKind(finding), level, message: { text }, locations: [{ physicalLocation }] };
  });
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, columnKind: "utf16CodeUnits", results }],
  };
}

/** Of a finding that begins with a key, such as `alertTemplate.title`: the key too, without places in lists. */
function resultKind({ code, rule, what }: DetectionFinding): string {
  const key = /^[\w.[\]]+(?=: )/.exec(what)?.[0].replaceAll(/\[\d*\]/g, "");
  return code ?? `${rule === undefined ? "settings" : "rule"}${key === undefined ? "" : `/${key}`}`;
}

function kindDescription(id: string): object {
  const [file = "", key] = id.split("/");
  const own = /^K/.test(id) ? `${id} of the parser` : `${key === undefined ? "" : `${key} of `}a ${file} file`;
  const text = queryFindings[id]?.[1] ?? own;
  const name = text.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_, letter: string) => letter.toUpperCase());
  return { id, name, shortDescription: { text } };
}
