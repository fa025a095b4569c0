import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { checkSettings } from "../../settings";
import { readSharing } from "../../settings/readSharing";
import { unnamedSharing } from "../../settings/sharedTenant";
import { requiredSettings } from "./required";

const [a, b] = ["c0570500-0000-4000-8000-00000000000a", "c0570500-0000-4000-8000-00000000000b"];

describe("settings/sharedTenant", () => {
  it("finds stacks with one tenant unless each names the other", () => {
    const claim = (stack: string, tenantId: string, ...sharedTenantWith: string[]) => ({
      stack,
      tenantId,
      sharedTenantWith,
    });
    assert.deepEqual(unnamedSharing([claim("x", a), claim("y", b)]), []);
    assert.deepEqual(unnamedSharing([claim("y", a.toUpperCase()), claim("x", a)]), [
      { tenantId: a, stacks: ["x", "y"] },
    ]);
    assert.deepEqual(unnamedSharing([claim("x", a, "y"), claim("y", a)]), [{ tenantId: a, stacks: ["x", "y"] }]);
    assert.deepEqual(unnamedSharing([claim("x", a, "y"), claim("y", a, "x")]), []);
    const third = [claim("x", a, "y"), claim("y", a, "x"), claim("z", a, "x", "y")];
    assert.deepEqual(unnamedSharing(third), [{ tenantId: a, stacks: ["x", "y", "z"] }]);
    assert.deepEqual(unnamedSharing([{ stack: "broken" }, claim("x", a)]), []);
  });

  it("is a list of stacks' names", () => {
    const problems = (value: unknown) => {
      const result = checkSettings({ ...requiredSettings, sharedTenantWith: JSON.stringify(value) }, [], {});
      return "problems" in result ? result.problems.map(({ key }) => key).filter((key) => key !== "analysts") : [];
    };
    assert.deepEqual(problems(["contoso-lab", "contoso_2"]), []);
    assert.deepEqual(problems([]), ["sharedTenantWith"]);
    assert.deepEqual(problems("contoso"), ["sharedTenantWith"]);
    assert.deepEqual(problems(["org/project/contoso"]), ["sharedTenantWith[0]"]);
  });

  it("reads the other files of the project, whatever else is wrong with them", async () => {
    const folder = newFolder();
    const write = (file: string, ...lines: string[]) => writeFile(path.join(folder, file), `${lines.join("\n")}\n`);

    await write("Pulumi.yaml", "name: defender-mssp", "runtime: nodejs");
    await write("Pulumi.own.yaml", "config:", `  defender-mssp:tenantId: ${a}`);
    await write("Pulumi.other.yaml", "config:", `  defender-mssp:tenantId: ${b}`, `  defender-mssp:msspTenantId: ${a}`);
    await write("Pulumi.broken.yaml", `config: [ ${a}`);
    const sharing = (...sharedTenantWith: string[]) =>
      readSharing({ stack: "org/defender-mssp/own", tenantId: a, sharedTenantWith }, folder);
    assert.equal(await sharing(), undefined);
    await write(
      "Pulumi.copy.yaml",
      "config:",
      `  defender-mssp:tenantId: ${a.toUpperCase()}`,
      "  defender-mssp:nonsense: 1",
    );
    assert.deepEqual(await sharing("copy"), { tenantId: a, stacks: ["copy", "own"] });
    await write(
      "Pulumi.copy.yaml",
      "config:",
      `  defender-mssp:tenantId: ${a}`,
      "  defender-mssp:sharedTenantWith: [own]",
    );
    assert.deepEqual(await sharing(), { tenantId: a, stacks: ["copy", "own"] });
    assert.equal(await sharing("copy"), undefined);
  });
});
