import assert from "node:assert/strict";
import { secretRefusal } from "@defender-mssp/microsoft";

describe("microsoft/graph: the app management policy", () => {
  it("is recognised in Graph's errors, as the provider passes them on", () => {
    const lifetime =
      "adding password: unexpected status 400 (400 Bad Request) with error: CredentialInvalidLifetimeAsPerAppPolicy: " +
      "Credential lifetime exceeds the max value allowed as per assigned policy 'aaaaaaa'.";
    assert.equal(secretRefusal(lifetime), "tooLong");
    assert.equal(
      secretRefusal("Credential lifetime exceeds the max value allowed as per assigned policy 1"),
      "tooLong",
    );
    assert.equal(
      secretRefusal("CredentialTypeNotAllowedAsPerAppPolicy: Credential type not allowed as per assigned policy 'x'."),
      "forbidden",
    );
    assert.equal(secretRefusal("Insufficient privileges to complete the operation."), undefined);
  });
});
