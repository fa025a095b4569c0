/**
 * The program with the official azuread plugin in place of the stand-in: the judge of both, and of
 * the sandbox. Takes two minutes, as that plugin waits 20 s for most creates and deletes; needs the
 * plugin, which is not downloaded for this.
 */
import assert from "node:assert/strict";
import path from "node:path";
import type { PluginSet } from "@defender-mssp/plugins";
import { dump, compareDumps, type Dump } from "@defender-mssp/sandbox";
import type { SandboxProject } from "@defender-mssp/testkit";
import { execa } from "execa";
import { ana, ben, checkout, createProject, customer } from "../e2e/support";
import { officialPlugin, whereItWasLookedFor, withOfficialPlugin } from "./officialPlugins";

const user = withOfficialPlugin();
const sets: readonly PluginSet[] = ["stand-in", "official"];

describe(officialPlugin, function () {
  if (user === undefined) {
    it(whereItWasLookedFor);
    return;
  }

  const projects = new Map<PluginSet, SandboxProject>();
  const untouched = new Map<PluginSet, string>();
  const startedAt = new Date();

  before(async () => {
    for (const set of sets) {
      const project = await createProject({ sharedRuntime: false });
      projects.set(set, project);
      await project.writeSettings("contoso", customer(7, { analysts: [ana, ben] }));
      await project.addStack("contoso");
      // Makes the customer's tenant, as the settings describe it.
      await pulumi(set, "stack", "ls");
      untouched.set(set, textOf(set));
    }
  });
  after(() => Promise.all([...projects.values()].map((project) => project.dispose())));

  function of(set: PluginSet): SandboxProject {
    const project = projects.get(set);
    assert.ok(project);
    return project;
  }

  function textOf(set: PluginSet): string {
    return dump(of(set).sandbox.cloud);
  }

  function dumpOf(set: PluginSet): Dump {
    return { text: textOf(set), startedAt };
  }

  /**
   * `mssp sandbox run --plugins <set> -- pulumi …` in the set's project; answers what was said on
   * stdout and stderr.
   */
  async function pulumi(set: PluginSet, ...args: readonly string[]): Promise<string> {
    const project = of(set);
    const command = path.join(project.folder, "node_modules", ".bin", "pulumi");
    const options = ["--home", path.join(project.folder, ".sandbox"), "--plugins", set];
    const { all } = await execa(
      process.execPath,
      [
        path.join(checkout, "cli", "mssp.js"),
        "sandbox",
        "run",
        ...options,
        "--",
        command,
        ...args,
        "--non-interactive",
      ],
      { cwd: project.folder, all: true, stdin: "ignore", env: user },
    );
    return all;
  }

  it("the official plugin onboards a customer", async () => {
    const up = ["up", "--stack", "contoso", "--yes", "--skip-preview", "--parallel", "32"];
    const [, said] = await Promise.all([pulumi("stand-in", ...up), pulumi("official", ...up)]);
    assert.match(said, /^mssp: official plugin azuread\b.*: \//m);
  });

  it("the official plugin leaves the same tenants as the stand-in", () => {
    assert.deepEqual(compareDumps(dumpOf("stand-in"), dumpOf("official")), { onlyLeft: [], onlyRight: [] });
    assert.notEqual(textOf("official"), untouched.get("official"));
  });

  it("the official plugin finds no change afterwards, in the state or the tenant", async () => {
    await pulumi("official", "preview", "--stack", "contoso", "--expect-no-changes");
    await pulumi("official", "preview", "--stack", "contoso", "--expect-no-changes", "--refresh");
  });

  it("the official plugin destroys everything", async () => {
    await pulumi("official", "destroy", "--stack", "contoso", "--yes", "--skip-preview", "--parallel", "32");
    assert.equal(textOf("official"), untouched.get("official"));
  });

  it("the official plugin made only requests that the sandbox serves", () =>
    assert.deepEqual(of("official").sandbox.undocumentedRequests, []));
});
