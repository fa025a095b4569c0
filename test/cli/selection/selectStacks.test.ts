import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { execa } from "execa";
import { stringify } from "yaml";
import { readInventory, sharedTenantNotes } from "../../../cli/stack/inventory";
import { Journal } from "../../../cli/stack/journal";
import { selectStacks } from "../../../cli/selection/selectStacks";
import type { SelectionOptions } from "../../../cli/selection/selectionOptions";
import { readProject } from "../../../settings/project";
import { requiredSettings } from "../../settings/required";

describe("the fleet's inventory and selectors", () => {
  let folder: string;

  beforeEach(async () => {
    folder = newFolder();
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: defender-mssp\nruntime: nodejs\n");
    await write("contoso", { tags: ["tier=gold", "region=eu"] });
    await write("contoso-lab", { tags: ["tier=silver"] });
    await write("fabrikam", {});
    await write("dev", {});
    await writeFile(path.join(folder, "Pulumi.broken.yaml"), "config: [\n");
  });

  it("list every settings file, with the problem of an invalid one", async () => {
    const inventory = await readInventory(await readProject(folder), {});
    assertEach(inventory, ({ stack }) => stack, ["broken", "contoso", "contoso-lab", "dev", "fabrikam"]);
    assert.match(inventory[0]?.problem ?? "", /Pulumi\.broken\.yaml:\d+:\d+ is not valid YAML/);
    assert.deepEqual(inventory[1], {
      stack: "contoso",
      customerName: "Contoso",
      tenantId: requiredSettings.tenantId,
      tags: ["tier=gold", "region=eu"],
      sharesTenantWith: ["contoso-lab", "dev", "fabrikam"],
    });
  });

  it("name stacks with one tenant until each names the others, and warn of those that are selected", async () => {
    const read = async () => readInventory(await readProject(folder), {});
    assert.match(
      sharedTenantNotes(await read(), ["fabrikam"]).join(),
      /^The stacks contoso, contoso-lab, dev, fabrikam have one tenantId, /,
    );
    assert.deepEqual(sharedTenantNotes(await read(), ["broken"]), []);
    const all = ["contoso", "contoso-lab", "dev", "fabrikam"];
    for (const stack of all) await write(stack, { sharedTenantWith: all.filter((other) => other !== stack) });
    assert.deepEqual(sharedTenantNotes(await read()), []);
    assert.ok((await read()).every(({ sharesTenantWith }) => sharesTenantWith === undefined));
  });

  it("omit the sandbox's customers unless named", async () => {
    assert.deepEqual(await names({}), ["broken", "contoso", "contoso-lab", "fabrikam"]);
    assert.deepEqual(await names({ stack: ["dev"] }), ["dev"]);
    assert.deepEqual(await names({ stack: ["contoso*", "d*"] }), ["contoso", "contoso-lab", "dev"]);
  });

  it("select by tags: all must match", async () => {
    assert.deepEqual(await names({ tag: ["tier"] }), ["contoso", "contoso-lab"]);
    assert.deepEqual(await names({ tag: ["tier=gold"] }), ["contoso"]);
    assert.deepEqual(await names({ tag: ["tier=gold", "region=us"] }), []);
    assert.deepEqual(await names({ tag: ["tier=g"] }), []);
  });

  it("select by the last runs: never run, failed, stale", async () => {
    const old = Journal.begin(path.join(folder, "runs"), plan("up"), new Date());
    const ended = { seconds: 1, tries: 1, messages: [], nextSteps: [] };
    old.ended({ stack: "contoso", state: "changed", ...ended });
    old.ended({ stack: "fabrikam", state: "failed", ...ended });
    old.finish();
    assert.deepEqual(await names({ status: ["failed"] }), ["fabrikam"]);
    assert.deepEqual(await names({ status: ["never"] }), ["broken", "contoso-lab"]);
    assert.deepEqual(await names({ status: ["stale"] }), ["broken", "contoso-lab", "fabrikam"]);
    assert.deepEqual(await names({ status: ["changed", "failed"] }), ["contoso", "fabrikam"]);
  });

  it("select what commits have touched", async () => {
    const git = (...args: string[]) =>
      execa("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], { cwd: folder });
    await rm(path.join(folder, "Pulumi.broken.yaml"));
    await git("init", "-q");
    await git("add", ".");
    await git("commit", "-qm", "one");
    await write("fabrikam", { tags: ["tier=gold"] });
    await git("commit", "-qam", "two");
    assert.deepEqual(await names({ changedSince: "HEAD~1" }), ["fabrikam"]);
    assert.deepEqual(await names({ changedSince: "HEAD" }), []);
  });

  it("refuse a name that matches no stack", () =>
    assert.rejects(names({ stack: ["contoso", "contosso"] }), (error: unknown) => {
      assert.ok(error instanceof VisibleError);
      assert.match(error.message, /No stack matches "contosso"\. Stacks: broken, contoso,/);
      return true;
    }));

  async function names(options: Partial<SelectionOptions>): Promise<string[]> {
    const place = { folder, environment: {}, journals: path.join(folder, "runs"), now: new Date() };
    const chosen = await selectStacks(await readInventory(await readProject(folder), {}), options, place);
    return chosen.map(({ stack }) => stack);
  }

  async function write(stack: string, settings: object): Promise<void> {
    const config = Object.entries({ ...requiredSettings, analysts: [], ...settings });
    const file = stringify({
      config: Object.fromEntries(config.map(([key, value]) => [`defender-mssp:${key}`, value])),
    });
    await writeFile(path.join(folder, `Pulumi.${stack}.yaml`), file);
  }
});

function plan(command: "up") {
  return { command, stacks: ["contoso", "fabrikam"], refresh: false, drift: false, policyPacks: [] };
}
