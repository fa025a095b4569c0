/** Every output of a report: pages, hand-outs, JSON, CSV. None has a secret, and all say the same. */
import { notLookedWays } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import * as fc from "fast-check";
import { csvText } from "@defender-mssp/terminal/csv";
import { progressOf, type OnboardingStep, type StepState } from "../../../../cli/access/waiting/progress";
import type { StepName } from "../../../../domain/stepTitles";
import { fleetCsv, fleetPage, fleetRow, type FleetReport, type FleetRow } from "../../../../cli/customer/report/fleet";
import { handoutPage, mailOf } from "../../../../cli/customer/report/handout";
import { isWithCustomer } from "../../../../cli/access/objects/kindInReport";
import { objectsCsv } from "../../../../cli/customer/report/objectsCsv";
import { reportPage } from "../../../../cli/customer/report/page";
import { consentedApplications } from "../../../../cli/access/permissions/consentedApplications";
import { plannedState, reportState } from "../../../../cli/access/state/readState";
import { plannedResources } from "../../../../cli/planned/plannedResources";
import { textsOf } from "../../../../cli/access/texts/all";
import { languages, type Texts } from "../../../../cli/access/texts/texts";
import { accessReport, type AccessReport } from "../../../../cli/findings/accessReport";
import {
  handoutReport,
  now,
  recorded,
  recordedFacts,
  recordedReport,
  settingsOf,
  stateOf,
  stateText,
  type Recorded,
} from "./states";
import { parseDeployment } from "../../../../cli/stack/deployment";

const about = { customerName: "Northwind", tenantId: "c0570500-0000-4000-8000-00000000000b", page: "x.html" };

describe("mssp report: no secret", () => {
  const planted = "planted-secret-4711";
  /** The state with every secret in plain text: as encrypted and decrypted secrets, and where Graph answers one. */
  function withPlanted(text: string): string {
    return JSON.stringify(
      JSON.parse(text, (key, value: unknown) => {
        if (key === "ciphertext" || key === "plaintext") return planted;
        if (["value", "inviteRedeemUrl", "clientSecret"].includes(key) && typeof value === "string") return planted;
        return value;
      }),
    );
  }

  it("what is read of a state has none: encrypted, decrypted, in a list, or under the name of one", () => {
    const encrypted = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: planted };
    const urn = "urn:pulumi:dev::defender-mssp::azuread:index/group:Group::group";
    const inputs = { displayName: encrypted, members: ["kept", encrypted], nested: { value: planted, kept: "kept" } };
    const outputs = { clientSecret: planted, inviteRedeemUrls: { ana: planted }, extra: encrypted, hidden: "[secret]" };
    const resources = [
      { urn, type: "azuread:index/group:Group", custom: true, id: "1", inputs, outputs },
      { urn: "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", type: "pulumi:pulumi:Stack", outputs },
    ];
    const state = reportState(parseDeployment("dev", JSON.stringify({ deployment: { resources } })));
    assert.deepEqual(state.resources[0]!.inputs, { members: ["kept"], nested: { kept: "kept" } });
    assert.deepEqual([state.resources[0]!.outputs, state.outputs], [{}, {}]);
  });

  for (const name of recorded) {
    it(`${name}: no output has one of the state`, () => {
      const text = withPlanted(stateText(name));
      assert.match(text, new RegExp(planted));
      const facts = recordedFacts(name, { state: reportState(parseDeployment(name, text)) });
      const report = accessReport(facts);
      const row = fleetRow(facts, about);
      const fleet: FleetReport = { msspFleetOverview: 1, writtenAt: now.toISOString(), customers: [row] };
      const outputs = [
        JSON.stringify(report),
        reportPage(report),
        objectsCsv(report),
        fleetPage(fleet),
        fleetCsv(fleet),
        JSON.stringify(fleet),
        ...languages.map((language) =>
          handoutPage({ ...report, applications: handoutReport(name).applications }, language),
        ),
      ];
      for (const output of outputs) assert.doesNotMatch(output, new RegExp(planted));
      assert.match(outputs[1]!, /Fabrikam Security/);
    });
  }
});

