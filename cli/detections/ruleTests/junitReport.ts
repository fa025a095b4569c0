import type { RuleTestResult } from "@defender-mssp/detections";
import { escaped } from "@defender-mssp/errors/escape";
import type { DetectionsTest } from "./testDetections";

/**
 * The results in JUnit's XML as GitHub, GitLab and Azure Pipelines read it: a suite for each rule. A case
 * that could not run is an error: pipelines count skipped cases as passed.
 */
export function junitReport({ results, problems }: DetectionsTest): string {
  const suites = [...new Set(results.map(({ set, rule }) => `${set}/${rule}`))];
  const files = [...new Set(problems.map(({ file }) => file))];
  const lines = [
    ...suites.flatMap((suite) => {
      const own = results.filter(({ set, rule }) => `${set}/${rule}` === suite);
      const count = (state: RuleTestResult["state"]) => own.filter((result) => result.state === state).length;
      const counts = `tests="${own.length}" failures="${count("failed")}" errors="${count("notRun")}"`;
      return [`  <testsuite name=${attribute(suite)} ${counts}>`, ...own.flatMap(caseLines), "  </testsuite>"];
    }),
    ...files.flatMap((file) => {
      const own = problems.filter((problem) => problem.file === file);
      const message = own.map(({ line, column, what, remedy }) => `${line}:${column} ${what}. ${remedy}.`).join("\n");
      return [
        `  <testsuite name=${attribute(file)} tests="1" failures="0" errors="1">`,
        ...caseElement(file, "the file", file, { element: "error", message }),
        "  </testsuite>",
      ];
    }),
  ];
  return ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>", ...lines, "</testsuites>", ""].join("\n");
}

function caseLines({ set, rule, name, file, state, reasons }: RuleTestResult): readonly string[] {
  const message = reasons.join("\n");
  const element = state === "failed" ? "failure" : "error";
  return caseElement(`${set}/${rule}`, name, file, state === "passed" ? undefined : { element, message });
}

function caseElement(
  suite: string,
  name: string,
  file: string,
  fault: { readonly element: string; readonly message: string } | undefined,
): readonly string[] {
  const start = `    <testcase classname=${attribute(suite)} name=${attribute(name)} file=${attribute(file)}`;
  if (fault === undefined) return [`${start}/>`];
  const [first = ""] = fault.message.split("\n");
  return [
    `${start}>`,
    `      <${fault.element} message=${attribute(first)}>${xmlText(fault.message)}</${fault.element}>`,
    "    </testcase>",
  ];
}

function attribute(text: string): string {
  return `"${xmlText(text).replaceAll(/[\n\t]/g, " ")}"`;
}

/** Replaces what XML 1.0 can't hold. */
function xmlText(text: string): string {
  return escaped(text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, "�"));
}
