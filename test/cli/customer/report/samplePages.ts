/** Every page that leaves this program, with the content of an ordinary customer: for the browser's tests. */
import { attackTactics } from "@defender-mssp/microsoft";
import { coveragePage } from "../../../../cli/detections/coverage/coveragePage";
import { certificatePage } from "../../../../cli/customer/offboard/page";
import { makeCertificate } from "../../../../cli/customer/offboard/certificate";
import type { ProvedItem } from "../../../../cli/customer/offboard/proof";
import { sources, type CallRecord, type SourceName } from "../../../../cli/access/evidence/calls";
import { evidencePage } from "../../../../cli/access/evidence/page";
import { gapsOf } from "../../../../cli/access/evidence/evidence";
import { dataFiles } from "../../../../cli/access/evidence/manifest";
import { handoutPage } from "../../../../cli/customer/report/handout";
import { plannedState } from "../../../../cli/access/state/readState";
import { plannedResources } from "../../../../cli/planned/plannedResources";
import { handoutReport, now, settingsOf } from "./states";

const tenantId = "c0570500-0000-4000-8000-00000000000a";

/** The hand-out before the consent. */
export async function plannedHandout(): Promise<string> {
  const msspContact = { name: "Fabrikam SOC", email: "soc@fabrikam-security.example", phone: "+1 425 555 0100" };
  const settings = settingsOf("dev", { msspContact });
  const state = plannedState(await plannedResources(settings, now));
  const logo = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" width="220" height="48"><rect width="48" height="48" rx="8" fill="#0b57a4"/><path d="M14 12h20v6H21v6h11v6H21v8h-7z" fill="#fff"/><text x="60" y="31" font-family="sans-serif" font-size="20" font-weight="600" fill="#0b57a4">Fabrikam</text></svg>',
  ).toString("base64");
  return handoutPage(handoutReport("dev", { settings, state, source: "settings" }), "en", {
    logo: `data:image/svg+xml;base64,${logo}`,
  });
}

/** A certificate with something to confirm by hand. */
export function sampleCertificate(): string {
  const item = (kind: ProvedItem["kind"], what: string, name: string, number: number): ProvedItem => ({
    ...{ kind, what, name, type: "t", adopted: false, byHand: false },
    id: `90dc22c2-6d2e-4b2f-9d50-2f8ad7fc100${number}`,
    state: "softDeleted",
    deletedOn: "2027-05-26T08:59:00Z",
  });
  const items = [
    item("guest", "guest", "Ana Silva", 1),
    item("guest", "guest", "Ben Okafor", 2),
    item("group", "group", "Tier 1 Analyst", 3),
    item("application", "application", "Contoso SIEM MSSP Connector", 4),
  ];
  return certificatePage(
    makeCertificate({
      journal: {
        ...{ format: 2, stack: "contoso", customerName: "Contoso", msspName: "Fabrikam Security", tenantId },
        beganOn: "2027-05-26T08:50:00.000Z",
        destroyedOn: "2027-05-26T08:59:00.000Z",
        items,
        identity: [],
        additions: [],
        evidence: {
          folder: "evidence",
          manifestSha256: "f".repeat(64),
          gaps: ["Sign-ins of applications: not read, the tenant has no Microsoft Entra ID P1."],
          from: "2027-04-26T09:00:00.000Z",
          until: "2027-05-26T09:00:00.000Z",
        },
      },
      proved: {
        checkedOn: "2027-05-26T09:09:12.000Z",
        items,
        alertReaders: [
          {
            ...{ id: "a1e27000-0000-4000-8000-000000000001", appId: "a1e27000-0000-4000-8000-000000000002" },
            ...{ name: "Contoso SIEM", permissions: ["SecurityAlert.Read.All", "AdvancedHunting.Read.All"] },
          },
        ],
        search: {
          nodes: [],
          unread: [
            { kind: "directoryRoleEligibility", reason: "not permitted: requires RoleManagement.Read.Directory" },
          ],
        },
        notes: [],
        writing: { writers: [] },
      },
      proof: {
        looks: {
          ...{ agreed: 11, answer: "a", firstOn: "2027-05-26T08:59:10.000Z", lastOn: "2027-05-26T09:09:10.000Z" },
        },
        isSettled: true,
        provableOn: "2027-05-26T09:09:12.000Z",
      },
      history: [],
      graph: "https://graph.microsoft.com",
    }),
  );
}

