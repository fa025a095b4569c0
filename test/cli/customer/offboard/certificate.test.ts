/** The inventory, the verdict, the certificate and its page, without an engine and a tenant. */
import { type GrantingNode, notLookedWays, type Whose } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { makeCertificate, type Certificate } from "../../../../cli/customer/offboard/certificate";
import { inventory, itemKind, joined, type Item } from "../../../../cli/access/inventory/inventory";
import { loggedObjects } from "@defender-mssp/tenant";
import type { OffboardingJournal } from "../../../../cli/customer/offboard/journal";
import { looksText } from "../../../../cli/customer/offboard/headline";
import { certificateMail, certificatePage } from "../../../../cli/customer/offboard/page";
import type { Proof } from "../../../../cli/customer/offboard/looks";
import type { Staying } from "../../../../cli/customer/offboard/verdict";
import { withoutDomains, type Proved, type ProvedItem } from "../../../../cli/customer/offboard/proof";
import { certificateText } from "../../../../cli/customer/offboard/text";
import { Deployed } from "../../../../cli/tenant/deployed";
import { textsOf } from "../../../../cli/access/texts/all";
import { languages } from "../../../../cli/access/texts/texts";

const hostile = `<script>alert(1)</script>\u001b[2J\u202e`;
const guest: Item = { kind: "guest", type: "t", name: hostile, id: "a1", adopted: false, byHand: false };
const journal: OffboardingJournal = {
  format: 2,
  stack: "contoso",
  customerName: hostile,
  msspName: "Fabrikam Security",
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  beganOn: "2026-11-26T09:00:00.000Z",
  items: [guest],
  identity: [],
  evidence: {
    folder: "evidence",
    manifestSha256: "f".repeat(64),
    gaps: [hostile],
    from: "2026-10-27T09:00:00.000Z",
    until: "2026-11-26T09:00:00.000Z",
  },
  additions: [{ what: "owner eve", to: "group g", step: "az rest" }],
  destroyedOn: "2026-11-26T09:05:00.000Z",
};

function proved(changes: Partial<ProvedItem> = {}, others: Partial<Proved> = {}): Proved {
  return {
    checkedOn: "2026-11-26T09:06:00.000Z",
    items: [{ ...guest, what: "guest", state: "gone", ...changes }],
    search: { nodes: [], unread: [] },
    alertReaders: [],
    notes: [],
    writing: { writers: [] },
    ...others,
  };
}

const settled: Proof = {
  looks: {
    ...{ agreed: 11, answer: "a", firstOn: "2026-11-26T09:05:10.000Z", lastOn: "2026-11-26T09:15:10.000Z" },
    seenOn: undefined,
  },
  isSettled: true,
  provableOn: "2026-11-26T09:15:12.000Z",
};

function certificate(proved: Proved, proof = settled, changes: Partial<OffboardingJournal> = {}): Certificate {
  return makeCertificate({
    journal: { ...journal, ...changes },
    proved,
    proof,
    history: [],
    graph: "https://graph.microsoft.com",
  });
}

const sighting: GrantingNode = {
  ...{ kind: "guest", id: "e1", name: "eve", whose: "mssp", evidence: "its address is of the MSSP's domain" },
  ...{ gives: [], grants: [], chains: [], notLooked: [], step: "az rest --method DELETE" },
};
const role = {
  kind: "directoryRoleAssignment",
  name: "directory role",
  id: "r",
  what: "the directory role Security Reader",
  step: "az",
} as const;
const unread = { kind: "directoryRoleAssignment", reason: "not permitted: requires X" } as const;

const shownText = (html: string): string =>
  html.replaceAll("&gt;", ">").replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

const sighted = (changes: Partial<GrantingNode>): Certificate =>
  certificate(proved({}, { search: { nodes: [{ ...sighting, ...changes }], unread: [] } }));

