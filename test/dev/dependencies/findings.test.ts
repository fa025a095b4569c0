import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { auditFindings, isAllowed, lockfileFindings } from "../../../dev/dependencies/findings";

const lockfile = (entry: object) => ({
  lockfileVersion: 3,
  packages: { "": { license: "Apache-2.0" }, "node_modules/a/node_modules/@scope/b": entry },
});
const good = { license: "MIT", integrity: "sha512-x", resolved: "https://registry.example/b.tgz" };

describe("the check of the dependencies", () => {
  it("reports nothing for this project's lockfile", () => {
    const file = path.resolve(__dirname, "..", "..", "..", "package-lock.json");
    assert.deepEqual(lockfileFindings(JSON.parse(readFileSync(file, "utf8"))), []);
  });

  it("reports a licence that is not allowed and a missing one", () => {
    assert.deepEqual(lockfileFindings(lockfile(good)), []);
    for (const license of ["GPL-3.0-only", "UNLICENSED", "MIT AND GPL-2.0-only", undefined])
      assert.match(
        lockfileFindings(lockfile({ ...good, license })).join(),
        /^@scope\/b: the licence .* is not allowed$/,
      );
  });

  it("allows MPL-2.0 in development, and not in what is installed", () => {
    assert.deepEqual(lockfileFindings(lockfile({ ...good, license: "MPL-2.0", dev: true })), []);
    assert.match(lockfileFindings(lockfile({ ...good, license: "MPL-2.0" })).join(), /MPL-2\.0 is not allowed/);
    assert.match(lockfileFindings(lockfile({ ...good, license: "GPL-3.0-only", dev: true })).join(), /not allowed/);
  });

  it("licence expressions: one alternative of OR, all parts of AND", () => {
    for (const licence of ["MIT", "(BSD-3-Clause AND Apache-2.0)", "GPL-2.0-only OR MIT"])
      assert.ok(isAllowed(licence), licence);
    for (const licence of ["GPL-2.0-only OR AGPL-3.0-only", "MIT AND SSPL-1.0", ""])
      assert.ok(!isAllowed(licence), licence);
  });

  it("reports packages without an exact version, over http, or with an install script", () => {
    assert.match(lockfileFindings(lockfile({ ...good, integrity: undefined })).join(), /no integrity/);
    assert.match(lockfileFindings(lockfile({ ...good, resolved: "http://x.example/b.tgz" })).join(), /https/);
    assert.match(lockfileFindings(lockfile({ ...good, hasInstallScript: true })).join(), /runs a script/);
  });

  it("reports vulnerabilities of moderate severity or higher, and a missing audit report", () => {
    const vulnerability = (severity: string) =>
      JSON.stringify({ vulnerabilities: { b: { severity, range: "<2.0.0" } } });
    assert.deepEqual(auditFindings(vulnerability("high")), ["b <2.0.0: a known vulnerability, high"]);
    assert.deepEqual(auditFindings(vulnerability("low")), []);
    for (const none of ["", "no", '{ "message": "405 Method Not Allowed", "statusCode": 405 }'])
      assert.equal(auditFindings(none), undefined);
  });
});
