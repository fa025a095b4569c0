import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { makeTestCertificate, type TestCertificate } from "@defender-mssp/testkit";
import * as fc from "fast-check";
import { checkSettings, parseSettings, type ConnectorSettings, type SettingProblem } from "../../settings";
import { requiredSettings } from "./required";

const good: Readonly<Record<string, string>> = { ...requiredSettings, analysts: "[]" };
const applicationId = "f00dcafe-0000-4000-8000-000000000001";
const issuer = "https://token.actions.githubusercontent.com";
const subject = "repo:fabrikam/siem:ref:refs/heads/main";

function values(connector: unknown): Record<string, unknown> {
  return { ...good, connector: typeof connector === "string" ? connector : JSON.stringify(connector) };
}

function connectorOf(connector: unknown, cloud = ""): ConnectorSettings {
  const government = { gccHigh: "usgovernment", dod: "dod" }[cloud];
  const environment = government === undefined ? {} : { ARM_ENVIRONMENT: government };
  return parseSettings({ ...values(connector), cloud }, [], environment).connector;
}

function problemsOf(connector: unknown, environment: Record<string, string> = {}): readonly SettingProblem[] {
  const result = checkSettings(values(connector), [], environment);
  return "problems" in result ? result.problems : [];
}

/** `key: seen` of everything that is wrong. */
function wrong(connector: unknown): string[] {
  return problemsOf(connector).map(({ key, seen }) => `${key}: ${seen}`);
}

const secret = (credential: object) => ({ credential: { type: "secret", ...credential } });