describe("mssp report: the page", () => {
  it("names every object, its ID, what it means and how it ends", () => {
    const report = recordedReport("dev");
    const html = reportPage(report, "index.html");
    for (const { name, objectId, key } of report.objects) {
      assert.ok(html.includes(name.replaceAll("&", "&amp;")), name);
      assert.ok(html.includes(objectId));
      assert.ok(html.includes(`id="${key}"`), key);
    }
    assert.match(html, /href="index\.html"/);
    assert.match(html, /Remove the person from analysts/);
  });

  it("draws many people together if they reach the same", () => {
    const report = recordedReport("basic");
    const guest = report.objects.find(({ kind }) => kind === "guest")!;
    const group = report.objects.find(({ kind }) => kind === "group")!;
    const many = Array.from({ length: 30 }, (_, index) => ({
      ...guest,
      key: `guest-${index}`,
      name: `Person ${index}`,
    }));
    const paths = many.map(({ key }) => ({ from: key, to: group.key, by: "member of" }));
    const html = reportPage({
      ...report,
      objects: [...report.objects.filter(({ kind }) => kind !== "guest"), ...many],
      paths: [...report.paths, ...paths],
    });
    assert.match(html, /data-node="people-0"/);
    assert.match(html, />30 people</);
    assert.doesNotMatch(html, /data-node="guest-1"/);
  });
});

