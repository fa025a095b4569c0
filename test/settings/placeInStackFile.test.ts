import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { placeInStackFile } from "../../settings/placeInStackFile";

describe("the place of a setting of the running stack", () => {
  const folder = newFolder();
  before(async () => {
    await mkdir(path.join(folder, "customers"));
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\nstackConfigDir: customers\n");
    const settings =
      "config:\n  acme:customerName: Contoso\n  acme:customerDomain: bad one\n  acme:detections: { sets: [a], except: [{ rule: b, filter: a<b }] }\n";
    await writeFile(path.join(folder, "customers", "Pulumi.dev.yaml"), settings);
  });

  const run = (stack: string, values: Record<string, string>) =>
    placeInStackFile({ folder, project: "acme", stack }, values);
  const values = { customerName: "Contoso", customerDomain: "bad one" };

  it("is file, line and column, and the line of config for a setting that is missing", () => {
    const place = run("dev", values);
    assert.equal(place?.placeOf("customerDomain"), "customers/Pulumi.dev.yaml:3:3");
    assert.equal(place.placeOf("tenantId"), "customers/Pulumi.dev.yaml:1:1");
  });

  it("is known for a map, whose keys the engine sorts and whose characters it escapes", () => {
    const detections = String.raw`{"except":[{"filter":"a\u003cb","rule":"b"}],"sets":["a"]}`;
    const placeOf = (value: string) =>
      run("dev", { ...values, detections: value })?.placeOf("detections.except[0].filter");
    assert.equal(placeOf(detections), "customers/Pulumi.dev.yaml:4:53");
    assert.equal(placeOf(detections.replace('"a"', '"c"')), "customers/Pulumi.dev.yaml");
  });

  it("has no line for a value of another file, as of --config-file, and no place without a file", () => {
    const place = run("dev", { ...values, customerDomain: "bad two" });
    assert.equal(place?.placeOf("customerDomain"), "customers/Pulumi.dev.yaml");
    assert.equal(place.placeOf("customerName"), "customers/Pulumi.dev.yaml:2:3");
    assert.equal(run("inline", values), undefined);
  });
});