describe("settings: connector", () => {
  let certificate: TestCertificate;
  before(async () => (certificate = await makeTestCertificate()));

  describe("defaults", () => {
    const usual: ConnectorSettings = {
      kind: "customerApp",
      alertApis: ["graph"],
      credential: { type: "secret", days: 365, rotateBeforeDays: 30, overlapDays: 7 },
    };

    it("default: reads alerts by Microsoft Graph, with a secret for one year", () => {
      for (const connector of ["", "customerApp", {}, { kind: "customerApp" }, { credential: "secret" }]) {
        assert.deepEqual(connectorOf(connector), usual, JSON.stringify(connector));
      }
    });

    it("alertApis: always in the same order", () => {
      assert.deepEqual(connectorOf({ alertApis: ["graph", "legacySiem"] }).alertApis, ["legacySiem", "graph"]);
      assert.deepEqual(connectorOf({ alertApis: ["graph"] }).alertApis, ["graph"]);
    });

    it("msspApp, default: reads Graph with a certificate", () =>
      assert.deepEqual(connectorOf({ kind: "msspApp", applicationId: applicationId.toUpperCase() }), {
        kind: "msspApp",
        applicationId,
        alertApis: ["graph"],
        credential: { type: "certificate" },
      }));

    it("federated, default: the government cloud has its own exchange audience", () => {
      const federated = { credential: { type: "federated", issuer, subject } };
      const audiences = ["public", "gcc", "gccHigh", "dod"].map((cloud) => connectorOf(federated, cloud).credential);
      assertEach(audiences, (one) => "audience" in one && one.audience, [
        "api://AzureADTokenExchange",
        "api://AzureADTokenExchange",
        "api://AzureADTokenExchangeUSGov",
        "api://AzureADTokenExchangeUSGov",
      ]);
    });

    it("default rotation: fits into any number of days", () =>
      assertProperty(100, fc.integer({ min: 2, max: 365 }), (days) => {
        const { credential } = connectorOf(secret({ days }));
        assert.ok(credential.type === "secret" && "days" in credential);
        const { rotateBeforeDays, overlapDays } = credential;
        assert.ok(rotateBeforeDays >= 1 && rotateBeforeDays < days);
        assert.ok(overlapDays <= rotateBeforeDays && rotateBeforeDays + overlapDays <= days);
        assert.deepEqual(wrong(secret({ days, rotateBeforeDays, overlapDays })), []);
      }));
  });

  it("profile: in the form of the components, its actions always in the same order", () => {
    const approved = { approvedBy: "Dana Reyes", writesEndOn: "2027-03-31" };
    const contract = { profile: "respond", actions: ["isolate", "indicators"], ...approved } as const;
    for (const kind of [{}, { kind: "msspApp", applicationId }]) {
      const asked = { ...kind, ...contract, actions: ["indicators", "isolate"] };
      assert.deepEqual(connectorOf(asked), { ...connectorOf(kind), ...contract });
    }
    assert.deepEqual(connectorOf({ incidents: true }), { ...connectorOf({}), incidents: true });
    assert.deepEqual(connectorOf({ incidents: "false" }), connectorOf({}));
  });

  it("credential: each type accepts its own keys", () => {
    const schedule = { days: 90, rotateBeforeDays: 14, overlapDays: 0, renewMadeBefore: "2026-11-24" };
    assert.deepEqual(connectorOf(secret(schedule)).credential, { type: "secret", ...schedule });
    for (const [renewMadeBefore, moment] of [
      ["2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"],
      ["2026-11-24 10:00:00 +0000 UTC", "2026-11-24T10:00:00Z"],
      ["2026-11-24 00:00:00 +0000 UTC", "2026-11-24"],
    ]) {
      const { credential } = connectorOf(secret({ ...schedule, renewMadeBefore }));
      assert.deepEqual(credential, { type: "secret", ...schedule, renewMadeBefore: moment });
    }
    assert.deepEqual(connectorOf(secret({ days: "90" })).credential, {
      type: "secret",
      days: 90,
      rotateBeforeDays: 30,
      overlapDays: 7,
    });
    const { certificatePem } = certificate;
    assert.deepEqual(connectorOf({ credential: { type: "certificate", certificate: certificatePem } }).credential, {
      type: "certificate",
      certificate: certificatePem,
    });
    const federated = { type: "federated", issuer, subject, audience: "api://other" } as const;
    assert.deepEqual(connectorOf({ credential: federated }).credential, federated);
    assert.deepEqual(connectorOf({ loopbackRedirectPort: 8400 }), { ...connectorOf({}), loopbackRedirectPort: 8400 });
  });

  describe("is refused, with the key and what is allowed,", () => {
    const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
      ["of another kind", "app", ['connector.kind: "app"']],
      ["that is a list", [], ["connector: []"]],
      ["with an unknown key", { kinds: "msspApp" }, ['connector.kinds: "msspApp"']],
      ["with no alert API", { alertApis: [] }, ["connector.alertApis: []"]],
      ["with an unknown alert API", { alertApis: ["splunk"] }, ['connector.alertApis[0]: "splunk"']],
      ["with an unknown profile", { profile: "admin" }, ['connector.profile: "admin"']],
      [
        "with a profile that changes something, without approval and end",
        { profile: "triage" },
        ["connector.approvedBy: (not set)", "connector.writesEndOn: (not set)"],
      ],
      [
        "with the profile respond as a whole",
        { profile: "respond", approvedBy: "Dana", writesEndOn: "2027-03-31" },
        ["connector.actions: (not set)"],
      ],
      [
        "with no response action",
        { profile: "respond", actions: [], approvedBy: "Dana", writesEndOn: "2027-03-31" },
        ["connector.actions: []"],
      ],
      [
        "with actions, an approval and an end that its profile does not have",
        { actions: ["isolate"], approvedBy: "Dana", writesEndOn: "2027-03-31" },
        ['connector.actions: ["isolate"]', 'connector.approvedBy: "Dana"', 'connector.writesEndOn: "2027-03-31"'],
      ],
      [
        "with an end that is no day",
        { profile: "triage", approvedBy: "Dana", writesEndOn: "soon" },
        ['connector.writesEndOn: "soon"'],
      ],
      ["with hunt but without incidents", { profile: "hunt", incidents: false }, ["connector.incidents: false"]],
      [
        "with hunt on the legacy API alone",
        { profile: "hunt", alertApis: ["legacySiem"] },
        ['connector.alertApis: ["legacySiem"]'],
      ],
      ["with an unknown credential", { credential: "password" }, ['connector.credential.type: "password"']],
      ["with a secret of two years", secret({ days: 730 }), ["connector.credential.days: 730"]],
      ["with a secret of no days", secret({ days: 0 }), ["connector.credential.days: 0"]],
      [
        "that would make the next secret at once",
        secret({ days: 30, rotateBeforeDays: 30 }),
        ["connector.credential.rotateBeforeDays: 30"],
      ],
      [
        "with an overlap that the old secret doesn't live for",
        secret({ rotateBeforeDays: 7, overlapDays: 8 }),
        ["connector.credential.overlapDays: 8"],
      ],
      [
        "with three secrets at a time",
        secret({ days: 30, rotateBeforeDays: 20, overlapDays: 11 }),
        ["connector.credential.overlapDays: 11"],
      ],
      [
        "with a day that there isn't",
        secret({ renewMadeBefore: "2026-02-30" }),
        ['connector.credential.renewMadeBefore: "2026-02-30"'],
      ],
      [
        "with a moment that there isn't",
        secret({ renewMadeBefore: "2026-02-20T25:00:00Z" }),
        ['connector.credential.renewMadeBefore: "2026-02-20T25:00:00Z"'],
      ],
      ["with no certificate", { credential: "certificate" }, ["connector.credential.certificate: (not set)"]],
      [
        "with no issuer and subject",
        { credential: "federated" },
        ["connector.credential.issuer: (not set)", "connector.credential.subject: (not set)"],
      ],
      [
        "with an issuer that anybody on the way can be",
        { credential: { type: "federated", issuer: "http://issuer.example", subject } },
        ['connector.credential.issuer: "http://issuer.example"'],
      ],
      [
        "with what goes with another credential",
        { credential: { type: "federated", issuer, subject, days: 90 } },
        ["connector.credential.days: 90"],
      ],
      ["of the MSSP's application without its ID", "msspApp", ["connector.applicationId: (not set)"]],
      ["of the customer's registration with an ID", { applicationId }, [`connector.applicationId: "${applicationId}"`]],
      [
        "of the MSSP's application for the legacy alert API",
        { kind: "msspApp", applicationId, alertApis: ["legacySiem", "graph"] },
        ['connector.alertApis: ["legacySiem","graph"]'],
      ],
      [
        "of the MSSP's application with a credential to make, or a redirect URI",
        { kind: "msspApp", applicationId, credential: { type: "secret", days: 90 }, loopbackRedirectPort: 8400 },
        ["connector.loopbackRedirectPort: 8400", "connector.credential.days: 90"],
      ],
      ["with a port that takes a privilege", { loopbackRedirectPort: 80 }, ["connector.loopbackRedirectPort: 80"]],
    ];
    for (const [what, connector, problems] of cases) {
      it(what, () => assert.deepEqual(wrong(connector), problems));
    }
  });

  describe("never shows a private key", () => {
    const body = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";
    const pem = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;

    const places: Readonly<Record<string, () => unknown>> = {
      "in place of the certificate": () => ({ credential: { type: "certificate", certificate: pem } }),
      "beside the certificate": () => ({
        credential: { type: "certificate", certificate: certificate.certificatePem + pem },
      }),
      "as a list of lines": () => ({ credential: { type: "certificate", certificate: pem.split("\n") } }),
      "without its first line": () => ({ credential: { type: "certificate", certificate: body } }),
      "under a wrong name": () => ({ credential: { type: "certificate", certifcate: pem } }),
      "with another credential": () => ({ credential: { type: "secret", certificate: pem } }),
      "with the MSSP's application": () => ({
        kind: "msspApp",
        applicationId,
        credential: { type: "certificate", certificate: pem },
      }),
      "as the credential": () => ({ credential: pem }),
      "as the connector": () => pem,
    };
    for (const [where, connector] of Object.entries(places)) {
      it(where, () => {
        const problems = problemsOf(connector());
        assert.ok(problems.length > 0);
        assert.ok(!JSON.stringify(problems).includes(body.slice(0, 8)), JSON.stringify(problems));
      });
    }

    it("private key: refused with a remedy and without the key", () => {
      const [problem] = problemsOf({ credential: { type: "certificate", certificate: pem } });
      assert.equal(problem?.seen, "[secret]");
      assert.match(problem.allowed, /contains a private key.*create a new pair/);
    });
  });

  it("certificate: exactly one, no chain", () => {
    const two = certificate.certificatePem.repeat(2);
    assert.deepEqual(wrong({ credential: { type: "certificate", certificate: two } }), [
      "connector.credential.certificate: (not shown)",
    ]);
  });

  it("any input: a connector or a list of problems", () => {
    assertProperty(300, fc.oneof(fc.jsonValue(), fc.anything()), (connector) => {
      const result = checkSettings({ ...good, connector }, [], {});
      assert.ok("problems" in result || "settings" in result);
    });
    const key = fc.constantFrom("kind", "credential", "alertApis", "profile", "actions", "incidents", "writesEndOn");
    assertProperty(300, fc.dictionary(key, fc.jsonValue()), (connector) => {
      const result = checkSettings(values(connector), [], {});
      assert.ok("problems" in result || "settings" in result);
    });
  });

  describe("MSSP_CLOCK", () => {
    const sandbox = { ARM_METADATA_HOSTNAME: "127.0.0.1:8443" };

    it("MSSP_CLOCK: accepted on the sandbox", () =>
      assert.deepEqual(problemsOf("", { ...sandbox, MSSP_CLOCK: "2027-03-01T09:00:00Z" }), []));

    for (const [what, environment] of [
      ["in a real cloud", {}],
      ["in somebody's cloud", { ARM_METADATA_HOSTNAME: "management.example" }],
      ["to no moment", { ...sandbox, MSSP_CLOCK: "tomorrow" }],
      ["without a zone", { ...sandbox, MSSP_CLOCK: "2027-03-01T09:00:00" }],
    ] as const) {
      it(`MSSP_CLOCK: refused ${what}`, () => {
        const [problem] = problemsOf("", { MSSP_CLOCK: "2027-03-01T09:00:00Z", ...environment });
        assert.equal(problem?.key, "MSSP_CLOCK (environment)");
      });
    }
  });
});
