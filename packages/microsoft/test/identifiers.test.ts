import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import {
  accessPackageUrl,
  clouds,
  directoryRoleTemplates,
  legacyPortalUrl,
  legacyTokenEndpoint,
  portalUrl,
  publishedApplications,
  tokenEndpoint,
  adminConsentUrl,
} from "@defender-mssp/microsoft";
import { referenceFolder } from "@defender-mssp/testkit";

const root = path.join(__dirname, "..", "..", "..");
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const tenantId = "c0570500-0000-4000-8000-00000000000a";

describe("microsoft/identifiers", () => {
  it("has well-formed IDs, unique within each kind", () => {
    for (const { appId, appRoles, scopes } of publishedApplications) {
      for (const ids of [Object.values(appRoles), Object.values(scopes)]) {
        assert.equal(new Set(ids).size, ids.length);
        for (const id of [appId, ...ids]) assert.match(id, uuid);
      }
    }
    const templates = Object.values(directoryRoleTemplates);
    assert.equal(new Set(templates).size, templates.length);
    for (const id of templates) assert.match(id, uuid);
  });

  it("matches the table of the reference", function () {
    const reference = path.join(referenceFolder(), "domain.md");
    if (!existsSync(reference)) this.skip();
    const section = /## 5\.[\s\S]*?## 6\./.exec(readFileSync(reference, "utf8"))?.[0] ?? "";
    const expected = [...section.matchAll(/\| ([0-9a-f-]{36}) \|/g)].map(([, id]) => id!);
    assert.ok(expected.length >= 14);
    const known = new Set<string>([
      ...Object.values(directoryRoleTemplates),
      ...publishedApplications.flatMap(({ appId, appRoles, scopes }) => [
        appId,
        ...Object.values(appRoles),
        ...Object.values(scopes),
      ]),
    ]);
    assert.deepEqual(
      expected.filter((id) => !known.has(id)),
      [],
    );
  });
});

describe("microsoft/clouds", () => {
  it("has the addresses that Microsoft documents", () => {
    assert.equal(portalUrl("public", tenantId), `https://security.microsoft.com?tid=${tenantId}`);
    assert.equal(legacyPortalUrl("public", tenantId), `https://securitycenter.windows.com?tid=${tenantId}`);
    assert.equal(tokenEndpoint("public", tenantId), `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`);
    assert.equal(legacyTokenEndpoint("dod", tenantId), `https://login.microsoftonline.us/${tenantId}/oauth2/token`);
    assert.equal(
      tokenEndpoint("public", tenantId, "http://127.0.0.1:1/"),
      `http://127.0.0.1:1/${tenantId}/oauth2/v2.0/token`,
    );
    assert.equal(
      accessPackageUrl("public", "contoso.com", "package"),
      "https://myaccess.microsoft.com/@contoso.com#/access-packages/package",
    );
    assert.match(accessPackageUrl("dod", "contoso.com", "package"), /^https:\/\/myaccess\.microsoft\.us\/@contoso/);
    assert.equal(
      adminConsentUrl("gccHigh", tenantId, "app"),
      `https://login.microsoftonline.us/${tenantId}/adminconsent?client_id=app`,
    );
  });

  it("has only https origins", () => {
    const urls = Object.values(clouds).flatMap(
      ({ alertExporters, loginAliases, environment, regionSubScope, ...hosts }) => [
        ...Object.values(hosts),
        ...loginAliases,
        ...Object.values(alertExporters),
      ],
    );
    for (const url of urls) assert.equal(new URL(url).origin, url);
    for (const url of urls) assert.ok(url.startsWith("https://"));
  });
});

describe("microsoft", () => {
  it("loads only modules of Node.js and the package of errors when it is imported", async () => {
    const folder = path.join(root, "packages", "microsoft", "src");
    const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".ts"));
    assert.ok(files.length > 5);
    // Read by `require` when a PKCS#12 archive is opened, and by nobody else.
    const late = path.join("entra", "pkcs12.ts");
    for (const file of files.filter((one) => one !== late)) {
      const source = await readFile(path.join(folder, file), "utf8");
      for (const [, name] of source.matchAll(/(?:from |import |(?:require|import)\()"([^"]+)"/g))
        assert.match(name!, /^(node:|\.|@defender-mssp\/errors(\/\w+)?$)/, file);
      assert.doesNotMatch(source, /from "[^"]*pkcs12"/, file);
    }
    const manifest = JSON.parse(await readFile(path.join(root, "packages", "microsoft", "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    assert.deepEqual(Object.keys(manifest.dependencies), ["@defender-mssp/errors", "node-forge"]);
  });
});
