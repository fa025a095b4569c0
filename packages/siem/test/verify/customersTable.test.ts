import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { dayMs as day } from "@defender-mssp/errors/time";
import { endings } from "@defender-mssp/microsoft";
import type { Coverage } from "../../src/pull/coverage";
import { failed, notChecked, passed, type Check } from "../../src/verify/check";
import { customersTable } from "../../src/verify/customersTable";
import { lagBehind } from "../../src/verify/deliveryLag";
import { retirementsCheck } from "../../src/verify/retirementsCheck";
import { verifiedCustomer } from "../../src/verify/verifyAll";
import { verifyMetrics } from "../../src/verify/verifyMetrics";

const now = Date.parse("2026-11-28T12:00:00Z");
const iso = (time: number): string => new Date(time).toISOString();

const count = (changes: Partial<Coverage> = {}): Coverage => ({
  from: "2026-11-27T10:00:00.000Z",
  until: "2026-11-28T10:00:00.000Z",
  hunted: 1412,
  both: 1398,
  deliveries: 1398,
  huntingOnly: [],
  deliveredOnly: [],
  ...changes,
});
const loss = { source: "Microsoft Defender for Endpoint", reason: "unknown", count: 14, examples: ["da1"] } as const;

const graph = (facts: Check["facts"]): Check => ({ ...passed("alerts from Microsoft Graph", "200"), facts });
const credential = (days: number): Check => {
  return { ...passed("credential expiry", "in some days"), facts: { credentialEndsOn: iso(now + days * day) } };
};
const coverage = (check: Check, counts: readonly Coverage[]): Check => ({ ...check, facts: { coverage: counts } });
const retirements = retirementsCheck(endings({ alertApis: ["legacySiem"] }, "2026-11-28"));

const customers = [
  verifiedCustomer("contoso", [
    graph({ tenantId: "t1", consent: "given", lastAlertAt: iso(now - 5 * 60_000), lagSeconds: 0 }),
    credential(364),
    coverage(passed("coverage", "1,412 alerts in hunting\n· in hunting only, 14 of Intune"), [count()]),
  ]),
  verifiedCustomer("fabrikam-europe", [
    {
      ...failed("alerts from Microsoft Graph", "AADSTS7000229: missing service principal"),
      facts: { consent: "lost" },
    },
    credential(-3),
  ]),
  verifiedCustomer("tailspin", [
    graph({ consent: "given", lastAlertAt: iso(now - 4 * day), lagSeconds: 21_600 }),
    credential(11),
    coverage(failed("coverage", "14 should have been delivered"), [count({ huntingOnly: [loss] }), count()]),
    retirements,
  ]),
  verifiedCustomer("woodgrove", [
    graph({ consent: "given" }),
    notChecked("coverage", "not permitted: the connector needs ThreatHunting.Read.All"),
  ]),
];

describe("verify: the table of customers", () => {
  const text = (width: number, hasDetails = false) => customersTable(customers, { now, width, hasDetails });

  it("at 80 columns, each customer is one line", () => {
    const lines = text(80).split("\n");
    assert.ok(lines.every((line) => line.length <= 80));
    assertEach(
      lines.slice(0, 5),
      (line) =>
        line
          .trimEnd()
          .split(/\s{2,}/)
          .map((cell) => cell.trim()),
      [
        ["", "customer", "consent", "expires", "last alert", "lag", "coverage", "ends"],
        ["✓", "contoso", "given", "364 days", "5 min ago", "0 s", "1,398/1,412", "–"],
        ["✗", "fabrikam-europe", "lost", "expired", "–", "–", "–", "–"],
        ["✗", "tailspin", "given", "11 days", "4 d ago", "6 h", "14 missing", "2024-12-31"],
        ["✓", "woodgrove", "given", "–", "–", "–", "–", "–"],
      ],
    );
  });

  it("below it, what failed and what was not permitted; with --details also the differences that are no failure", () => {
    const below = text(Infinity).split("\n").slice(6);
    assertEach(below.slice(0, -3), (line) => line.replace(/\s+/g, " ").slice(0, 60), [
      "✗ fabrikam-europe alerts from Microsoft Graph: AADSTS7000229",
      "✗ tailspin coverage: 14 should have been delivered",
      "! tailspin retirements: The SIEM API of Defender for Endpoin",
      "– woodgrove coverage: not permitted: the connector needs Thr",
    ]);
    assert.equal(below.at(-2), "2 of 4 customers without a failed check.");
    assert.match(
      text(Infinity, true),
      /✓ {2}contoso +coverage: 1,412 alerts in hunting\n +· in hunting only, 14 of Intune/,
    );
  });

  it("leaves out columns without any value", () => {
    const [header] = customersTable(customers.slice(3), { now, width: 80, hasDetails: false }).split("\n");
    assert.deepEqual(header?.trim().split(/\s+/), ["customer", "consent"]);
  });

  it("has the same figures in the metrics", () => {
    const metrics = verifyMetrics(customers, new Date(now));
    const value = (name: string, stack: string) =>
      new RegExp(`^${name}\\{stack="${stack}"[^}]*\\} (\\S+)$`, "m").exec(metrics)?.[1];
    assertEach(
      ["contoso", "fabrikam-europe", "tailspin", "woodgrove"],
      (stack) => [
        value("mssp_verify_success", stack),
        value("mssp_verify_consent", stack),
        value("mssp_verify_lag_seconds", stack),
      ],
      [
        ["1", "1", "0"],
        ["0", "0", undefined],
        ["0", "1", "21600"],
        ["1", "1", undefined],
      ],
    );
    assert.match(metrics, /coverage_hunting_only\{stack="tailspin",source="[^"]*",reason="unknown"\} 14\n/);
    assert.match(metrics, /^mssp_verify_success\{stack="contoso",tenant_id="t1"\} 1$/m);
  });
});

describe("verify: the lag of the delivery", () => {
  it("is the age of the oldest alert that was not read, and 0 where all were", () => {
    const times = fc.array(fc.integer({ min: 1, max: 1000 }), { maxLength: 10 });
    assertProperty(100, times, fc.integer({ min: 0, max: 1000 }), fc.boolean(), (newest, readUntil, hasMore) => {
      const lag = lagBehind({ times: newest, hasMore }, readUntil, 1000);
      const open = newest.filter((time) => time > readUntil);
      if (open.length === 0) assert.equal(lag, 0);
      else if (hasMore && open.length === newest.length) assert.equal(lag, 1000 - readUntil);
      else assert.equal(lag, 1000 - Math.min(...open));
    });
  });
});
