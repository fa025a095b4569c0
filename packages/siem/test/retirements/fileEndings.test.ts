import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { endings, retirements } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { fileEndings, textEndings } from "../../src/retirements/fileEndings";
import { queryRestsOn } from "../../src/retirements/queryRestsOn";

const now = new Date("2026-11-28T12:00:00Z");
const inQuery = (query: string) => endings(queryRestsOn(query), "2026-11-28").map(({ id }) => id);
const inText = (file: string, text: string) => textEndings(file, text, now).map(({ id }) => id);

describe("retirements: what a query rests on", () => {
  it("a retired table, in every position, with its successor", () => {
    assert.deepEqual(inQuery("AADSignInEventsBeta | take 10"), ["aadsignineventsbeta"]);
    assert.deepEqual(inQuery("AlertInfo\n| join kind=inner (AADSpnSignInEventsBeta) on $left.AccountObjectId"), [
      "aadspnsignineventsbeta",
    ]);
    assert.deepEqual(inQuery("union DeviceEvents, ThreatIntelligenceIndicator"), ["threatintelligenceindicator-table"]);
    const [ending] = endings(queryRestsOn("AADSignInEventsBeta"), "2026-11-28");
    assert.deepEqual([ending?.successor, ending?.level], ["EntraIdSignInEvents", "over"]);
  });

  it("no name in a comment or a string, and none that only begins like it", () => {
    for (const query of [
      "AlertInfo // AADSignInEventsBeta",
      'AlertInfo | where Title == "AADSignInEventsBeta"',
      "AlertInfo | where Title == 'it''s AADSignInEventsBeta'",
      'AlertInfo | where Title == @"c:\\AADSignInEventsBeta" and Url has "https://x" // y',
      "AlertInfo | extend x = ```AADSignInEventsBeta```",
      "AADSignInEventsBeta2 | take 1",
      "EntraIdSignInEvents | take 10",
      "",
    ])
      assert.deepEqual(inQuery(query), [], query);
    assert.deepEqual(inQuery('AlertInfo | where Url == "https://x" | join AADSignInEventsBeta on A'), [
      "aadsignineventsbeta",
    ]);
  });

  it("a renamed column only with its table", () => {
    assert.deepEqual(inQuery("GraphApiAuditEvents | project IPAddress"), ["graphapiauditevents-rename"]);
    assert.deepEqual(inQuery("GraphApiAuditEvents | project IpAddress"), []);
    assert.deepEqual(inQuery("DeviceEvents | project IPAddress"), []);
  });

  it("any text is read in one pass, and a table after it is still seen", () =>
    assertProperty(100, fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
      const closed = text.replaceAll(/["'`~]/g, "");
      assert.ok(inQuery(`${closed}\nAADSignInEventsBeta`).includes("aadsignineventsbeta"));
    }));
});

describe("retirements: what settings of SIEM products rest on", () => {
  it("every host and path of the table, also escaped as in properties and URLs", () => {
    const hosts = retirements.flatMap(({ id, matches }) => {
      const { hosts: names = [], paths = [""] } = matches as { hosts?: readonly string[]; paths?: readonly string[] };
      return names.flatMap((host) => paths.map((at) => ({ id, address: `${host.replace("*.", "workspace.")}${at}` })));
    });
    assert.ok(hosts.length > 20);
    for (const { id, address } of hosts) {
      for (const text of [
        `endpoint = https://${address}`,
        `url=https\\://${address}`,
        `x?resource=${encodeURIComponent(`https://${address}`)}&y`,
        `"host": "${address}"`,
      ])
        assert.ok(inText("inputs.conf", text).includes(id), `${id}: ${text}`);
    }
  });

  it("permissions, add-ons and tables by their names", () => {
    assert.deepEqual(inText("app.json", '"permissions": ["AdvancedQuery.Read.All"]'), ["mde-advanced-hunting-api"]);
    assert.deepEqual(inText("policy.json", '{"package": {"name": "microsoft_defender_endpoint"}}'), [
      "elastic-m365-defender",
    ]);
    assert.deepEqual(inText("inputs.conf", "[microsoft_defender_endpoint_atp_alerts://x]"), []);
    assert.deepEqual(inText("Splunk_TA_MS_Security/local/inputs.conf", "[x]"), ["splunk-ta-legacy-endpoints"]);
    assert.deepEqual(inText("rule.yaml", "query: AADSignInEventsBeta | take 1"), ["aadsignineventsbeta"]);
    assert.deepEqual(inText("inputs.conf", "https://graph.microsoft.com/v1.0/security/alerts_v2"), []);
  });
});

describe("retirements: files and folders", () => {
  const folder = newFolder();
  before(async () => {
    await mkdir(path.join(folder, "siem"));
    await writeFile(path.join(folder, "siem/inputs.conf"), "endpoint = https://graph.windows.net/x");
    await writeFile(path.join(folder, "query.kql"), "AADSignInEventsBeta // https://graph.windows.net");
    await writeFile(path.join(folder, "bad.json"), '{"msspConnection": 1}');
    await writeFile(path.join(folder, "large.txt"), "x".repeat(1024 * 1024 + 1));
    await writeFile(path.join(folder, ".hidden"), "https://graph.windows.net");
  });

  it("reads folders, and says of each file what it rests on or why it was not read", async () => {
    const read = await fileEndings([folder, path.join(folder, "query.kql")], now);
    const shown = read.map(({ file, endings: list, problem }) => [
      path.relative(folder, file),
      list.map(({ id }) => id).join(),
      problem !== undefined,
    ]);
    assert.deepEqual(shown, [
      ["bad.json", "", true],
      ["large.txt", "", true],
      ["query.kql", "aadsignineventsbeta", false],
      [path.join("siem", "inputs.conf"), "aad-graph", false],
    ]);
  });

  it("a path that does not exist is one error", () =>
    assert.rejects(fileEndings([path.join(folder, "nothing")], now), {
      message: /nothing can't be read: it does not exist/,
    }));
});
