import assert from "node:assert/strict";
import { parse } from "yaml";
import { matrixText } from "../../../cli/ci/matrix/matrix";

const changed = {
  stacks: ["contoso", "tailwind"],
  deleted: ["woodgrove"],
  excluded: ["dev"],
  everyStackBecause: "index.ts",
};
const nothing = { stacks: [], deleted: [], excluded: [], everyStackBecause: undefined };
const many = { ...nothing, stacks: Array.from({ length: 300 }, (_, index) => `customer-${index}`) };

describe("the matrix for a CI system", () => {
  it("contains the whole result as JSON", () =>
    assert.deepEqual(JSON.parse(matrixText(changed, "json")), { msspCiMatrix: 1, ...changed }));

  it("GitHub: outputs of a step", () => {
    const outputs = Object.fromEntries(
      matrixText(changed, "github")
        .trimEnd()
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
    );
    assert.deepEqual(JSON.parse(outputs["parts"]!), [{ stack: ["contoso", "tailwind"] }]);
    assert.equal(outputs["any"], "true");
    assert.deepEqual(JSON.parse(outputs["deleted"]!), ["woodgrove"]);
    assert.deepEqual(JSON.parse(outputs["answer"]!), { stacks: ["contoso", "tailwind"], deleted: ["woodgrove"] });
    assert.match(matrixText(nothing, "github"), /^any=false$/m);
  });

  it("GitHub: gives matrices within the limit with each stack once", () => {
    const partsOf = (found: typeof many) => {
      const text = matrixText(found, "github");
      return JSON.parse(/^parts=(.*)$/m.exec(text)?.[1] ?? "") as { stack: string[] }[];
    };
    const parts = partsOf(many);
    assert.equal(parts.length, 2);
    for (const { stack } of parts) assert.ok(stack.length > 0 && stack.length <= 256);
    assert.deepEqual(parts.flatMap(({ stack }) => stack).sort(), [...many.stacks].sort());
    assert.deepEqual(partsOf({ ...many, stacks: ["contoso"] }), [{ stack: ["contoso"] }]);
    assert.deepEqual(partsOf({ ...many, stacks: [] }), []);
  });

  it("Azure: output variables, whose conditions match whole names only", () =>
    assert.equal(
      matrixText(changed, "azure"),
      "##vso[task.setvariable variable=stacks;isOutput=true],contoso,tailwind,\n" +
        "##vso[task.setvariable variable=deleted;isOutput=true],woodgrove,\n",
    ));

  it("GitLab: a child pipeline with a job for each stack and one that reports", () => {
    assert.deepEqual(parse(matrixText(changed, "gitlab", { job: "preview" })), {
      include: [{ local: ".gitlab/gitlab-stacks.yml" }],
      "preview contoso": { extends: ".preview", variables: { STACK: "contoso" } },
      "preview tailwind": { extends: ".preview", variables: { STACK: "tailwind" } },
      comment: { extends: ".comment" },
    });
    assert.ok("issues" in (parse(matrixText(changed, "gitlab", { job: "drift" })) as object));
    assert.deepEqual(Object.keys(parse(matrixText(changed, "gitlab", { job: "up" })) as object).length, 3);
    assert.equal(Object.keys(parse(matrixText(nothing, "gitlab", { job: "up" })) as object).length, 1);
  });
});
