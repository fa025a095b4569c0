/**
 * Pipelines with a job for each part of the fleet: previews on changes, `up` on main, nightly drift
 * checks.
 */
import { stringify } from "yaml";
import type { PipelineSystem } from "./systems";

export interface PipelineOptions {
  /** Jobs that share the customers. */
  readonly parts: number;
}

const pins = {
  checkout: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
  node: "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0",
};
const policyPack = "node_modules/defender-mssp/policy";
const canary = "--canary 1 --max-failures 3";

export function pipelineText(system: PipelineSystem, { parts }: PipelineOptions): string {
  const texts = { github: gitHub, gitlab: gitLab, azure: azure };
  return texts[system](parts);
}

const head = [
  "# Written by `npx mssp fleet manifests`. Not tried on a real tenant.",
  "# Each job runs its part of the customers; `npx mssp fleet preview --part 1/2` shows what a part is.",
  "",
].join("\n");

function gitHub(parts: number): string {
  const part = Array.from({ length: parts }, (_, index) => `${index + 1}/${parts}`);
  const workflow = {
    name: "fleet",
    on: { pull_request: {}, push: { branches: ["main"] }, schedule: [{ cron: "17 2 * * *" }] },
    permissions: {},
    jobs: {
      preview: gitHubJob("preview", part, {
        if: "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository",
        client: "MSSP_PREVIEW_CLIENT_ID",
        run: `npx --no mssp fleet preview --part "$PART" --changed-since "origin/$BASE" --policy-pack ${policyPack}`,
      }),
      up: gitHubJob("up", part, {
        if: "github.event_name == 'push' && github.ref == 'refs/heads/main'",
        client: "MSSP_CLIENT_ID",
        run: `npx --no mssp fleet up --yes --part "$PART" --changed-since "$BEFORE" --refresh --policy-pack ${policyPack} ${canary}`,
      }),
      drift: gitHubJob("drift", part, {
        if: "github.event_name == 'schedule' && github.ref == 'refs/heads/main'",
        client: "MSSP_PREVIEW_CLIENT_ID",
        run: 'npx --no mssp fleet preview --drift --part "$PART"',
      }),
    },
  };
  // The comment after an action's pin is not part of its value.
  return head + stringify(workflow, { lineWidth: 0 }).replaceAll(/uses: "?([^"\n]+ # v[\d.]+)"?/g, "uses: $1");
}

interface GitHubJob {
  readonly if: string;
  /** Variable that has the client ID. */
  readonly client: string;
  readonly run: string;
}

function gitHubJob(name: string, part: readonly string[], options: GitHubJob): object {
  return {
    name: `${name} \${{ matrix.part }}`,
    if: options.if,
    "runs-on": "ubuntu-24.04",
    "timeout-minutes": 330,
    permissions: { contents: "read", "id-token": "write" },
    environment: `fleet-${name}`,
    strategy: { "fail-fast": false, "max-parallel": 10, matrix: { part } },
    // Never cancel a running job: it could leave resources that are in no state.
    concurrency: { group: `fleet-${name}-\${{ matrix.part }}`, "cancel-in-progress": false },
    env: {
      ARM_USE_OIDC: "true",
      ARM_CLIENT_ID: `\${{ vars.${options.client} }}`,
      AZURE_CLIENT_ID: `\${{ vars.${options.client} }}`,
      AZURE_TENANT_ID: "${{ vars.MSSP_TENANT_ID }}",
      PULUMI_BACKEND_URL: "${{ vars.PULUMI_BACKEND_URL }}",
      PART: "${{ matrix.part }}",
      BASE: "${{ github.base_ref }}",
      BEFORE: "${{ github.event.before }}",
    },
    steps: [
      { uses: pins.checkout, with: { "persist-credentials": false, "fetch-depth": 0 } },
      { uses: pins.node, with: { "node-version": 24, "package-manager-cache": false } },
      { run: "npm ci --ignore-scripts && npx --no mssp engine" },
      { name, run: gitHubRun(options.run) },
    ],
  };
}

/** GitHub's token expires after some minutes, and each engine sends it to Entra again. */
function gitHubRun(command: string): string {
  return [
    'npx --no mssp ci oidc-token --out "$RUNNER_TEMP/azure-token"',
    'export AZURE_FEDERATED_TOKEN_FILE="$RUNNER_TEMP/azure-token"',
    '(while sleep 200; do npx --no mssp ci oidc-token --out "$RUNNER_TEMP/azure-token"; done) &',
    "renewing=$!",
    `${command} || code=$?`,
    'kill "$renewing"',
    'exit "${code:-0}"',
    "",
  ].join("\n");
}

