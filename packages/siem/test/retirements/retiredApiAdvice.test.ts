import assert from "node:assert/strict";
import { ServiceError } from "@defender-mssp/microsoft";
import { retiredApiAdvice } from "../../src/retirements/retiredApiAdvice";

const now = new Date("2027-02-02T00:00:00Z");
const advice = (url: string, status = 410, message = "no") =>
  retiredApiAdvice(new ServiceError({ status, message, method: "GET", url }), now) ?? "";

describe("retirements: the reason behind a failed call", () => {
  it("names what may be off or has ended, whatever the service answers, and its successor", () => {
    for (const status of [0, 401, 403, 404, 410, 503]) {
      assert.match(
        advice("https://wdatp-alertexporter-eu.securitycenter.windows.com/api/alerts", status),
        /may be off since 2024-12-31\. Used by: this call\. Successor: Microsoft Graph alerts_v2/,
      );
    }
    assert.match(advice("https://127.0.0.1:8443/api/Alerts?limit=1"), /^The SIEM API/);
    assert.match(
      advice("https://api.security.microsoft.com/api/advancedhunting/run"),
      /^The advanced hunting API of Microsoft Defender XDR ended on 2027-02-01\. .*runHuntingQuery/,
    );
    assert.match(
      advice(
        "https://login.microsoftonline.com/x/oauth2/v2.0/token",
        401,
        "Service principal-less Authentication failed",
      ),
      /^Sign-in of an application without a service principal/,
    );
  });

  it("says nothing about a service that goes on", () => {
    assert.equal(advice("https://graph.microsoft.com/v1.0/security/alerts_v2", 503), "");
    assert.equal(advice("https://127.0.0.1:8443/v1.0/security/runHuntingQuery"), "");
    assert.equal(advice("https://api.security.microsoft.com/api/machines"), "");
  });
});
