/** The certificate of an application whose deployment was cut off after Entra had taken it. */
import assert from "node:assert/strict";
import { makeTestCertificate } from "@defender-mssp/testkit";
import { keyOrphans } from "../../../../cli/tenant/orphans/keyOrphans";
import { Deployed } from "../../../../cli/tenant/deployed";
import type { Settings } from "../../../../settings";

describe("keyOrphans", () => {
  it("lists the certificate of the settings that the state lacks, and no other", async () => {
    const { certificatePem, sha1 } = await makeTestCertificate();
    const customKeyIdentifier = Buffer.from(sha1, "base64url").toString("hex").toUpperCase();
    const key = (keyId: string, of = customKeyIdentifier) => ({ keyId, customKeyIdentifier: of });
    const keyCredentials = [key("known"), key("orphan"), key("others", "0".repeat(40))];
    const connector = { kind: "customerApp", credential: { type: "certificate", certificate: certificatePem } };
    const certificate = {
      type: "",
      id: "/applications/a/certificate/known",
      objectId: "known",
      inputs: {},
      outputs: {},
    };
    const found = await keyOrphans(
      { list: () => Promise.resolve([]) },
      { id: "a", displayName: "SIEM", keyCredentials },
      { connector } as unknown as Settings,
      new Deployed([certificate]),
    );
    assert.deepEqual(
      found.map(({ id, isSecret, removal }) => [id, isSecret, removal]),
      [
        [
          "orphan",
          true,
          {
            method: "PATCH",
            path: "/v1.0/applications/a",
            json: { keyCredentials: [keyCredentials[0], keyCredentials[2]] },
          },
        ],
      ],
    );
  });
});