function gitLab(parts: number): string {
  const job = (rules: object[], environment: string, client: string, script: string) => ({
    image: "node:24-bookworm",
    interruptible: false,
    ...(parts === 1 ? {} : { parallel: parts }),
    rules,
    environment: { name: environment, ...(environment === "fleet-up" ? {} : { action: "verify" }) },
    resource_group: `${environment}-$CI_NODE_INDEX`,
    id_tokens: { AZURE_ID_TOKEN: { aud: "api://AzureADTokenExchange" } },
    variables: { ARM_USE_OIDC: "true", CLIENT_ID: client, GIT_DEPTH: "0" },
    before_script: [
      "npm ci --ignore-scripts && npx --no mssp engine",
      "# mktemp makes a file that nobody else can read.",
      'export AZURE_FEDERATED_TOKEN_FILE="$(mktemp)" ARM_OIDC_TOKEN="$AZURE_ID_TOKEN"',
      'printf \'%s\' "$AZURE_ID_TOKEN" > "$AZURE_FEDERATED_TOKEN_FILE"',
      'export ARM_CLIENT_ID="$CLIENT_ID" AZURE_CLIENT_ID="$CLIENT_ID" AZURE_TENANT_ID="$MSSP_TENANT_ID"',
      'export PART="${CI_NODE_INDEX:-1}/${CI_NODE_TOTAL:-1}"',
    ],
    script: [script],
    artifacts: { when: "always", paths: [".mssp/fleet/"], expire_in: "1 week" },
  });
  const pipeline = {
    preview: job(
      [{ if: '$CI_PIPELINE_SOURCE == "merge_request_event"' }],
      "fleet-preview",
      "$MSSP_PREVIEW_CLIENT_ID",
      `npx --no mssp fleet preview --part "$PART" --changed-since "$CI_MERGE_REQUEST_DIFF_BASE_SHA" --policy-pack ${policyPack}`,
    ),
    up: job(
      [{ if: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH', when: "manual" }],
      "fleet-up",
      "$MSSP_CLIENT_ID",
      `npx --no mssp fleet up --yes --part "$PART" --changed-since "$CI_COMMIT_BEFORE_SHA" --refresh --policy-pack ${policyPack} ${canary}`,
    ),
    drift: job(
      [{ if: '$CI_PIPELINE_SOURCE == "schedule"' }],
      "fleet-drift",
      "$MSSP_PREVIEW_CLIENT_ID",
      'npx --no mssp fleet preview --drift --part "$PART"',
    ),
  };
  return head + stringify(pipeline, { lineWidth: 0 });
}

function azure(parts: number): string {
  const step = (connection: string, command: string) => [
    { checkout: "self", fetchDepth: 0, persistCredentials: false },
    { task: "NodeTool@0", inputs: { versionSpec: "24.x" } },
    { bash: "npm ci --ignore-scripts && npx --no mssp engine", displayName: "Get ready" },
    {
      task: "AzureCLI@2",
      displayName: "Fleet",
      inputs: {
        azureSubscription: connection,
        addSpnToEnvironment: true,
        scriptType: "bash",
        scriptLocation: "inlineScript",
        inlineScript: [
          "set -euo pipefail",
          'export AZURE_FEDERATED_TOKEN_FILE="$(mktemp)"',
          'printf \'%s\' "$idToken" > "$AZURE_FEDERATED_TOKEN_FILE"',
          'export AZURE_CLIENT_ID="$servicePrincipalId" AZURE_TENANT_ID="$tenantId"',
          'export ARM_USE_OIDC=true ARM_OIDC_TOKEN="$idToken" ARM_CLIENT_ID="$servicePrincipalId"',
          command,
          "",
        ].join("\n"),
      },
      env: {
        PART: `$(System.JobPositionInPhase)/${parts}`,
        BASE: "$(System.PullRequest.TargetBranchName)",
        PULUMI_BACKEND_URL: "$(PULUMI_BACKEND_URL)",
      },
    },
  ];
  const strategy = parts === 1 ? {} : { strategy: { parallel: parts } };
  const job = (name: string, condition: string, command: string) => ({
    job: name,
    condition,
    timeoutInMinutes: 330,
    pool: { vmImage: "ubuntu-24.04" },
    ...strategy,
    steps: step(`mssp-${name}`, command),
  });
  const pipeline = {
    trigger: { branches: { include: ["main"] } },
    pr: { branches: { include: ["main"] } },
    schedules: [{ cron: "17 2 * * *", displayName: "Drift", branches: { include: ["main"] }, always: true }],
    jobs: [
      job(
        "preview",
        "eq(variables['Build.Reason'], 'PullRequest')",
        `npx --no mssp fleet preview --part "$PART" --changed-since "origin/$BASE" --policy-pack ${policyPack}`,
      ),
      job(
        "up",
        "and(eq(variables['Build.SourceBranch'], 'refs/heads/main'), ne(variables['Build.Reason'], 'Schedule'))",
        `npx --no mssp fleet up --yes --part "$PART" --refresh --policy-pack ${policyPack} ${canary}`,
      ),
      job("drift", "eq(variables['Build.Reason'], 'Schedule')", 'npx --no mssp fleet preview --drift --part "$PART"'),
    ],
  };
  return head + stringify(pipeline, { lineWidth: 0 });
}
