import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { version } from "@pulumi/pulumi/version";
import * as automation from "@pulumi/pulumi/automation";
import { RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { automationStack } from "../../../program/sdk/automationStack";
import { engineCommand, workspaceWith } from "../../../program/sdk/engineCommand";
import { inspected } from "../../../program/sdk/inspectedOutput";
import { reaches, sdkVersions } from "../../../program/sdk/reaches";
import { failUnfinishedRuns } from "../../../program/sdk/failUnfinishedRuns";
import { checkout } from "../../cli/mssp";

const folder = path.join(checkout, "program", "sdk");
/** Files of the folder that reach for nothing themselves. */
const helpers = ["isOn.js", "missingMember.ts", "reaches.ts", "sdkModule.js", "shortcuts.js"];

describe("program/sdk", () => {
  it("the table has a row for each file, with a test that exists", () => {
    const files = readdirSync(folder).filter((file) => !helpers.includes(file));
    assert.deepEqual(reaches.map(({ file }) => file).sort(), files.sort());
    for (const { test } of reaches) assert.ok(existsSync(path.join(checkout, test)), test);
  });

  it("no other folder of the product loads a file of the SDK that is no part of its interface", () => {
    const rooms = ["cli", "components", "domain", "extensions", "plugin", "policy", "settings"];
    const files = rooms.flatMap((room) =>
      readdirSync(path.join(checkout, room), { recursive: true, encoding: "utf8" }).map((file) =>
        path.join(room, file),
      ),
    );
    const reaching = [...files, "index.ts", "launcher.js"]
      .filter((file) => /\.(ts|js)$/.test(file))
      .filter((file) =>
        /"@pulumi\/pulumi\/(?!automation"|provider"|proto\/)/.test(readFileSync(path.join(checkout, file), "utf8")),
      );
    // It only loads ahead what `@pulumi/policy` needs.
    assert.deepEqual(reaching, ["policy/pack.js"]);
  });

  it("each reach gains at least 50 ms, or something else than time", () => {
    for (const { file, gain } of reaches) assert.ok(typeof gain === "string" || gain.milliseconds >= 50, file);
  });

  it("the installed SDK is of the table's range", () => {
    const number = (text: string) => text.split(".").reduce((sum, part) => sum * 10_000 + Number(part), 0);
    assert.ok(number(version) >= number(sdkVersions.from) && number(version) <= number(sdkVersions.to), version);
  });

  it("the installed SDK has each member", () => {
    for (const { file, members } of reaches) {
      for (const [module, member] of members) {
        // eslint-disable-next-line @typescript-eslint/no-require-imports
        const exported = require(module) as Record<string, unknown>;
        const names = member === "" ? [] : member.split(".");
        const value = names.reduce<unknown>(
          (part, name) => (part as Record<string, unknown> | undefined)?.[name],
          exported,
        );
        assert.notEqual(value, undefined, `${file}: ${module} has no ${member}`);
      }
    }
  });

  describe("with an SDK that has other members", () => {
    it("outputs without isKnown are refused with the member's name", () => {
      assert.ok(inspected(pulumi.output(1)).isKnown instanceof Promise);
      const other = {} as pulumi.Output<unknown>;
      assert.throws(() => inspected(other), /The installed @pulumi\/pulumi has no Output\.isKnown/);
    });

    it("an Automation API without one of the members is refused with its name", async () => {
      await assert.rejects(automationStack(automation, "dev", {} as never), /has no Object\.selectStack/);
      const ignoring = () => Promise.resolve({} as never);
      await assert.rejects(workspaceWith(engineCommand("pulumi", "3.259.0"), ignoring), /LocalWorkspaceOptions/);
    });
  });

  it("a stack of the Automation API starts no engine to select it or to read outputs", async () => {
    const command = {
      ...engineCommand("pulumi", "3.259.0"),
      run: () => Promise.reject(new Error("the engine started")),
    };
    const workspace = await workspaceWith(command, (pulumiCommand) =>
      automation.LocalWorkspace.create({ pulumiCommand, workDir: folder, envVars: {} }),
    );
    const stack = await automationStack(automation, "dev", workspace);
    assert.deepEqual([await stack.outputs(), await stack.info()], [{}, undefined]);
  });

  it("a run that the SDK calls a good one fails if its program has not ended", async () => {
    type Answer = (error: null, response: RunResponse) => void;
    class LanguageServer {
      constructor(readonly program: () => unknown) {}
      async run(_call: unknown, answer: Answer): Promise<void> {
        await Promise.resolve(this.program()).catch(() => undefined);
        answer(null, new RunResponse());
      }
    }
    failUnfinishedRuns(() => ({ LanguageServer }));
    const errorOf = (program: () => unknown) =>
      new Promise((resolve) => {
        void new LanguageServer(program).run({}, (_error, response) => resolve(response.getError()));
      });
    assert.equal(await errorOf(() => ({})), "");
    assert.match(String(await errorOf(() => Promise.reject(new Error("14 UNAVAILABLE")))), /so nothing was deleted/);
    assert.throws(() => failUnfinishedRuns(() => ({})), /has no LanguageServer\.run/);
  });
});