describe("mssp report: the hand-out", () => {
  const keysOf = (value: unknown, path = ""): string[] =>
    typeof value === "object" && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => keysOf(inner, `${path}/${key}`))
      : [path];
  const valueAt = (texts: Texts, path: string) =>
    path
      .slice(1)
      .split("/")
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], texts) as string;
  const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  const same = /^\/words\/reaches$|^\/objects\/name$/;

  for (const language of languages.filter((one) => one !== "en")) {
    it(`${language}: every text is there, translated, with the same placeholders`, () => {
      const [english, texts] = [textsOf("en"), textsOf(language)];
      assert.deepEqual(keysOf(texts).sort(), keysOf(english).sort());
      for (const key of keysOf(english)) {
        const [wanted, found] = [valueAt(english, key), valueAt(texts, key)];
        assert.notEqual(found.trim(), "", key);
        assert.deepEqual(placeholders(found), placeholders(wanted), key);
        if (!same.test(key)) assert.notEqual(found, wanted, key);
      }
    });
  }

  it("says what there is, how to check it, and how to end it, in the customer's language", () => {
    const report = handoutReport("dev");
    const html = handoutPage(report, "de");
    assert.match(html, /<html lang="de">/);
    assert.match(html, /Zugriff von Fabrikam Security auf Microsoft Defender von Contoso/);
    assert.match(html, /Was wir in Ihrem Mandanten haben/);
    assert.match(html, /entra\.microsoft\.com/);
    assert.deepEqual(html.replace(/<(style|script)>[^]*?<\/\1>/g, "").match(/\{(?!shown|all)\w+\}/g), null);
    // The delegation's role, and what nobody looks at.
    assert.match(html.split('id="who"')[1]?.split("</table>")[0] ?? "", /Microsoft Sentinel Responder/);
    const [, notLooked = ""] = html.split('id="not-looked"');
    assert.match(notLooked, /nicht mit Ihrem Mandanten verglichen/);
    const shown = notLooked.replaceAll("&gt;", ">").replaceAll("&#39;", "'").replaceAll("&amp;", "&");
    for (const { way } of notLookedWays) {
      const { look = "" } = textsOf("de").ways[way] ?? {};
      assert.ok(look !== "" && shown.includes(look), way);
    }
    // The MSSP's own Key Vault is not in the customer's tenant.
    assert.doesNotMatch(html, /Geheimnis im Key Vault/);
  });

  it("says what each application role lets the connector do, and who approved changes", () => {
    const connectorApproval = { approvedBy: "Dana <b> Reyes", writesEndOn: "2027-06-10" };
    const html = handoutPage({ ...handoutReport("dev"), connectorApproval }, "de");
    assert.match(html, /Liest die Warnungen von Microsoft Defender\./);
    assert.match(html, /Dana &lt;b(?:>|&gt;) Reyes hat das bis 2027-06-10 genehmigt/);
    assert.doesNotMatch(handoutPage(handoutReport("dev"), "de"), /hat das bis/);
  });

  const textOf = (html: string) => html.replaceAll(/<(style|script)>[^]*?<\/\1>|<[^>]+>/g, " ").replaceAll(/\s+/g, " ");
  const stopOf = (html: string) => textOf(html.split('id="stop"')[1] ?? "");

  for (const name of recorded) {
    it(`${name}: names every object in the customer's tenant, and a step that ends each kind, in every language`, () => {
      const report = handoutReport(name);
      const own = report.objects.filter(({ kind }) => isWithCustomer(kind));
      for (const language of languages) {
        const html = handoutPage(report, language);
        const [text, steps] = [textOf(html), stopOf(html)];
        for (const { name: object } of own) assert.ok(text.includes(object.replaceAll("&", "&amp;")), object);
        assert.doesNotMatch(html, /<li>([^<]+) → \1</, `${language}: an object that reaches itself`);
        for (const kind of new Set(own.map((object) => object.kind)))
          assert.ok(steps.includes(textsOf(language).kinds[kind].name), `${language} ${kind}`);
      }
    });
  }

  it("ends access first, by the order of the kinds, after the automation; and names who is in which group", () => {
    const html = handoutPage(handoutReport("entitlement"), "en");
    const steps = stopOf(html);
    const { people } = textsOf("en").stop;
    const order = [
      "automation application",
      "preview application",
      people.accessPackageAssignment.slice(0, 40),
      "Assignment of a Defender role:",
      "Assignment policy:",
      "Access package:",
      "Connected organization:",
      "Catalog of access packages:",
    ].map((text) => steps.indexOf(text));
    assert.ok(!order.includes(-1), order.join());
    assert.doesNotMatch(steps, /(People of [^,>]+), \1/, "each name once");
    assert.deepEqual(
      order,
      [...order].sort((a, b) => a - b),
    );
    assert.match(textOf(handoutPage(handoutReport("basic"), "en")), /MSSP Analysts Security group .{0,200}Ana Silva/);
  });

  it("names the account of the refresh token where the legacy API is read, and objects of an unknown type", () => {
    const { people } = textsOf("de").stop;
    const legacy = stopOf(handoutPage(handoutReport("dev"), "de"));
    assert.ok(legacy.includes(people.refreshToken.slice(0, 60)));
    assert.ok(!stopOf(handoutPage(handoutReport("mssp-application"), "de")).includes(people.refreshToken.slice(0, 60)));
    const type = "azuread:index/namedLocation:NamedLocation";
    const written = JSON.parse(stateText("basic")) as { deployment: { resources: object[] } };
    const urn = `urn:pulumi:basic::defender-mssp::${type}::office`;
    written.deployment.resources.push({ urn, type, custom: true, id: "1", inputs: { displayName: "Office" } });
    const state = reportState(parseDeployment("basic", JSON.stringify(written)));
    const report = handoutReport("basic", { state });
    const html = textOf(handoutPage(report, "de"));
    assert.match(html, /Office \(azuread:index\/namedLocation:NamedLocation\) Objekt eines unbekannten Typs/);
    assert.match(textOf(reportPage(report)), /Object of an unknown type/);
    assert.match(objectsCsv(report), /,unknown,Office,azuread:index\/namedLocation:NamedLocation,/);
  });

  it("before up it says what will be created, and promises that nothing is there yet", async () => {
    const settings = settingsOf("dev");
    const state = plannedState(await plannedResources(settings, now));
    const report = handoutReport("dev", { settings, state, source: "settings" });
    const html = handoutPage(report, "fr");
    assert.match(html, /Ce qui sera créé/);
    assert.match(mailOf(report, textsOf("fr")).body, /Rien n’est créé avant.*adminconsent\?client_id=5ec0de00-a070/s);
    // The program's own words in the details are English.
    assert.doesNotMatch(textOf(html), /signed-in user|as the application|member|eligible|undefined|planned/);
    assert.doesNotMatch(html, /Ce que nous avons/);
    const { who } = textsOf("fr");
    assert.match(
      textOf(html),
      new RegExp(`Ben Okafor .{0,80}Tier 2 Analyst .*${who.capabilities.liveResponse.slice(0, 30)}`),
    );
  });

  it("answers first who can do what until when: the automation, each person, the SIEM", () => {
    const html = handoutPage(handoutReport("dev"), "en");
    const [, table = ""] = html.split('id="who"');
    const rows = [...(table.split("</table>")[0] ?? "").matchAll(/<tr role="row">(.*?)<\/tr>/gs)].map(([, row = ""]) =>
      textOf(row),
    );
    const row = (name: string) => rows.find((text) => text.includes(name)) ?? "";
    assert.match(
      row("Automation of"),
      /5ec0de00-a070-.*AppRoleAssignment\.ReadWrite\.All it can also give itself.*until you delete it/,
    );
    const { liveResponse, seeAlerts, settings } = textsOf("en").who.capabilities;
    const [ana, ben, chloe] = [row("Ana Silva"), row("Ben Okafor"), row("Chloé Trần")];
    const parts = (text: string) => text.split("Names of the rights");
    assert.ok(ana.includes(seeAlerts) && parts(ana)[1]?.includes(liveResponse), ana);
    assert.ok(parts(ben)[0]?.includes(liveResponse) && parts(ben)[1]?.includes(settings), ben);
    assert.match(chloe, /Nothing in Defender by itself.*2031-12-31/);
    assert.match(row("SIEM of"), /Reads the alerts.*Change anything in your tenant.*no end/);
    assert.ok(
      html.indexOf('id="who"') < html.indexOf('id="paths"') &&
        html.indexOf('id="paths"') < html.indexOf('id="objects"'),
    );
  });

  it("names apart who is a guest and can do nothing in Defender, as after the end of their access", () => {
    const { objects, paths, ...report } = handoutReport("basic");
    const [guest] = objects.filter(({ kind }) => kind === "guest");
    assert.ok(guest !== undefined);
    const page = (kept: typeof paths) => handoutPage({ ...report, objects, paths: kept }, "en");
    const [working, ended] = [page(paths), page(paths.filter(({ from }) => from !== guest.key))];
    const can = new RegExp(`can work in your Microsoft Defender: [^<]*${guest.name}`);
    const idle = new RegExp(`What this page lists gives them nothing in Defender by itself: [^<]*${guest.name}`);
    assert.ok(can.test(working) && !idle.test(working));
    assert.ok(!can.test(ended) && idle.test(ended));
  });

  it("says of a directory role that it reaches further than Defender, and of nobody without an account", () => {
    const basic = textOf(handoutPage(handoutReport("basic"), "en"));
    assert.match(
      basic,
      /Ana Silva .{0,120}Everything that Microsoft’s directory role Security .{0,20}allows, in the whole tenant/,
    );
    const entitlement = textOf(handoutPage(handoutReport("entitlement"), "en"));
    assert.match(entitlement, /get access only for a time, when they request it/);
    assert.match(entitlement, /days after each approval/);
  });

  it("names contact and logo where the settings do", () => {
    const msspContact = { name: "Fabrikam SOC", email: "soc@fabrikam.example", phone: "+1 425 555 0100" };
    const report = handoutReport("dev", { settings: settingsOf("dev", { msspContact }) });
    const html = handoutPage(report, "en", { logo: "data:image/png;base64,iVBORw0KGgo=" });
    assert.match(html, /<img class="logo" src="data:image\/png;base64,iVBORw0KGgo=" alt="Fabrikam Security"/);
    assert.match(html, /img-src data:/);
    assert.match(html, /href="mailto:soc@fabrikam\.example"/);
    assert.match(mailOf(report, textsOf("en")).body, /not as it should be: Fabrikam SOC, soc@fabrikam\.example/);
    assert.doesNotMatch(handoutPage(handoutReport("dev"), "en"), /<img|img-src/);
    assert.throws(() => handoutPage(report, "en", { logo: "https://evil.example/logo.png" }), TypeError);
  });

  it("refuses to name no automation application", () =>
    assert.throws(
      () => consentedApplications("contoso", settingsOf("basic"), {}, now),
      /application ID of the automation is not known.*msspApplications.*--client-id/s,
    ));

  it("has the link to consent after up only for the MSSP's own application, on the page and in the mail", () => {
    const own = handoutReport("mssp-application");
    assert.match(
      handoutPage(own, "ja"),
      /href="https:\/\/login\.microsoftonline\.com\/[^"]+\/adminconsent\?client_id=/,
    );
    assert.match(mailOf(own, textsOf("es")).body, /adminconsent\?client_id=/);
    const customers = handoutReport("basic");
    assert.doesNotMatch(handoutPage(customers, "ja"), /adminconsent/);
    assert.match(mailOf(customers, textsOf("en")).subject, /^Access of Fabrikam Security/);
  });
});

