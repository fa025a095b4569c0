/** GitHub's environments, reviewers and variables, required before a customer's first run. */
import { execa } from "execa";
import type { Place } from "../../base/place";
import { shellQuoted } from "../../base/shellWord";
import { VisibleError } from "@defender-mssp/errors";

export interface SetupPlanOptions {
  /** `owner/name`. */
  readonly repository: string;
  readonly stacks: readonly string[];
  /** Logins, or `organization/team`. */
  readonly reviewers: readonly string[];
  /** The branch whose workflows may bring stacks up. */
  readonly branch: string;
  /** Variables of the repository; none of them is a secret. */
  readonly variables: Readonly<Record<string, string>>;
}

/** An environment of the repository. */
export interface PlannedEnvironment {
  readonly name: string;
  readonly reviewers: readonly string[];
  /** The only branch that may use it; undefined: any, for pull requests. */
  readonly branch?: string;
}

export interface SetupPlan {
  readonly repository: string;
  readonly environments: readonly PlannedEnvironment[];
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Environments with reviewers for each customer and for unchanged stacks (`release`); one for
 * drift; one for previews, which any branch may use because pull requests come from any branch.
 */
export function setupPlan({ repository, stacks, reviewers, branch, variables }: SetupPlanOptions): SetupPlan {
  const reviewed = [...stacks.map((stack) => `customer-${stack}`), "release"];
  return {
    repository,
    environments: [
      ...reviewed.map((name) => ({ name, reviewers, branch })),
      { name: "drift", reviewers: [], branch },
      { name: "preview", reviewers: [] },
    ],
    variables,
  };
}

/** The plan as `gh` commands for a person to read and to run. */
export function planText(plan: SetupPlan): string {
  const { repository, environments, variables } = plan;
  return [
    `# GitHub environments and variables of ${repository}. \`--yes\` sets them.`,
    ...environments.flatMap(({ name, reviewers, branch }) => [
      "",
      `# ${name}: ${reviewers.length === 0 ? "no reviewers" : `reviewers ${reviewers.join(", ")}`}; ${branch === undefined ? "any branch" : `branch ${branch} only`}`,
      ...reviewers.map((reviewer, index) => `reviewer${index}="$(gh api ${reviewerPath(reviewer)} --jq .id)"`),
      `gh api --method PUT "repos/${repository}/environments/${name}" --input - <<EOF`,
      JSON.stringify(
        environmentBody(
          reviewers.map((reviewer, index) => ({ type: reviewerType(reviewer), id: `$reviewer${index}` })),
          branch,
        ),
        // An ID is a number.
      ).replace(/"(\$reviewer\d+)"/g, "$1"),
      "EOF",
      ...(branch === undefined
        ? []
        : [
            `gh api --method POST "repos/${repository}/environments/${name}/deployment-branch-policies" -f name=${branch}`,
          ]),
    ]),
    "",
    ...Object.entries(variables).map(
      ([name, value]) => `gh variable set ${name} --repo ${repository} --body ${shellQuoted(value)}`,
    ),
    "",
  ].join("\n");
}

/**
 * Does what the plan says. It can run again: an environment is set as the plan has it.
 * @param report gets a line for each thing done.
 * @throws VisibleError with gh's reason; what was done before stays.
 */
export async function applyPlan(plan: SetupPlan, at: Place, report: (line: string) => void): Promise<void> {
  const { repository, environments, variables } = plan;
  // Look up all reviewers first: a wrong name then changes nothing.
  const ids = new Map<string, number>();
  for (const reviewer of new Set(environments.flatMap(({ reviewers }) => reviewers)))
    ids.set(reviewer, Number(await gh(at, ["api", reviewerPath(reviewer), "--jq", ".id"])));
  for (const { name, reviewers, branch } of environments) {
    const place = `repos/${repository}/environments/${name}`;
    const people = reviewers.map((reviewer) => ({ type: reviewerType(reviewer), id: ids.get(reviewer) ?? 0 }));
    await gh(at, ["api", "--method", "PUT", place, "--input", "-"], JSON.stringify(environmentBody(people, branch)));
    if (branch !== undefined) {
      const policies = `${place}/deployment-branch-policies`;
      const there = (await gh(at, ["api", policies, "--jq", ".branch_policies[].name"])).split("\n");
      if (!there.includes(branch)) await gh(at, ["api", "--method", "POST", policies, "-f", `name=${branch}`]);
    }
    report(`environment ${name}`);
  }
  for (const [name, value] of Object.entries(variables)) {
    await gh(at, ["variable", "set", name, "--repo", repository, "--body", value]);
    report(`variable ${name}`);
  }
}

function environmentBody(reviewers: readonly object[], branch: string | undefined): object {
  return {
    reviewers,
    // The author of the run can't approve it.
    prevent_self_review: reviewers.length > 0,
    deployment_branch_policy: branch === undefined ? null : { protected_branches: false, custom_branch_policies: true },
  };
}

function reviewerType(reviewer: string): "User" | "Team" {
  return reviewer.includes("/") ? "Team" : "User";
}

function reviewerPath(reviewer: string): string {
  const [organization, team] = reviewer.split("/");
  return team === undefined ? `users/${reviewer}` : `orgs/${organization}/teams/${team}`;
}

/** The repository of the working folder, as gh knows it. */
export async function ownRepository(at: Place): Promise<string> {
  try {
    return (await gh(at, ["repo", "view", "--json", "nameWithOwner", "--jq", ".nameWithOwner"])).trim();
  } catch (error) {
    if (!(error instanceof VisibleError)) throw error;
    throw new VisibleError(`${error.message}\nOr name the repository: --repository owner/name.`, { cause: error });
  }
}

async function gh({ folder, environment }: Place, args: readonly string[], input?: string): Promise<string> {
  const { failed, code, stdout, stderr } = await execa("gh", args, {
    cwd: folder,
    env: environment,
    extendEnv: false,
    reject: false,
    ...(input === undefined ? { stdin: "ignore" as const } : { input }),
  });
  if (!failed) return stdout.trim();
  if (code === "ENOENT")
    throw new VisibleError("gh is not installed, or not in PATH: https://cli.github.com. Nothing was changed.");
  const reason = stderr.trim().split("\n")[0] ?? "";
  throw new VisibleError(`\`gh ${args.slice(0, 4).join(" ")}\` failed: ${reason}`);
}
