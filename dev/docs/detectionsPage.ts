/** The table of findings about queries in docs/detections.md. */
import { queryFindings } from "../../cli/detections/check/queryFindings";
import { betweenComments } from "./betweenComments";

export const detectionsPageFile = "docs/detections.md";

export function detectionsPage(): string {
  const rows = Object.entries(queryFindings).map(([code, [level, text]]) => `| ${code} | ${level} | ${text} |`);
  const table = ["| code | level | finding |", "| --- | --- | --- |", ...rows].join("\n");
  return betweenComments(detectionsPageFile, "findings", table);
}