describe("mssp report: CSV", () => {
  it("reads back as it was written, whatever is in a field", () => {
    const rows = fc.array(
      fc.array(
        fc.string().filter((text) => !/(^|[;\n])[^\S\n]*[=+\-@]|[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text)),
        { minLength: 2, maxLength: 3 },
      ),
      { minLength: 1 },
    );
    assertProperty(100, rows, (wanted) => assert.deepEqual(parsed(csvText(wanted)), wanted));
  });

  it("has no formula: a spreadsheet shows the text", () => {
    assert.equal(csvText([["=HYPERLINK(1)", "+1 is", "-2", "@x", 5]]), "'=HYPERLINK(1),'+1 is,-2,'@x,5\r\n");
    // A spreadsheet whose list separator is the semicolon begins a cell after it, whatever the quotes are.
    assert.equal(csvText([["x;=1+1", "a\n-1", "\uff1d1", "a; b"]]), `"x;'=1+1","a\n'-1",'\uff1d1,"a; b"\r\n`);
    const signs = fc.string({ unit: fc.constantFrom("=", "+", "-", "@", ";", "\n", "\t", " ", "a", ",", '"') });
    assertProperty(100, signs, (text) => {
      const cells = csvText([["s", text]])
        .slice(0, -2)
        .split(/[;\n]/)
        .slice(1);
      assert.ok(!cells.some((cell) => /^\s*[=+\-@]/.test(cell)), text);
    });
  });

  it("has a row for each object, with its meaning and its end", () => {
    const report = recordedReport("entitlement");
    const [head, ...rows] = parsed(objectsCsv(report));
    assert.equal(rows.length, report.objects.length);
    for (const row of rows) assert.equal(row.length, head!.length);
    assert.ok(rows.some((row) => row.includes("accessPackage") && row.some((cell) => /removes? |Remove/.test(cell))));
  });
});

