/** The stacks of a change in each CI system's format. */
import { stringify } from "yaml";
import { VisibleError } from "@defender-mssp/errors";
import { jsonDocument } from "@defender-mssp/terminal/jsonDocument";
import type { ChangedStacks } from "../../selection/changedStacks";

export const matrixFormats = ["json", "github", "azure", "gitlab"] as const;
export type MatrixFormat = (typeof matrixFormats)[number];

/** What a GitLab child pipeline does with each stack. */
export const gitLabJobs = ["preview", "up", "drift"] as const;
export type GitLabJob = (typeof gitLabJobs)[number];
/** The job that reports the results of all stacks. */
const reportOf: Readonly<Partial<Record<GitLabJob, string>>> = { preview: "comment", drift: "issues" };

/** Most jobs that one matrix of GitHub's may make. */
const gitHubMatrixLimit = 256;
/**
 * Most deployment jobs that GitLab counts in one pipeline, unless an administrator of the instance
 * raises it.
 */
const gitLabPipelineLimit = 500;

export interface MatrixTextOptions {
  /** With `gitlab`. Default: `preview`. */
  readonly job?: GitLabJob;
}

/**
 * `json`: the whole answer. `github`: lines for `$GITHUB_OUTPUT`. `azure`: logging commands that
 * set output variables. `gitlab`: a child pipeline with a job a stack, as
 * templates/gitlab/gitlab-stacks.yml describes it.
 * @throws VisibleError where the system can't run so many jobs.
 */
export function matrixText(
  changed: ChangedStacks,
  format: MatrixFormat,
  { job = "preview" }: MatrixTextOptions = {},
): string {
  switch (format) {
    case "json":
      return jsonDocument("ci matrix", changed, 2);
    case "github":
      return gitHubOutput(changed);
    case "azure":
      return azureVariables(changed);
    case "gitlab":
      return gitLabPipeline(changed, job);
  }
}

/** The same without some stacks, which then count as excluded. */
export function withoutStacks(changed: ChangedStacks, left: readonly { readonly stack: string }[]): ChangedStacks {
  const names = left.map(({ stack }) => stack).filter((stack) => changed.stacks.includes(stack));
  if (names.length === 0) return changed;
  return {
    ...changed,
    stacks: changed.stacks.filter((stack) => !names.includes(stack)),
    excluded: [...changed.excluded, ...names].sort(),
  };
}

function gitHubOutput(changed: ChangedStacks): string {
  const { stacks, deleted } = changed;
  const outputs = {
    parts: JSON.stringify(partsOf(stacks)),
    any: String(stacks.length > 0),
    // A change of code or version: previews determine the changed customers.
    everything: String(changed.everyStackBecause !== undefined),
    deleted: JSON.stringify(deleted),
    // For `comment` and `drift`, whose --matrix reads it.
    answer: JSON.stringify({ stacks, deleted }),
  };
  return Object.entries(outputs)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** One matrix of GitHub's for each part of the stacks; none where there is no stack. */
export function partsOf(stacks: readonly string[]): { readonly stack: readonly string[] }[] {
  const n = Math.ceil(stacks.length / gitHubMatrixLimit);
  return Array.from({ length: n }, (_, part) => ({ stack: stacks.filter((_, index) => index % n === part) }));
}

/** Azure's condition of each customer's stage checks whether the list contains `,contoso,`. */
function azureVariables({ stacks, deleted }: ChangedStacks): string {
  const variable = (name: string, values: readonly string[]) =>
    `##vso[task.setvariable variable=${name};isOutput=true],${values.map((value) => `${value},`).join("")}\n`;
  return variable("stacks", stacks) + variable("deleted", deleted);
}

function gitLabPipeline({ stacks }: ChangedStacks, job: GitLabJob): string {
  // A pipeline without a job is an error to GitLab.
  if (stacks.length > gitLabPipelineLimit) {
    throw new VisibleError(
      `${stacks.length} stacks: a pipeline of GitLab's has ${gitLabPipelineLimit} deployment jobs at most. ` +
        `Set the CI/CD variable MSSP_PARTS to ${Math.ceil(stacks.length / gitLabPipelineLimit)} or more: the pipeline then runs in so many parts.`,
    );
  }
  if (stacks.length === 0) return stringify({ "no stack": { script: ["echo No stack is touched."] } });
  const report = reportOf[job];
  return stringify({
    include: [{ local: ".gitlab/gitlab-stacks.yml" }],
    ...Object.fromEntries(
      stacks.map((stack) => [`${job} ${stack}`, { extends: `.${job}`, variables: { STACK: stack } }]),
    ),
    ...(report === undefined ? {} : { [report]: { extends: `.${report}` } }),
  });
}
