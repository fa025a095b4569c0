import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import type { AlertApi } from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import type { Connector } from "../../src/connector/connector";
import type { SiemProduct } from "../../src/siemConfig/products";
import { writeFiles } from "../../src/siemConfig/write";
import { writtenApis } from "../../src/siemConfig/writtenApis";

const now = new Date("2026-11-28T12:00:00Z");
const connector = (alertApis: readonly AlertApi[]): Connector => ({
  stack: "contoso",
  kind: "customerApp",
  credential: "secret",
  alertApis,
  profile: "read",
  cloud: "public",
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  clientId: "c0ffee00-0000-4000-8000-000000000001",
});
const written = (product: SiemProduct, alertApis: readonly AlertApi[], asksForLegacy = false) =>
  writtenApis(product, connector(alertApis), asksForLegacy, now);

describe("siem-config: nothing that has ended", () => {
  it("leaves out the legacy alert API, which may be off, and says so; --api legacySiem writes it", () => {
    const { alertApis, notes } = written("splunk", ["legacySiem", "graph"]);
    assert.deepEqual(alertApis, ["graph"]);
    assert.match(
      notes.join(),
      /^Left out for stack "contoso": The SIEM API .* may be off since 2024-12-31\. Successor: /,
    );
    assert.match(notes.join(), /--api legacySiem writes it nevertheless\.$/);
    assert.deepEqual(written("splunk", ["legacySiem", "graph"], true), {
      alertApis: ["legacySiem", "graph"],
      notes: [],
    });
    assert.deepEqual(written("elastic", ["graph"]), { alertApis: ["graph"], notes: [] });
  });

  it("refuses where nothing else is left, and names the way out", () => {
    assert.throws(() => written("splunk", ["legacySiem"]), {
      message: /^Nothing to write for stack "contoso": .*set connector\.alertApis: \[graph\]/,
    });
    assert.throws(() => written("arcsight", ["legacySiem", "graph"]), {
      message: /forward the alerts with `alerts --format cef`/,
    });
    assert.deepEqual(written("arcsight", ["legacySiem"], true).alertApis, ["legacySiem"]);
  });

  it("writes no file whose text rests on what has ended, whoever rendered it", async () => {
    const out = newFolder();
    const file = (text: string) => [{ path: "inputs.conf", text, holdsSecret: false }];
    const address = "https://graph.microsoft.com/v1.0/security/alerts";
    await assert.rejects(writeFiles(file(`url = ${address}`), { out }, {}), {
      message:
        /^Nothing was written: inputs\.conf: The legacy alerts API of Microsoft Graph .* Successor: Microsoft Graph alerts_v2/,
    });
    assert.deepEqual(await readdir(out), []);
    await writeFiles(file(`url = ${address}_v2`), { out }, {});
    assert.deepEqual(await readdir(out), ["inputs.conf"]);
  });
});