describe("mssp report: what Microsoft ends", () => {
  const approved = { profile: "respond", actions: ["isolate"], approvedBy: "Dana Reyes", writesEndOn: "2030-01-01" };
  const settings = settingsOf("basic", { connector: { alertApis: ["legacySiem", "graph"], ...approved } });

  for (const language of languages) {
    it(`the customer's page in the language ${language}: the day, and no date where none is published`, () => {
      const texts = textsOf(language).retirements;
      const html = handoutPage(handoutReport("basic", { settings }), language);
      const part = /<section id="retirements".*?<\/section>/s.exec(html)?.[0] ?? "";
      assert.ok(part.includes(texts.mayBeOff.replace("{date}", "2024-12-31")), part);
      const [, undatedRow = ""] = /(The rest of the Defender for Endpoint API.*?<\/tr>)/s.exec(part) ?? [];
      assert.ok(undatedRow.includes(texts.undated), undatedRow);
      assert.doesNotMatch(undatedRow, /\d{4}-\d\d/);
      assert.doesNotMatch(handoutPage(handoutReport("federated"), language), /id="retirements"/);
    });
  }

  it("the MSSP's page, the fleet's page and its CSV say what ends, what replaces it and what to do", () => {
    const facts = recordedFacts("basic", { settings });
    assert.match(
      reportPage(accessReport(facts)),
      /id="retirements".*may be off since 2024-12-31.*connector\.alertApis: \[graph\]/s,
    );
    const fleet: FleetReport = {
      msspFleetOverview: 1,
      writtenAt: now.toISOString(),
      customers: [fleetRow(facts, about)],
    };
    assert.match(fleetPage(fleet), /Retires/);
    assert.match(fleetPage(fleet), /Successor: Microsoft Graph alerts_v2/);
    assert.match(fleetCsv(fleet), /"?retirements"?\r\n.*may be off since 2024-12-31\..*no date is published/s);
  });
});

describe("mssp report: what Microsoft changes by itself", () => {
  const on = (day: string, name: Recorded) => recordedReport(name, { now: new Date(`${day}T09:00:00Z`) });
  const part = (report: AccessReport) => /<section id="changes".*?<\/section>/s.exec(reportPage(report))?.[0] ?? "";

  it("the page and the JSON have each with its day, its source and what to do; attention has those that are near", () => {
    const report = on("2026-12-02", "entitlement");
    const html = part(report);
    assert.match(html, /perhaps off from 2027-02-01.*registers a passkey.*read on 2026-12-02\. Certainty: low/s);
    for (const { what } of report.changes) assert.ok(html.includes(what), what);
    const near = report.attention.filter(({ topic }) => topic === "changes");
    assert.ok(near.some(({ title }) => title.includes("memberOf")) && near.length < report.changes.length);
    assert.deepEqual([...new Set(near.map(({ state }) => state))], ["warning"]);
    assert.equal(part(on("2030-01-01", "basic")), "");
    for (const language of languages) {
      const { perhaps, from, since } = textsOf(language).changes;
      const hers = /<section id="changes".*?<\/section>/s.exec(handoutPage(report, language))?.[0] ?? "";
      for (const { what } of report.changes) assert.ok(hers.includes(what), what);
      assert.ok(hers.includes(perhaps.replace("{time}", from.replace("{date}", "2027-02-01"))), hers);
      assert.ok(hers.includes(`>${since.replace("{date}", "2026-11-04")}<`), hers);
    }
  });
});

