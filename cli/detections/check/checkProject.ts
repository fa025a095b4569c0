/** `mssp check`: the settings files of all stacks, `tickets.yaml`, the detection rules and their tests. */
import { installedJudge, judgePackage, ruleSets, sortedByPlace } from "@defender-mssp/detections";
import { VisibleError } from "@defender-mssp/errors";
import { placedProblems, readStackSettingsOffline } from "../../../settings/fromFile";
import { shownStackFile, stacksWithSettings, type Project } from "../../../settings/project";
import { sharedTenantText, unnamedSharing } from "../../../settings/sharedTenant";
import { requireStackFile } from "../../stack/stackFile";
import { unknownDomainsText } from "../../../domain/unknownDomainsText";
import { kqlPackage } from "../kqlPackage";
import { testDetections, type DetectionsTest } from "../ruleTests/testDetections";
import {
  checkDetections,
  faultyFindings,
  type CheckOptions,
  type DetectionFinding,
  type DetectionsCheck,
} from "./checkDetections";
import { ticketFindings } from "./ticketFindings";

export interface ProjectCheck extends DetectionsCheck {
  /** Stacks whose settings files were judged. */
  readonly stacks: readonly string[];
  /** Test cases of the rules. */
  readonly tests: { readonly passed: number; readonly failed: number; readonly notRun: number };
  /** Rules without tests, as `<set>/<rule>`. */
  readonly untested: readonly string[];
  /** Rules whose tests have no near miss, as `<set>/<rule>`. */
  readonly withoutNearMiss: readonly string[];
  /** What was not judged, and why. */
  readonly notChecked: readonly string[];
}

interface ProjectCheckOptions extends CheckOptions {
  /** Gets the results of the rules' tests, if there are rules and the package that runs them. */
  readonly tested: (outcome: DetectionsTest) => Promise<void>;
}

/** @throws VisibleError if a named stack has no settings file. */
export async function checkProject(project: Project, options: ProjectCheckOptions): Promise<ProjectCheck> {
  const { folder } = project;
  for (const stack of options.stacks ?? []) await requireStackFile(stack, folder);
  const stacks = options.stacks ?? (await stacksWithSettings(project));
  const settings = await settingsFindings(project, stacks);
  const empty = { rules: 0, customers: [], queries: { judged: 0, kept: 0 } };
  const untested = { tests: count([]), untested: [], withoutNearMiss: [] };
  const none = { ...empty, ...untested, stacks, findings: sortedByPlace(settings), notChecked: [] };
  if ((await ruleSets(folder)).length === 0) return none;
  const installed = installedJudge(folder);
  const judge = "judge" in installed ? kqlPackage(folder) : undefined;
  const check = await checkDetections(project, options, judge);
  const ofSettings = new Set(settings.map((finding) => JSON.stringify(finding)));
  const findings = [...settings, ...check.findings.filter((finding) => !ofSettings.has(JSON.stringify(finding)))];
  const missing = "judge" in installed ? [] : [`${judgePackage} ${installed.missing}. ${installed.remedy}`];
  const notChecked = missing.map((why) => `The queries of the rules and their tests: ${why}`);
  if (judge === undefined) return { ...check, ...untested, stacks, findings: sortedByPlace(findings), notChecked };
  const outcome = await testDetections(project);
  await options.tested(outcome);
  const { results, problems, ...lacking } = outcome;
  const alone = problems.filter(({ file }) => file.endsWith(".test.yaml"));
  findings.push(...alone.map(({ key: _, ...problem }) => problem), ...results.flatMap(testFindings));
  return { ...check, ...lacking, stacks, findings: sortedByPlace(findings), tests: count(results), notChecked };
}

async function settingsFindings(project: Project, stacks: readonly string[]): Promise<readonly DetectionFinding[]> {
  const claims = await Promise.all(
    stacks.map(async (stack) => {
      const file = shownStackFile(project, stack);
      try {
        return { ...(await readStackSettingsOffline(stack, project.folder)), stack, file };
      } catch (error) {
        if (!(error instanceof VisibleError)) throw error;
        return { stack, file, problems: placedProblems(error, file) };
      }
    }),
  );
  const sharing = unnamedSharing(claims).map((shared): DetectionFinding => {
    const file = shownStackFile(project, shared.stacks[0] ?? "");
    const what = sharedTenantText(shared).replace(/\.$/, "");
    return { file, line: 1, column: 1, level: "error", what, remedy: "Correct tenantId, or sharedTenantWith" };
  });
  const faulty = claims.flatMap((claim) => (claim.problems === undefined ? [] : faultyFindings(claim)));
  const unnamed = claims.flatMap((claim): DetectionFinding[] => {
    const what = "problems" in claim ? undefined : unknownDomainsText(claim);
    if (what === undefined) return [];
    const remedy = "Set analystDomains";
    return [{ file: claim.file, line: 1, column: 1, level: "warning", what, remedy }];
  });
  const judged = claims.map((claim) => [claim.stack, "problems" in claim ? undefined : claim] as const);
  const others = (await stacksWithSettings(project)).map((stack) => [stack, undefined] as const);
  const tickets = await ticketFindings(project.folder, new Map([...others, ...judged]));
  return [...faulty, ...sharing, ...unnamed, ...tickets];
}

function testFindings({
  rule,
  file,
  line,
  name,
  state,
  reasons,
}: DetectionsTest["results"][number]): DetectionFinding[] {
  if (state === "passed") return [];
  const level = state === "failed" ? "error" : "warning";
  const what = `${name}: ${state === "failed" ? "failed" : "not run"}: ${reasons.join("; ")}`;
  return [{ rule, file, line, column: 1, level, what, remedy: "Correct the rule, or its case" }];
}

function count(results: DetectionsTest["results"]): ProjectCheck["tests"] {
  const of = (testState: string) => results.filter(({ state }) => state === testState).length;
  return { passed: of("passed"), failed: of("failed"), notRun: of("notRun") };
}