describe("what could write after the removal", () => {
  const [appId, id, name] = ["a7", "s7", "Automation"];
  const ended = { appId, id, name, endedOn: "2026-11-26T09:20:00.000Z" };
  const until = "2026-11-26T10:50:00.000Z";

  it("is named with its end, the end of its tokens and its log", () => {
    const shown = certificate(proved({}, { writing: { writers: [ended], until, log: 2 }, by: "b8" }));
    assert.equal(shown.state, "proven");
    assert.match(
      looksText(shown),
      /by application b8, which can change the tenant\. Until 2026-11-26 10:50 UTC a token .* Automation, which ended at 2026-11-26 09:20 UTC\. .* has 2 changes by it\.$/,
    );
    assert.match(
      certificatePage(shown, { language: "de" }),
      /2026-11-26 10:50 UTC konnte ein Token .* Automation\..*: 2\./,
    );
  });

  it("is to confirm where its log was not read, and while it is there and no search names it", () => {
    const unlogged = certificate(
      proved({}, { writing: { writers: [ended], until, log: "not permitted: requires X" } }),
    );
    assertEach(unlogged.toConfirm, ({ what }) => what, [
      "what Automation did from the removal to 2026-11-26 10:50 UTC",
    ]);
    const standing = proved({}, { writing: { writers: [{ appId, id, name }] } });
    assertEach(certificate(standing).toConfirm, ({ what }) => what, ['application "Automation" (s7)']);
  });
});

describe("the inventory of a stack", () => {
  const resource = (type: string, id: string, outputs: object = {}, inputs: object = {}, retainOnDelete = false) => ({
    ...{ type, id, objectId: (id.split("/").at(-1) ?? "").toLowerCase(), retainOnDelete },
    inputs: inputs as Record<string, unknown>,
    outputs: outputs as Record<string, unknown>,
  });
  const deployed = new Deployed([
    resource("pulumi:providers:azuread", "p"),
    resource("random:index/randomId:RandomId", "r"),
    resource("pulumi-nodejs:dynamic/defender-mssp:StackIdentity", "51e9"),
    resource("pulumi-nodejs:dynamic/defender-mssp:Guest", "A1", { adopted: true }, { email: "ana@fabrikam.example" }),
    resource("pulumi-nodejs:dynamic/defender-mssp:AlertNotificationRule", "tenant/SOC / servers", { mode: "manual" }),
    resource("pulumi-nodejs:dynamic/defender-mssp:CrossTenantPartnerEntry", "5ec0", { isOwn: false }),
    resource("azuread:index/group:Group", "/groups/G1", { displayName: "Tier 1" }, {}, true),
    resource(
      "azuread:index/applicationPassword:ApplicationPassword",
      "x/password/Y",
      {},
      { applicationId: "/applications/x" },
    ),
    resource("azure-native:keyvault:Vault", "/subscriptions/s/vaults/v"),
    resource(
      "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment",
      "D1",
      {},
      { roleId: "5d6b6bb7-de71-4623-b4af-96380a352509", principalObjectId: "A1" },
    ),
    resource("azuread:index/administrativeUnit:AdministrativeUnit", "/directory/u1", { displayName: "Unit" }),
  ]);
  const items = inventory(deployed);

  it("has each object by its kind and its ID in the tenant, parts with the object that has them", () =>
    assertEach(items, ({ kind, name, id, ownerId }) => [kind, name, id, ownerId], [
      ["guest", "ana@fabrikam.example", "A1", undefined],
      ["notificationRule", "SOC / servers", "SOC / servers", undefined],
      ["partnerEntry", "5ec0", "5ec0", undefined],
      ["group", "Tier 1", "G1", undefined],
      ["clientSecret", "Y", "Y", "x"],
      ["keyVault", "v", "/subscriptions/s/vaults/v", undefined],
      ["directoryRoleAssignment", "Security Reader of ana@fabrikam.example", "D1", undefined],
      ["unknown", "Unit", "u1", undefined],
    ]));

  it("counts as adopted what destroy keeps, by whatever means", () =>
    assertEach(items, ({ adopted, byHand }) => [adopted, byHand], [
      [true, false],
      [false, true],
      [true, false],
      [true, false],
      [false, false],
      [false, false],
      [false, false],
      [false, false],
    ]));

  it("keeps what an interrupted destroy has taken out of the state", () => {
    assert.deepEqual(joined(items, items.slice(2)), items);
    assert.equal(joined(items.slice(2), items).length, items.length);
  });
});

