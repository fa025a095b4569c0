/**
 * A resource of a type that no kind of access has, here of an extension: every command that reads the
 * state names it. None drops it, and none counts it as gone.
 */
import assert from "node:assert/strict";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fixture } from "@defender-mssp/testkit";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import { inSession as mssp } from "../cli/testSession";
import { ana, createProject, customer } from "./support";

const stack = "contoso";
const unknown = /pulumi-nodejs:dynamic:Resource/;

const extension = `import * as pulumi from "@pulumi/pulumi";
import type { Extension } from "./index";

export const extend: Extension = () => {
  const provider: pulumi.dynamic.ResourceProvider = { create: async (inputs) => ({ id: "office-1", outs: inputs }) };
  new (class extends pulumi.dynamic.Resource {})(provider, "office", { floor: 1 });
};
`;

describe("a resource of an unknown type", function () {
  const project = fixture(() => createProject({ sharedRuntime: false }));

  before(async () => {
    await writeFile(path.join(project.folder, "extensions", "office.ts"), extension);
    await project.writeSettings(stack, customer(0x70, { analysts: [ana], extension: "office" }));
    await project.addStack(stack);
    const { stdout, stderr } = await project.run(["preview", "--stack", stack]);
    const [, hash = assert.fail(stdout + stderr)] =
      /office carries code .* \(SHA-256 ([0-9a-f]{64})\)/.exec(stdout + stderr) ?? [];
    project.environment["MSSP_ALLOWED_STATE_CODE"] = hash;
    await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
  });

  const run = async (...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await mssp(args, { folder: project.folder, environment: project.environment });
    return `${stdout}\n${stderr}`;
  };
  const day = new Date().toISOString().slice(0, 10);

  for (const args of [
    ["doctor", "--stack", stack],
    ["doctor", "--stack", stack, "--json"],
    ["doctor", "--stack", stack, "--repair"],
    ["doctor", "--stack", stack, "--before-destroy"],
    ["doctor", "--stack", stack, "--before-destroy", "--json"],
    ["permissions", "--stack", stack],
    ["status", "--show", "onboarding", "--stack", stack],
    ["status", "--show", "onboarding", "--stack", stack, "--json"],
    ["verify", "--stack", stack],
    ["verify", "--stack", stack, "--json"],
    ["report", "--stack", stack, "--out", "report.html"],
    ["report", "--stack", stack, "--live", "--out", "live.html"],
    ["evidence", "--stack", stack, "--since", day, "--until", day, "--out", "evidence"],
    ["ci", "check-state", "--stack", stack],
    ["ci", "preview", "--stack", stack, "--drift", "--out", "drift.json"],
  ]) {
    it(`is named by mssp ${args.filter((arg) => arg !== stack && arg !== "--stack").join(" ")}`, async () => {
      const printed = await run(...args);
      const file = args.at(-2) === "--out" ? await filesOf(path.join(project.folder, args.at(-1)!)) : "";
      assert.match(printed + file, unknown);
      assert.match(printed + file, /office/);
    });
  }

  it("is named by the certificate of mssp offboard as something to confirm, never as gone", async () => {
    await run("offboard", "--stack", stack, "--yes", "--without", "evidence", "--out", "off");
    const text = await readFile(path.join(project.folder, "off", "certificate.json"), "utf8");
    const { removed, toConfirm } = JSON.parse(text) as Certificate;
    assert.ok(removed.length > 5);
    assert.ok(removed.every(({ type }) => !unknown.test(type)));
    assert.ok(
      toConfirm.some(({ what }) => unknown.test(what)),
      JSON.stringify(toConfirm),
    );
  });
});

async function filesOf(name: string): Promise<string> {
  const files = await readdir(name, { recursive: true }).catch(() => [""]);
  const texts = files.map((file) => readFile(path.join(name, file), "utf8").catch(() => ""));
  return (await Promise.all(texts)).join("\n");
}