describe("mssp report: the fleet", () => {
  const row = (changes: Partial<FleetRow>): FleetRow => ({ ...fleetRow(recordedFacts("basic"), about), ...changes });
  const order = (rows: readonly FleetRow[]) =>
    [
      ...fleetPage({ msspFleetOverview: 1, writtenAt: now.toISOString(), customers: rows }).matchAll(
        /<tr id="stack-(\w+)"/g,
      ),
    ].map(([, stack]) => stack);

  it("shows first who needs somebody now, then soon, then by name", () =>
    assert.deepEqual(
      order([
        row({ stack: "calm2" }),
        row({ stack: "calm1" }),
        row({ stack: "soon", warnings: 9 }),
        row({ stack: "now", failed: 1 }),
        row({ ...fleetRow({ ...recordedFacts("basic"), problem: "locked" }, about), stack: "unreadable", warnings: 0 }),
      ]),
      ["now", "unreadable", "soon", "calm1", "calm2"],
    ));

  it("drift is what --live found; without it what the last run found; else not checked", () => {
    const live = {
      missing: [],
      differences: new Map<string, string>(),
      notCompared: new Map<string, string>(),
      missingConsents: ["Alert.Read"],
      alertReaders: [],
      governance: { state: "none" as const },
      notChecked: [],
      parts: [],
    };
    assert.equal(fleetRow(recordedFacts("basic", { live, source: "live" }), about).drift, 1);
    const drift = { state: "drifted", differences: 3 } as const;
    assert.equal(fleetRow({ ...recordedFacts("basic"), drift }, about).drift, 3);
    assert.equal(fleetRow(recordedFacts("basic"), about).drift, "notChecked");
    const html = fleetPage({ msspFleetOverview: 1, writtenAt: now.toISOString(), customers: [row({})] });
    assert.match(html, /class="notChecked">not checked/);
  });

  it("with --live shows whose move each onboarding waits for", () => {
    const about = { stack: "a", checkedOn: now.toISOString(), manualSteps: [] };
    const step = (name: StepName, state: StepState): OnboardingStep => ({
      ...{ name, state, actor: "analyst", found: "", next: state === "waiting" ? "Accept <the> invitation." : "" },
    });
    const waiting = progressOf(about, [step("consent", "done"), step("invitations", "waiting"), step("up", "byHand")]);
    const complete = progressOf(about, [step("consent", "done")]);
    const customers = [
      row({ stack: "a", customerName: "Adatum", onboarding: waiting }),
      row({ stack: "b", customerName: "Bakery", onboarding: complete }),
      row({
        stack: "c",
        customerName: "Cafe",
        onboarding: { ...about, state: "failed", steps: [], problem: "locked" },
      }),
    ];
    const fleet = { msspFleetOverview: 1, writtenAt: now.toISOString(), customers } as const;
    const [, table = ""] = fleetPage(fleet).split('id="onboarding"');
    assert.match(table, /Adatum.*1 of 2.*Invitations.*the analysts.*Accept &lt;the> invitation\./s);
    assert.match(table, /Cafe.*locked/s);
    assert.doesNotMatch(table, /Bakery/);
    const [head = [], ...rows] = parsed(fleetCsv(fleet));
    const at = head.indexOf("onboarding");
    assertEach(rows, (cells) => cells.slice(at, at + 3), [
      ["waiting", "the analysts", "Accept <the> invitation."],
      ["complete", "", ""],
      ["failed", "", ""],
    ]);
    assert.doesNotMatch(fleetPage({ ...fleet, customers: [row({})] }), /id="onboarding"/);
  });

  it("leaves out the link where a customer has no page, and keeps a hostile name a text", () => {
    const html = fleetPage({
      msspFleetOverview: 1,
      writtenAt: now.toISOString(),
      customers: [
        row({ page: undefined, customerName: "<img src=x>" }),
        row({ stack: "b", page: "b.html", customerName: "B" }),
      ],
    });
    assert.match(html, /&lt;img src=x>/);
    assert.match(html, /<a href="b\.html">B<\/a>/);
    assert.equal(stateOf("basic").interrupted, 0);
  });
});

/** Reads RFC 4180. */
function parsed(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)!.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push([]);
  }
  return rows.slice(0, -1);
}