/** Evidence of a tenant where one log was read, and three were not. */
export function sampleEvidence(): string {
  const subjects = [
    { kind: "guest", id: "90dc22c2-6d2e-4b2f-9d50-2f8ad7fc1001", name: "Ana Silva", because: "a guest of the stack" },
    { kind: "application", id: "5ec0de00-a070-4000-8000-000000000001", name: "MSSP automation", because: "it runs up" },
  ] as const;
  const call = (source: SourceName, subject: string): CallRecord => ({
    ...{ source, subject, pages: 0, entries: 0, status: 403, code: "Authentication_RequestFromNonPremiumTenant" },
    path: `/v1.0/auditLogs/${source}?$filter=userId eq '90dc22c2-6d2e-4b2f-9d50-2f8ad7fc1001'`,
    problem: "not permitted",
  });
  const others = (Object.keys(sources) as SourceName[]).filter((source) => source !== "directoryAudits");
  const calls = [
    { ...call("directoryAudits", "Ana Silva"), status: 200, code: "", problem: "", pages: 1, entries: 1 },
    ...others.map((source) => call(source, "Ana Silva")),
  ];
  const entries = {
    directoryAudits: [
      {
        id: "1",
        activityDateTime: "2027-05-20T08:00:00Z",
        activityDisplayName: "Add member to group",
        result: "success",
        targetResources: [{ displayName: "Tier 1 Analyst" }],
        initiatedBy: { app: { appId: "5ec0de00-a070-4000-8000-000000000001", displayName: "MSSP automation" } },
      },
    ],
    interactiveSignIns: [],
    nonInteractiveSignIns: [],
    servicePrincipalSignIns: [],
  };
  const retention = { days: 7, outside: undefined } as const;
  const evidence = {
    stack: "contoso",
    settings: { customerName: "Contoso", msspName: "Fabrikam Security", tenantId, cloud: "public" },
    madeOn: now,
    period: { from: new Date("2027-05-01T00:00:00Z"), until: now },
    subjects,
    unseen: [],
    calls,
    entries,
    retention,
    history: [
      {
        ...{
          kind: "update",
          result: "succeeded",
          message: "Add Ana",
          settings: [],
          endedOn: "2027-05-20T08:01:00.000Z",
        },
        startedOn: "2027-05-20T08:00:00.000Z",
        ranBy: { "git.author": "Eva" },
        changes: { create: 18 },
      },
    ],
    gaps: gapsOf({ subjects, unseen: [] }, { calls, entries }, retention),
    redacted: 0,
  } as const;
  return evidencePage(evidence, dataFiles(evidence));
}

/** Four customers with rules of three tactics, one of them without a technique. */
export function sampleCoverage(): string {
  const techniques = [
    { tactic: "InitialAccess", technique: "T1566.001", rules: ["phishing-attachment"] },
    { tactic: "Execution", technique: "T1059.001", rules: ["encoded-powershell", "office-starts-powershell"] },
    { tactic: "Execution", technique: "T1204.002", rules: ["office-starts-powershell"] },
    { tactic: "CredentialAccess", technique: "T1003", rules: ["lsass-read"] },
  ];
  const customers = ["contoso", "adatum", "woodgrove-bank-of-the-northern-provinces", "tailspin"].map(
    (stack, index) => ({
      ...{ stack, customerName: `${stack[0]?.toUpperCase()}${stack.slice(1)}`, rules: 4 - index },
      ...{ notRunning: index === 1 ? ["noisy-logon"] : [], withoutTechnique: index === 2 ? ["unusual-country"] : [] },
      techniques: techniques.slice(index),
    }),
  );
  return coveragePage({ customers, tactics: attackTactics }, now);
}
