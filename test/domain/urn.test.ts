import assert from "node:assert/strict";
import { parseUrn, typeAndName, urnName } from "../../domain/urn";

describe("domain/urn", () => {
  const urn = "urn:pulumi:contoso::defender-mssp::a:index:A$b:index:B$azuread:index/group:Group::access::tier1";

  it("splits a URN with parents and a name that contains the separator", () => {
    assert.deepEqual(parseUrn(urn), {
      stack: "contoso",
      project: "defender-mssp",
      qualifiedType: "a:index:A$b:index:B$azuread:index/group:Group",
      type: "azuread:index/group:Group",
      parentType: "b:index:B",
      name: "access::tier1",
    });
    assert.equal(urnName(urn), "access::tier1");
    assert.equal(typeAndName(urn), "a:index:A$b:index:B$azuread:index/group:Group::access::tier1");
  });

  it("gives a resource without a parent its own type", () => {
    const { type, qualifiedType } = parseUrn("urn:pulumi:dev::p::pulumi:providers:azuread::customer");
    assert.equal(type, "pulumi:providers:azuread");
    assert.equal(qualifiedType, type);
  });

  it("leaves the parts empty of a text that is no URN", () => {
    assert.deepEqual(parseUrn("group"), {
      stack: "group",
      project: "",
      qualifiedType: "",
      type: "",
      parentType: "",
      name: "",
    });
    assert.equal(typeAndName("group"), "");
  });
});