describe("the certificate", () => {
  it("is proven only if everything was looked at, and nothing gives access", () => {
    for (const state of ["gone", "softDeleted", "endedWithOwner"] as const)
      assert.equal(certificate(proved({ state })).state, "proven", state);
    assert.equal(certificate(proved({ state: "found" })).state, "accessLeft");
    for (const state of ["notVisible", "notChecked"] as const)
      assert.equal(certificate(proved({ state, reason: "x" })).state, "toConfirm", state);
    assert.equal(certificate(proved({}, { notes: ["Azure was not searched"] })).state, "toConfirm");
  });

  it("is to confirm, with the command that proves it, while the looks are too few or too early", () => {
    const { looks } = settled;
    const early = { ...settled, isSettled: false, looks: { ...looks, agreed: 1, seenOn: looks.firstOn } };
    const { state, toConfirm } = certificate(proved(), early);
    assert.deepEqual([state, toConfirm.length], ["toConfirm", 1]);
    assert.match(toConfirm[0]?.why ?? "", /^1 look up to .*; a look at 2026-11-26 09:05 UTC showed access/);
    assert.match(
      toConfirm[0]?.step ?? "",
      /^Prove it after 2026-11-26 09:15 UTC: npx mssp offboard --stack contoso --prove again --yes$/,
    );
    const seen = { ...early, looks: { ...early.looks, answer: "access" } };
    assert.deepEqual(certificate(proved({ state: "found" }), seen).toConfirm, []);
  });

  it("says how many looks agree, and when the last was", () => {
    const whole = certificate(proved());
    assert.deepEqual(
      [whole.looks.agreed, whole.looks.lastOn, whole.looks.accessSeenOn],
      [11, settled.looks.lastOn, null],
    );
    assert.match(certificatePage(whole), /Looks in a row that show it: 11, the last on 2026-11-26 09:15 UTC/);
    assert.match(certificateText(whole, "out", 200), /11 looks in a row agree, the last of 2026-11-26 09:15 UTC/);
  });

  it("a resource of an unknown type is to confirm, never gone", () => {
    const unknown: ProvedItem = { ...guest, kind: "unknown", what: "resource", state: "notChecked", reason: "no kind" };
    const { state, toConfirm, removed } = certificate(proved({}, { items: [unknown] }));
    assert.deepEqual([state, toConfirm.length, removed.length, itemKind(unknown)], ["toConfirm", 1, 0, undefined]);
  });

  it("an adopted object that still gives access is left, with the step that ends it", () => {
    const still = (grants: readonly (typeof role)[], notLooked: readonly (typeof unread)[] = []) =>
      certificate(proved({ state: "found", adopted: true, still: { grants, notLooked } }));
    const { state, left } = still([role]);
    assert.deepEqual([state, left.map(({ step }) => step)], ["accessLeft", ["az"]]);
    assert.equal(still([], [unread]).state, "toConfirm");
    assert.match(still([], [unread]).toConfirm[0]?.why ?? "", /not permitted: requires X/);
    assert.match(still([role], [unread]).toConfirm[0]?.why ?? "", /not permitted: requires X/);
    // What Teams and SharePoint share with a guest, Graph does not show.
    assert.equal(still([]).state, "toConfirm");
    // Somebody had added the role, and it is left: one entry.
    const added = { ...journal, additions: [{ what: role.what, to: "guest", step: role.step }] };
    const look = proved({ state: "found", adopted: true, still: { grants: [role], notLooked: [] } });
    const graph = "https://graph.microsoft.com";
    const once = makeCertificate({ journal: added, proved: look, proof: settled, history: [], graph });
    assert.deepEqual([once.left.length, once.toConfirm], [1, []]);
    const secret = { ...guest, kind: "clientSecret", what: "client secret", adopted: true, state: "found" } as const;
    assert.equal(certificate(proved({}, { items: [secret] })).state, "accessLeft");
    const group = { ...secret, kind: "group", what: "group", still: { grants: [], notLooked: [] } } as const;
    assert.deepEqual(certificate(proved({}, { items: [group] })).left, []);
  });

  it("names a record that did not check out as a thing to confirm, and is not proven then", () => {
    const unverified = certificate(proved(), settled, { withoutRecord: "manifest.json has another hash" });
    assert.equal(certificate(proved()).state, "proven");
    assert.equal(unverified.state, "toConfirm");
    assert.match(
      unverified.toConfirm.map(({ what, why }) => `${what}: ${why}`).join(),
      /another hash.*--without record/,
    );
  });

  it("what is the MSSP's and grants something is left, whoever made it", () => {
    assert.equal(sighted({ grants: [role] }).state, "accessLeft");
    assert.match(sighted({ grants: [role] }).left[0]?.why ?? "", /Security Reader/);
    assert.match(
      sighted({ grants: [role], notLooked: [unread] }).left[0]?.why ?? "",
      /Security Reader\. What else it has: .*not permitted: requires X/,
    );
    assert.equal(sighted({ gives: [{ what: "trusts the MSSP's devices" }] }).state, "accessLeft");
    assert.equal(sighted({ whose: "stack", id: guest.id }).state, "accessLeft");
    assert.equal(sighted({ kind: "group", notLooked: [unread] }).state, "toConfirm");
    assert.equal(sighted({ kind: "group" }).state, "proven");
  });

  it("of the audit log, an object counts that an identity of the MSSP made or gave a credential to, and nothing else", () => {
    const initiatedBy = { app: { displayName: "MSSP Automation" } };
    const entry = (activityDisplayName: string, type: string, id: string, properties: readonly string[] = []) => ({
      ...{ activityDisplayName, activityDateTime: "2026-11-03T09:00:00Z", initiatedBy },
      targetResources: [
        { id, type, displayName: `the ${id}`, modifiedProperties: properties.map((displayName) => ({ displayName })) },
        { id: "policy", type: "Policy" },
      ],
    });
    const logged = loggedObjects([
      entry("Add application", "Application", "a1"),
      entry("Update application – Certificates and secrets management ", "Application", "A1"),
      entry("Update application – Certificates and secrets management ", "Application", "customers"),
      entry("Update application", "Application", "trusting", ["FederatedIdentityCredentials"]),
      entry("Update application", "Application", "renamed", ["DisplayName"]),
      entry("Add service principal credentials", "ServicePrincipal", "sp"),
      entry("Invite external user", "User", "guest"),
      entry("Add member to group", "Group", "payroll"),
      entry("Delete group", "Group", "ended"),
    ]);
    assertEach(logged, ({ kind, id, isMade }) => [kind, id, isMade], [
      ["application", "a1", true],
      ["application", "customers", false],
      ["application", "trusting", false],
      ["servicePrincipal", "sp", false],
      ["guest", "guest", true],
    ]);
    assert.equal(logged[0]?.evidence, "audit log: Add application on 2026-11-03T09:00:00Z by MSSP Automation");
  });

  it("what may be another party's is to confirm, whatever it gives; of an application of the customer's the page deletes nothing", () => {
    const gives = [{ what: "a group of another tenant has the Azure role Reader" }];
    const whose = "claimed" as const;
    const foreign = sighted({ kind: "azureRole", whose, mayBeOthers: true, gives });
    assert.deepEqual([foreign.left, foreign.toConfirm[0]?.why.includes("Azure role Reader")], [[], true]);
    const unsure = ["tokens go to https://soc.fabrikam-security.example"];
    const application = sighted({ kind: "application", name: "Payroll", whose, unsure });
    assert.deepEqual([application.state, application.toConfirm[0]?.name], ["toConfirm", undefined]);
    assert.doesNotMatch(shownText(certificatePage(application)), /Payroll[^:]*> Delete/);
    const trusted = sighted({ kind: "federatedCredential", name: "Payroll", whose, gives });
    assert.deepEqual([trusted.state, trusted.left[0]?.name], ["accessLeft", "Payroll"]);
  });

  it("a mark on an object whose ID the record does not have is to confirm, without a step that deletes it", () => {
    const payroll = {
      kind: "group",
      name: "Payroll",
      whose: "stack",
      evidence: "its mark; audit log: by Eve",
    } as const;
    const { state, left, toConfirm } = sighted({ ...payroll, grants: [role] });
    assert.deepEqual([state, left], ["toConfirm", []]);
    const [{ why, step }] = toConfirm as [Staying];
    assert.match(why, /by Eve; neither state nor record has its ID, .*Security Reader/);
    assert.doesNotMatch(step, /DELETE|az rest/);
  });

  it("the consent to the automation is the customer's last step", () => {
    const { state, toConfirm } = sighted({ kind: "automationConsent", grants: [role] });
    assert.deepEqual([state, toConfirm.length], ["toConfirm", 1]);
    assert.match(toConfirm[0]?.why ?? "", /can create access again until the customer deletes it/);
  });

  it("the consent stands first, and what is to do before what is removed", () => {
    const other = { ...sighting, id: "e2", notLooked: [unread] };
    const search = { nodes: [other, { ...sighting, kind: "automationConsent" as const }], unread: [] };
    const whole = certificate(proved({}, { search }));
    assert.match(whole.toConfirm[0]?.why ?? "", /can create access again/);
    assert.equal(whole.toConfirm.length, 2);
    const text = stripVTControlCharacters(certificateText(whole, "offboard-contoso", 80));
    assert.ok(text.indexOf("To confirm by hand:") < text.indexOf("Removed: "), text);
  });

  it("kinds that may not be looked at are one thing to confirm for each reason", () => {
    const keys = ["accessPackage", "accessPackageCatalog", "governanceRelationship"] as const;
    const notLooked = keys.map((kind) => ({
      kind,
      reason: kind === keys[2] ? "not permitted: Y" : "not permitted: X",
    }));
    const { state, toConfirm } = certificate(proved({}, { search: { nodes: [], unread: notLooked } }));
    assert.deepEqual([state, toConfirm.length], ["toConfirm", 2]);
    assert.match(toConfirm[0]?.what ?? "", /access packages, access package catalogs/);
    assert.match(toConfirm[1]?.step ?? "", /npx mssp governance status --stack contoso/);
  });

  it("a holder of an access package who still has something is left; one whom nobody could read is to confirm", () => {
    const holder = {
      state: "found",
      adopted: true,
      origin: "accessPackage",
      still: { grants: [role], notLooked: [] },
    } as const;
    const { state, left, toConfirm } = certificate(proved(holder));
    assert.deepEqual([state, left.map(({ why }) => why), toConfirm], ["accessLeft", [`it has ${role.what}`], []]);
    const without = certificate(proved({ ...holder, still: { grants: [], notLooked: [] } }));
    assert.match(without.toConfirm[0]?.why ?? "", /^it held an access package of the stack; it has no role/);
    const unreadable = certificate(proved(), settled, { holdersUnread: "not permitted: requires X" });
    assert.deepEqual(
      [unreadable.state, unreadable.toConfirm.map(({ why }) => why)],
      ["toConfirm", ["not permitted: requires X"]],
    );
  });

  it("without any domain of the MSSP's people it is to confirm, and guests were not looked at", () => {
    const search = (domains: readonly string[]) =>
      withoutDomains({ owner: { domains } as unknown as Whose }, { nodes: [], unread: [] });
    const { state, toConfirm, lookedAt } = certificate(proved({}, { search: search([]) }));
    assert.deepEqual([state, toConfirm.map(({ what }) => what)], ["toConfirm", ["guests"]]);
    assert.ok(!lookedAt.includes("guests"));
    assert.equal(certificate(proved({}, { search: search(["x.example"]) })).state, "proven");
  });

  it("lists what somebody had added, where an adopted object stays", () => {
    const adopted = { state: "found", adopted: true, still: { grants: [], notLooked: [] } } as const;
    assert.ok(certificate(proved(adopted)).toConfirm.some(({ what }) => what === "owner eve, on group g"));
    assert.ok(!certificate(proved()).toConfirm.some(({ what }) => what.startsWith("owner eve")));
  });

  it("names what stays, and until when", () => {
    const { stays, checks } = certificate(proved({ state: "softDeleted", until: "2026-12-26T09:05:00.000Z" }));
    assert.match(stays[0]?.why ?? "", /30 days.*2026-12-26/);
    assert.match(stays[0]?.step ?? "", /deletedItems\/a1'$/);
    assert.equal(checks[0]?.command, "az rest --method GET --url 'https://graph.microsoft.com/v1.0/users/a1'");
  });

  it("prints a command as one line that can be pasted, at 80 columns too", () => {
    const whole = certificate(proved({ state: "softDeleted", until: "2026-12-26T09:05:00.000Z" }));
    const step = whole.stays[0]?.step ?? "";
    assert.ok(step.length > 80, step);
    const printed = (details: boolean): string =>
      stripVTControlCharacters(certificateText(whole, "offboard-contoso", 80, details));
    const lines = printed(true).split("\n");
    assert.ok(lines.includes(`     ${step}`), lines.join("\n"));
    assert.ok(!printed(false).includes(step));
    assert.match(printed(false), /1 deleted object: Entra keeps .*30\s+days/);
    assert.match(printed(false), /^ {2}– {2}accounts with an address of the customer's own/m, "a line for each way");
  });

  describe("as a page for the customer's administrator", () => {
    const search = {
      nodes: [
        { ...sighting, kind: "automationConsent" as const, id: "c1", name: "Fabrikam automation", grants: [role] },
        { ...sighting, kind: "group" as const, notLooked: [unread], step: "az rest --method DELETE --url 'x'" },
      ],
      unread: [
        { kind: "governanceRelationship", reason: "not permitted: requires X" },
        { kind: "accessPackage", reason: "not permitted: requires Y" },
      ] as const,
    };
    const early = { ...settled, isSettled: false };
    const whole = certificate(proved({}, { search }), early);

    it("has clicks, the Azure CLI behind a disclosure, and no command of the MSSP's, in every language", () => {
      for (const language of languages) {
        const page = shownText(certificatePage(whole, { language }));
        const [first = "", ...others] = certificateMail(whole, { language }, "d1935").split("\n\n");
        assert.ok(first.length > 40 && page.includes(first.split("<")[0] ?? ""), first);
        const { left } = textsOf(language).certificate;
        const [, count] = new RegExp(`${left} \\((\\d+)\\)`).exec(page) ?? [];
        assert.ok(count !== undefined && others.includes(`${left}: ${count}`), others.join());
        assert.ok(others.some((text) => text.includes("d1935")) && !others.join().includes("{"), others.join());
        assert.doesNotMatch(page, /npx|pulumi|mssp (offboard|governance)/i, language);
        for (const menu of [
          "Enterprise applications",
          "Tenant governance",
          "Identity Governance",
          "Groups > eve > Delete",
        ])
          assert.ok(page.includes(menu), `${language}: ${menu}`);
        assert.match(page, /<details class="folded"><summary>[^<]*CLI/, language);
        assert.ok(page.includes("Enterprise applications > Fabrikam automation > Properties > Delete."), language);
        assert.ok(!page.includes(textsOf(language).stop.people.automationConsent.slice(0, 30)), "one wording");
        assert.match(page, /2026-11-26 09:15 UTC/);
      }
    });

    it("is in the customer's language; what the program found is English, in a disclosure that says so", () => {
      const own = /<(style|script|code|pre)\b[^]*?<\/\1>|<summary>[^<]*(englisch|anglais|inglés|英語)[^]*?<\/details>/g;
      const fixed = (language: (typeof languages)[number]): readonly string[] =>
        shownText(certificatePage(whole, { language }))
          .replaceAll(own, "")
          .match(/>[^<]*([a-z]+ ){2}[^<]+/g) ?? [];
      const english = new Set(fixed("en"));
      for (const language of languages.filter((other) => other !== "en")) {
        const same = fixed(language).filter((text) => english.has(text));
        assert.deepEqual(same, [], language);
      }
    });

    it("says of the customer's own page whether its key was named before, in each language", () => {
      const namedIn = { step: 1, signedOn: "2026-11-01T00:00:00.000Z", digest: "d1935" };
      const page = { file: "customer-page.json", sha256: "5a" };
      for (const language of languages) {
        const shown = (customerPage: NonNullable<Certificate["customerPage"]>) =>
          shownText(certificatePage({ ...certificate(proved()), customerPage }, { language }));
        const proven = shown({ ...page, state: "proven", namedIn });
        const said = shown({ ...page, state: null, why: hostile });
        const { provenByCustomer, saidToBe } = textsOf(language).certificate;
        const begin = provenByCustomer.split("{")[0] ?? "";
        assert.ok(proven.includes(begin) && proven.includes("2026-11-01") && proven.includes("d1935"), language);
        assert.ok(said.includes(saidToBe) && !said.includes(begin) && !said.includes("<script>alert"), language);
        assert.ok(shown({ ...page, state: "accessLeft", namedIn }).includes("accessLeft"), language);
        assert.doesNotMatch(proven, /\{(on|step|digest|state)\}/, language);
      }
      const text = (state: string) =>
        certificateText({ ...certificate(proved()), customerPage: { ...page, state, namedIn } }, "out");
      assert.match(text("proven"), /Proven by the customer/);
      assert.doesNotMatch(text("toConfirm"), /Proven by the customer/);
    });

    it("says that the consent has ended, when, and that nobody looked between", () => {
      const ended = { ...certificate(proved()), consentEndedOn: "2026-11-27T08:00:00.000Z" };
      const sentence = /On 2026-11-27 08:00 UTC Entra refused .* Between 2026-11-26 09:15 UTC and then nobody looked/;
      assert.match(shownText(certificatePage(ended)), sentence);
      assert.match(
        certificateText(ended, "out", 400),
        /At 2026-11-27 08:00 UTC Entra refused .* Nobody looked between/,
      );
    });
  });

  it("lists the ways that nobody looks at, whatever the state, and what was looked at without what could not be", () => {
    for (const whole of [certificate(proved()), certificate(proved({ state: "found" }))]) {
      assert.deepEqual(whole.notLooked, notLookedWays);
      const [page, text] = [shownText(certificatePage(whole)), certificateText(whole, "out", 400)];
      for (const { what, look } of notLookedWays) {
        assert.ok(page.includes(look), look);
        assert.ok(text.replaceAll(/\s+/g, " ").includes(what), what);
      }
    }
    const { lookedAt } = certificate(proved());
    for (const kind of ["guests", "ownerships", "Azure Lighthouse delegations"])
      assert.ok(lookedAt.includes(kind), kind);
    const notLooked = [{ kind: "lighthouseAssignment", reason: "not checked: no subscription" }] as const;
    const partly = certificate(proved({}, { search: { nodes: [], unread: notLooked } }));
    assert.deepEqual([partly.state, partly.lookedAt.includes("Azure Lighthouse delegations")], ["toConfirm", false]);
  });

  it("an entry of the MSSP's tenant that remains gives what it has now, whoever made it", () => {
    const chains = [
      { key: "k", kind: "partnerEntry", way: "inboundTrust", principal: "m", object: "isMfaAccepted" },
    ] as const;
    const gives = [{ what: "the MSSP's multifactor authentication is trusted" }];
    const entry = { ...sighting, kind: "partnerEntry", id: "m", gives, chains } as const;
    const item = { ...proved().items[0]!, kind: "partnerEntry", id: "M", state: "found", adopted: true } as const;
    for (const items of [[item], [item, { ...item, adopted: false }]]) {
      const { left, stays } = certificate(proved({}, { items, search: { nodes: [entry], unread: [] } }));
      assert.deepEqual(
        left.flatMap((each) => each.chains ?? []),
        chains,
      );
      assert.doesNotMatch(JSON.stringify(stays), /partnerEntry/);
    }
    const idle = { nodes: [{ ...entry, gives: [], chains: [] }], unread: [] };
    assert.deepEqual(certificate(proved({}, { items: [item], search: idle })).left, []);
  });

  it("what this program does not know of an object is to confirm; what an owner could add is, after the ownership", () => {
    const { state, toConfirm } = sighted({ kind: "partnerEntry", unsure: ["newThing is set"] });
    assert.equal(state, "toConfirm");
    assert.match(toConfirm[0]?.why ?? "", /does not know what this gives: newThing is set/);
    const additions = [{ what: "owner", to: "application x", step: "az", outlives: "its credentials stay" }];
    const graph = "https://graph.microsoft.com";
    const look = { journal: { ...journal, additions }, proved: proved(), proof: settled, history: [], graph };
    assertEach(makeCertificate(look).toConfirm, ({ what, why }) => [what, why], [
      ["owner, on application x", "its credentials stay"],
    ]);
  });

  it("a deleted vault and its secret are not gone: Azure keeps them", () => {
    for (const kind of ["keyVault", "keyVaultSecret"]) {
      const page = certificatePage(certificate(proved({ kind, what: kind })));
      assert.match(page, /Azure keeps a deleted Key Vault and its secrets for the vault/, kind);
    }
  });

  it("its title says no more than was proved", () => {
    const title = (of: Certificate): string => /<title>([^<]*)/.exec(certificatePage(of))?.[1] ?? "";
    assert.match(title(certificate(proved())), /^Fabrikam Security has no access to .* by any way that was looked at/);
    assert.match(title(certificate(proved({ state: "found" }))), /^Fabrikam Security still has access to/);
    const open = certificate(proved({ state: "notVisible", reason: "x" }));
    assert.match(title(open), /^Apart from what is left for you, no access of Fabrikam Security to .* was found$/);
    assert.match(
      certificateText(open, "out").replaceAll(/\s+/g, " "),
      /could be looked at; 1 thing to confirm by hand/,
    );
  });

  it("asks whose an application is that may read alerts, and its headlines claim less until the MSSP has answered", () => {
    const appId = "f1e1d000-0000-4000-8000-00000000000A";
    const alertReaders = [{ id: "sp", appId, name: "Fabrikam SIEM", permissions: ["SecurityAlert.Read.All"] }];
    const asked = (notOurs?: string[]) => certificate(proved({}, { alertReaders }), settled, { notOurs });
    const open = asked();
    assert.equal(open.state, "proven");
    const said = (of: Certificate) => certificateText(of, "out").replaceAll(/\s+/g, " ");
    const asksText =
      /is one of these Fabrikam Security's\?.*\? "Fabrikam SIEM" \(application ID [^)]*\) may read alerts by Sec/;
    assert.match(said(open), /of the applications that we could tell from yours, tenant .*/);
    assert.match(said(open), asksText);
    for (const language of languages) {
      const { ofKnown, readers } = textsOf(language).certificate;
      const page = shownText(certificatePage(open, { language }));
      assert.ok(/<title>([^<]*)/.exec(page)?.[1]?.endsWith(ofKnown), language);
      assert.ok(page.includes(readers.replace("{mssp}", "Fabrikam Security")) && page.includes(appId), language);
    }
    const answered = asked([appId.toLowerCase()]);
    assert.doesNotMatch(said(answered), /tell from yours/);
    assert.match(said(answered), /Fabrikam Security states that it is not its own/);
    assert.match(certificatePage(answered), /Fabrikam SIEM: Fabrikam Security states that it is not its own/);
    const left = certificate(proved({ state: "found" }, { alertReaders }));
    assert.doesNotMatch(said(left), /tell from yours/);
  });

  it("hostile names act neither on the page nor on a terminal, and lines fit 80 columns", () => {
    for (const state of ["found", "notVisible"] as const) {
      const reader = { id: "r", appId: hostile, name: hostile, permissions: [hostile] };
      const whole = certificate(proved({ state, reason: hostile }, { alertReaders: [reader] }));
      const page = certificatePage(whole);
      assert.ok(!page.includes("<script>alert") && !page.includes("\u001b") && !page.includes("\u202e"));
      const text = certificateText(whole, "offboard-contoso", 80);
      assert.ok(!text.includes("\u001b") && !text.includes("\u202e"));
      for (const line of text.split("\n")) assert.ok(line.length <= 80 || line.startsWith("     az rest "), line);
    }
  });
});
