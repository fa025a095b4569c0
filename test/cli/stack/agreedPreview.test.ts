/** Drift that two reads agree on, and what a refresh did not find soon after its write. */
import assert from "node:assert/strict";
import { agreedPreview, droppedByRefresh, droppedText, needsAnotherRead } from "../../../cli/stack/agreedPreview";
import type { StateResource } from "../../../cli/stack/deployment";
import { driftReport } from "../../../cli/ci/drift/drift";
import { previewOf } from "../ci/samples";

const group = "urn:pulumi:contoso::defender-mssp::azuread:index/group:Group::tier-1";
const renamed = { name: "renamed", properties: [{ name: "displayName", before: "x", after: "y" }] };
const dropped = { urn: group, id: "/groups/g1", writtenOn: "2026-11-26T09:50:00Z" };

describe("two previews of a tenant", () => {
  it("drift is what both show", () => {
    const agreed = agreedPreview(previewOf([renamed, { name: "flaps" }]), previewOf([renamed]));
    assert.deepEqual(
      [agreed.changes.map(({ name }) => name), agreed.changing?.map(({ name }) => name)],
      [["renamed"], ["flaps"]],
    );
    const report = driftReport(agreed);
    assert.equal(report.state, "drifted");
    assert.match(report.body, /Changing: look again\n[^]*flaps/);
  });

  it("a difference that only one shows is changing, also where its values differ", () => {
    const other = { ...renamed, properties: [{ name: "displayName", before: "z", after: "y" }] };
    for (const second of [previewOf([]), previewOf([other])]) {
      const agreed = agreedPreview(previewOf([renamed]), second);
      assert.deepEqual([agreed.changes.length, agreed.changing?.length], [0, 1]);
      assert.equal(driftReport(agreed).state, "changing");
    }
    assert.equal(driftReport(agreedPreview(previewOf([]), previewOf([]))).state, "clean");
  });

  it("a second read that fails is a failure, and additions of the first stay", () => {
    const part = { name: "added consents", state: "failed" as const, reason: "x", additions: [] };
    const first = previewOf([renamed], { additions: [part] });
    assert.deepEqual(agreedPreview(first, previewOf([renamed])).additions, [part]);
    assert.equal(agreedPreview(first, previewOf([], { failed: true })).failed, true);
    assert.deepEqual([needsAnotherRead(first), needsAnotherRead(previewOf([]))], [true, false]);
  });

  it("an object that the second read finds is not dropped", () => {
    const first = previewOf([{ operation: "create", name: "tier-1" }], { dropped: [dropped] });
    assert.deepEqual(agreedPreview(first, first).dropped, [dropped]);
    const found = agreedPreview(first, previewOf([]));
    assert.deepEqual([found.dropped, found.changes, found.changing?.length], [undefined, [], 1]);
  });
});

describe("what a refresh did not find", () => {
  const now = new Date("2026-11-26T10:00:00Z");
  const resource = (changes: Partial<StateResource>): StateResource => ({
    urn: group,
    type: "azuread:index/group:Group",
    id: "/groups/g1",
    custom: true,
    delete: false,
    retainOnDelete: false,
    inputs: {},
    outputs: {},
    created: "2026-11-26T08:00:00Z",
    modified: dropped.writtenOn,
    ...changes,
  });
  const of = (changes: Partial<StateResource>, created = [group]) =>
    droppedByRefresh({ resources: [resource(changes)] }, created, now);

  it("is an object of azuread that was written within the hour, and that the engine would create", () => {
    assert.deepEqual(of({}), [dropped]);
    assert.deepEqual(of({}, []), []);
    assert.deepEqual(of({ modified: "2026-11-26T08:59:00Z" }), []);
    assert.deepEqual(of({ type: "pulumi-nodejs:dynamic/defender-mssp:Guest" }), []);
    assert.deepEqual(of({ id: "" }), []);
    assert.deepEqual(of({ modified: undefined, created: "2026-11-26T09:50:00Z" }), [dropped]);
  });

  it("each command says what it means there", () => {
    assert.match(droppedText(dropped, "preview"), /"tier-1" \(\/groups\/g1\), written at 09:50 UTC.*a second time\.$/);
    for (const command of ["up", "refresh"] as const)
      assert.match(droppedText(dropped, command), /npx mssp doctor --repair --stack contoso/);
  });
});
