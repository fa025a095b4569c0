import assert from "node:assert/strict";
import { durationDays, secretLifetimeCap, secretRefusal, type Endpoints } from "@defender-mssp/microsoft";
import { loopback } from "../loopback";

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

  it("names the cap, where there is one that is enforced", async () => {
    const caps = [
      { restrictionType: "passwordLifetime", state: "enabled", maxLifetime: "P90D" },
      { restrictionType: "passwordLifetime", state: "disabled", maxLifetime: "P30D" },
      { restrictionType: "passwordAddition", state: "enabled", maxLifetime: null },
    ];
    const found: (string | undefined)[] = [];
    for (const one of caps) {
      const server = await loopback(({ url }) =>
        url.includes("/oauth2/")
          ? { body: { access_token: "t", expires_in: 3600 } }
          : { body: { applicationRestrictions: { passwordCredentials: [one] } } },
      );
      const { origin } = server;
      const endpoints: Endpoints = {
        cloud: "public",
        loginEndpoint: origin,
        graphEndpoint: origin,
        resourceManagerEndpoint: origin,
        metadataHost: undefined,
      };
      const environment = { ARM_CLIENT_ID: "id", ARM_CLIENT_SECRET: "secret" };
      found.push(await secretLifetimeCap("c0570500-0000-4000-8000-00000000000a", { endpoints, environment }));
      await server.close();
    }
    assert.deepEqual(found, ["P90D", undefined, undefined]);
  });

  it("has durations in days, where they have a fixed length", () => {
    const durations = ["P90D", "P4DT12H30M5S", "PT48H", "P2W", "P1Y", "P1M", "ninety", "P", "PT5M"];
    assert.deepEqual(durations.map(durationDays), [
      90,
      4,
      2,
      14,
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
