import assert from "node:assert/strict";
import { makeTestCertificate } from "@defender-mssp/testkit";
import { refuseLongCertificate } from "../../../components/siemConnector/longCertificate";

const now = new Date();
const inDays = (days: number) => new Date(now.getTime() + days * 24 * 60 * 60 * 1000);

describe("components: a certificate of the connector that lasts longer than the policy pack allows", () => {
  const connectorOf = (certificate: string) =>
    ({ kind: "customerApp", alertApis: ["graph"], credential: { type: "certificate", certificate } }) as const;

  it("is refused with its expiry, the limit and a remedy", async () => {
    const { certificatePem } = await makeTestCertificate(new Date("2099-01-01T00:00:00Z"));
    assert.throws(() => refuseLongCertificate(connectorOf(certificatePem), now), {
      message:
        /^connector\.credential\.certificate: it expires on 2099-01-01T00:00:00Z, \d+ days from now; at most 366 are allowed\. Nothing was changed\. Issue /,
    });
  });

  it("is accepted up to 366 days; other credentials are not checked", async () => {
    const { certificatePem } = await makeTestCertificate(inDays(366));
    refuseLongCertificate(connectorOf(certificatePem), now);
    const another = await makeTestCertificate(inDays(368));
    assert.throws(() => refuseLongCertificate(connectorOf(another.certificatePem), now), /at most 366/);
    refuseLongCertificate(
      { kind: "msspApp", applicationId: "a", alertApis: ["graph"], credential: { type: "certificate" } },
      now,
    );
  });
});
