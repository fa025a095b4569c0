/** Whether the judge judges: what it must object to. */
import assert from "node:assert/strict";
import type { Json } from "../../../src/cloud/model";
import { hasRoute, metadataProblems } from "./csdl";
import { needsReference } from "./reference";

describe("checks of answers against the metadata", function () {
  before(function () {
    needsReference(this);
  });

  const context = (what: string): string => `http://127.0.0.1/v1.0/$metadata#${what}`;
  const problems = (what: string, rest: Record<string, Json>): string[] =>
    metadataProblems("v1.0", 200, { "@odata.context": context(what), ...rest });

  const objections: [what: string, body: Record<string, Json>, objection: RegExp][] = [
    ["applications/$entity", { colour: "red" }, /graph\.application has no property colour/],
    ["applications/$entity", { displayName: 5 }, /5 is no Edm\.String/],
    ["applications/$entity", { tags: null }, /tags is null/],
    ["applications/$entity", { tags: "x" }, /tags is no array/],
    ["applications/$entity", { web: { colour: 1 } }, /graph\.webApplication has no property colour/],
    ["applications", { value: [{ createdDateTime: "yesterday" }] }, /is no Edm\.DateTimeOffset/],
    ["users(id)/$entity", { accountEnabled: "yes" }, /is no Edm\.Boolean/],
    ["directoryObjects", { value: [{ "@odata.type": "#microsoft.graph.nothing" }] }, /no type graph\.nothing/],
    ["directoryObjects", { value: [{ "@odata.type": "#microsoft.graph.group", surname: "x" }] }, /no property surname/],
    ["applications('x')/owners", { value: [{ displayName: "x" }] }, /graph\.directoryObject has no property/],
    ["nothings", { value: [] }, /nothing for the context/],
    ["Collection(Edm.String)", { value: [1] }, /is no Edm\.String/],
    ["microsoft.graph.passwordCredential", { colour: 1 }, /has no property colour/],
  ];
  for (const [what, body, objection] of objections) {
    it(`check: ${JSON.stringify(body)} is refused as ${what}`, () =>
      assert.match(problems(what, body).join(), objection));
  }

  it("check: a value outside an enumeration is refused, one inside is accepted", () => {
    const domain = (state: string): string[] => problems("organization/$entity", { partnerTenantType: state });
    assert.match(domain("friend").join(), /is no graph\.partnerTenantType/);
    assert.deepEqual(domain("microsoftSupport"), []);
  });

  it("check: an error in another envelope is refused", () => {
    assert.match(metadataProblems("v1.0", 404, { error: "not found" }).join(), /not Graph's error envelope/);
  });

  for (const [method, path, expected] of [
    ["GET", "/applications/{id}/owners", true],
    ["POST", "/applications/{id}/addPassword", true],
    ["GET", "/applications/{id}/addPassword", false],
    ["POST", "/applications/{id}/addColour", false],
    ["GET", "/colours", false],
    ["GET", "/applications/{id}/{other}", false],
    ["GET", "/directory/deletedItems/microsoft.graph.application", true],
    ["GET", "/directory/deletedItems/microsoft.graph.colour", false],
    ["PUT", "/applications/{id}/logo", true],
    ["PUT", "/applications/{id}/displayName", false],
  ] as const) {
    it(`metadata: ${method} ${path} ${expected ? "exists" : "does not exist"}`, () =>
      assert.equal(hasRoute("v1.0", method, path), expected));
  }
});
