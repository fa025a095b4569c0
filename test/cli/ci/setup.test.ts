import assert from "node:assert/strict";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stringify } from "yaml";
import { requiredSettings } from "../../settings/required";
import { inSession as mssp } from "../testSession";

describe("mssp ci setup, with a stand-in for gh", () => {
  const folder = newFolder();

  before(async () => {
    await mkdir(path.join(folder, "customers"));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\nstackConfigDir: customers\n");
    const config = Object.entries({ ...requiredSettings, analysts: [] }).map(([key, value]) => [`acme:${key}`, value]);
    for (const stack of ["contoso", "tailwind", "dev"])
      await writeFile(
        path.join(folder, "customers", `Pulumi.${stack}.yaml`),
        stringify({ config: Object.fromEntries(config) as object }),
      );
    const gh = `#!/bin/sh
body=""
case "$*" in *"--input -"*) body=" $(cat)";; esac
printf '%s%s\\n' "$*" "$body" >> "$GH_CALLS"
case "$*" in
  *nobody*) echo "gh: Not Found (HTTP 404)" >&2; exit 1;;
  "repo view"*) echo acme/customers;;
  "api users/ana"*) echo 11;;
  "api orgs/acme/teams/leads"*) echo 22;;
  *"customer-tailwind/deployment-branch-policies --jq"*) echo main;;
esac
`;
    await writeFile(path.join(folder, "gh"), gh);
    await chmod(path.join(folder, "gh"), 0o755);
  });

  async function setup(...args: readonly string[]) {
    const calls = path.join(folder, "calls");
    await writeFile(calls, "");
    const environment = { GH_CALLS: calls, PATH: `${folder}:${process.env["PATH"]}` };
    const ended = await mssp(["ci", "setup", ...args], { folder, environment });
    return { ...ended, calls: (await readFile(calls, "utf8")).split("\n").filter((line) => line !== "") };
  }

  it("prints an environment for each customer, and changes nothing", async () => {
    const { exitCode, stdout, stderr, calls } = await setup("--reviewer", "ana", "--client-id", "the-id");
    assert.equal(exitCode, 3, stderr);
    const names = [...stdout.matchAll(/^gh api --method PUT "repos\/acme\/customers\/environments\/([^"]+)"/gm)];
    assertEach(names, ([, name]) => name, ["customer-contoso", "customer-tailwind", "release", "drift", "preview"]);
    assert.match(stdout, /"reviewers":\[\{"type":"User","id":\$reviewer0\}\]/);
    assert.match(stdout, /^gh variable set MSSP_CLIENT_ID --repo acme\/customers --body 'the-id'$/m);
    assert.match(stderr, /required by the workflows: MSSP_PREVIEW_CLIENT_ID, PULUMI_BACKEND_URL\./);
    assertNone(calls, (call) => !call.startsWith("repo view"));
  });

  it("--yes sets reviewers, the branch once, and variables", async () => {
    const { exitCode, stderr, calls } = await setup("--yes", "--reviewer", "ana", "--reviewer", "acme/leads");
    assert.equal(exitCode, 3, stderr);
    const contoso = calls.find((call) => call.includes("PUT repos/acme/customers/environments/customer-contoso"));
    assert.deepEqual(JSON.parse(contoso?.slice(contoso.indexOf("{")) ?? ""), {
      reviewers: [
        { type: "User", id: 11 },
        { type: "Team", id: 22 },
      ],
      prevent_self_review: true,
      deployment_branch_policy: { protected_branches: false, custom_branch_policies: true },
    });
    const preview = calls.find((call) => call.includes("PUT repos/acme/customers/environments/preview")) ?? "";
    assert.match(preview, /"reviewers":\[\].*"deployment_branch_policy":null/);
    const branches = calls.filter((call) => call.includes("POST")).map((call) => call.split("/")[4]);
    assert.deepEqual(branches, ["customer-contoso", "release", "drift"]);
    assert.ok(calls.some((call) => call.startsWith("variable set MSSP_TENANT_ID ")));
  });

  it("changes nothing if a reviewer does not exist", async () => {
    const { exitCode, stderr, calls } = await setup("--yes", "--reviewer", "nobody", "--repository", "acme/customers");
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: `gh api users\/nobody --jq \.id` failed: gh: Not Found/m);
    assert.equal(calls.length, 1);
  });

  it("warns that `up` needs no approval without reviewers", async () =>
    assert.match((await setup("--stack", "contoso")).stderr, /without --reviewer nobody has to approve `up`/));

  it("refuses an invalid reviewer or repository", async () => {
    for (const args of [
      ["--reviewer", "a b"],
      ["--reviewer", "$(id)"],
      ["--repository", "acme"],
      ["--repository", "a/b/c"],
    ])
      assert.equal((await setup(...args)).exitCode, 2, args.join(" "));
  });

  it("without gh, says that --repository names the repository", async () => {
    const environment = { PATH: path.join(folder, "customers") };
    const { exitCode, stderr } = await mssp(["ci", "setup"], { folder, environment });
    assert.equal(exitCode, 1);
    assert.match(stderr, /^mssp: gh is not installed.*\nOr name the repository: --repository owner\/name\.$/m);
    const named = await mssp(["ci", "setup", "--repository", "acme/customers"], { folder, environment });
    assert.equal(named.exitCode, 3, named.stderr);
  });
});
