/** The findings in SARIF 2.1.0 (OASIS), which GitHub and Azure DevOps show at the lines of a change. */
import { ownVersion } from "../../base/ownPackage";
import type { DetectionFinding } from "./checkDetections";

export function sarifLog(findings: readonly DetectionFinding[]): object {
  const kinds = [...new Set(findings.map(resultKind))].sort();
  const driver = { name: "defender-mssp", semanticVersion: ownVersion(), rules: kinds.map((id) => ({ id })) };
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

function resultKind({ code, rule }: DetectionFinding): string {
  return code ?? (rule === undefined ? "settings" : "rule");
}
