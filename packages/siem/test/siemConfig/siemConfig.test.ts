import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import { VisibleError } from "@defender-mssp/errors";
import fc from "fast-check";
import { parse } from "yaml";
import { clouds, ServiceError, type AlertExporterRegion } from "@defender-mssp/microsoft";
import { connectionFile } from "../../src/connector/connectionFiles";
import type { Connector } from "../../src/connector/connector";
import { acceptingHost } from "../../src/connector/hosts";
import { filledTemplate } from "../../src/siemConfig/filledTemplate";
import { customerAlertExporter } from "../../src/siemConfig/hosts";
import { siemProducts, type SiemProduct } from "../../src/siemConfig/products";
import type { SiemConnection } from "../../src/siemConfig/siem";
import { siemFiles } from "../../src/siemConfig/render";
import { readProperties, readSplunkConf } from "./parsers";

const contoso: Connector = {
  stack: "contoso",
  kind: "customerApp",
  credential: "secret",
  alertApis: ["legacySiem", "graph"],
  profile: "read",
  cloud: "public",
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  clientId: "c0ffee00-0000-4000-8000-000000000001",
  redirectUri: "https://contoso.com/SiemMsspConnector",
  clientSecret: undefined,
};

/** With the hosts of the connector's cloud. */
const connection = (
  { region = "eu", ...changes }: Partial<SiemConnection> & { region?: AlertExporterRegion } = {},
  connector: Partial<Connector> = {},
): SiemConnection => {
  const { cloud } = { ...contoso, ...connector };
  const { loginEndpoint, graphEndpoint, resourceManagerEndpoint, alertExporters } = clouds[cloud];
  const endpoints = { cloud, loginEndpoint, graphEndpoint, resourceManagerEndpoint, metadataHost: undefined };
  return {
    connector: { ...contoso, ...connector },
    endpoints,
    alertExporter: alertExporters[region],
    clientSecret: "<client secret of stack contoso>",
    refreshToken: "<refresh token of stack contoso>",
    ...changes,
  };
};

/** Text by path. */
function rendered(product: SiemProduct, input: SiemConnection): Record<string, string> {
  return Object.fromEntries(siemFiles(product, input).map(({ path: file, text }) => [file, text]));
}

const characters = Array.from(`abZ09 "'\\\`=:#!$%&{}[]<>|~;,.-_/+*?@^äß€漢🔑`);

/** What a client secret or a token may be: anything printable, with what formats stumble over. */
const nasty = fc
  .string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(...characters) })
  .filter((text) => text.trim() !== "");

describe("siem-config", () => {
  describe("renders the reviewed files of each product", () => {
    for (const product of siemProducts) {
      it(product, async () => {
        const files = rendered(product, connection());
        assert.ok(Object.keys(files).length > 0);
        for (const [file, text] of Object.entries(files)) {
          const golden = path.join(__dirname, "golden", product, file);
          assert.equal(text, await readFile(golden, "utf8"), golden);
        }
      });
    }
  });

  it("marks each file that contains a secret or its placeholder", () => {
    const secrets = { clientSecret: "THE-CLIENT-SECRET", refreshToken: "THE-REFRESH-TOKEN" };
    for (const product of siemProducts) {
      for (const { path: file, text, holdsSecret } of siemFiles(product, connection(secrets))) {
        assert.equal(/THE-(CLIENT-SECRET|REFRESH-TOKEN)/.test(text), holdsSecret, `${product}: ${file}`);
      }
    }
  });

  it("renders files for the connector's alert APIs only", () => {
    const files = (product: SiemProduct, ...alertApis: Connector["alertApis"]) =>
      Object.keys(rendered(product, connection({}, { alertApis })));
    assert.deepEqual(files("splunk", "legacySiem"), ["rest_ta/local/inputs.conf"]);
    assert.deepEqual(files("splunk", "graph"), [
      "Splunk_TA_MS_Security/local/splunk_ta_ms_security_account.conf",
      "Splunk_TA_MS_Security/local/inputs.conf",
    ]);
    assert.deepEqual(files("elastic", "graph"), ["m365_defender.json"]);
    assert.deepEqual(files("elastic", "legacySiem"), ["microsoft_defender_endpoint.json"]);
    assert.throws(
      () => files("arcsight", "graph"),
      /reads the legacy alert API, which .* can't access\. Add legacySiem to connector\.alertApis/,
    );
  });

  it("refuses Splunk, ArcSight and Elastic for a connector without a client secret", () => {
    for (const credential of ["certificate", "federated"] as const) {
      const input = connection({}, { credential });
      for (const product of ["splunk", "arcsight", "elastic"] as const) {
        assert.throws(
          () => siemFiles(product, input),
          (error: unknown) => {
            assert.ok(error instanceof VisibleError);
            assert.match(error.message, /signs in with a client secret only; the connector of stack "contoso" has a /);
            return true;
          },
        );
      }
      assert.equal(siemFiles("sentinel", input).length, 2);
    }
  });

  it("names the hosts of the customer's cloud and region", async () => {
    const legacy = (cloud: Connector["cloud"], region: "eu" | "uk" | "us") => {
      const files = rendered("splunk", connection({ region }, { cloud, alertApis: ["legacySiem"] }));
      const [settings] = Object.values(readSplunkConf(files["rest_ta/local/inputs.conf"] ?? ""));
      return [settings?.["endpoint"], new URL(settings?.["oauth2_refresh_url"] ?? "").origin];
    };
    const login = "https://login.microsoftonline.com";
    assert.deepEqual(legacy("public", "uk"), [
      "https://wdatp-alertexporter-uk.securitycenter.windows.com/api/alerts",
      login,
    ]);
    assert.deepEqual(legacy("gcc", "us"), [
      "https://wdatp-alertexporter-us.gcc.securitycenter.windows.us/api/alerts",
      login,
    ]);
    assert.deepEqual(legacy("gccHigh", "us"), [
      "https://wdatp-alertexporter-us.securitycenter.windows.us/api/alerts",
      "https://login.microsoftonline.us",
    ]);
    const government = { ...clouds.gccHigh, cloud: "gccHigh", metadataHost: undefined } as const;
    const customer = connectionFile("contoso.json", {});
    await assert.rejects(
      customerAlertExporter(customer, { endpoints: government, environment: {} }, "eu"),
      /gccHigh.* has no region "eu": it has us/,
    );
    assert.throws(
      () => rendered("splunk", connection({}, { cloud: "dod", alertApis: ["graph"] })),
      /doesn't support .*dod/,
    );
    const elastic = rendered("elastic", connection({}, { cloud: "dod", alertApis: ["graph"] }));
    assert.match(elastic["m365_defender.json"] ?? "", /"request_url": "https:\/\/dod-graph\.microsoft\.us"/);
  });

  it("names the sandbox's hosts when the environment points to the sandbox", () => {
    const sandbox = {
      endpoints: {
        ...clouds.public,
        cloud: "public" as const,
        metadataHost: "127.0.0.1:1",
        loginEndpoint: "https://127.0.0.1:1/",
        graphEndpoint: "https://127.0.0.1:1",
      },
      alertExporter: "https://127.0.0.1:1",
    };
    for (const product of ["splunk", "arcsight", "elastic"] as const) {
      const files = rendered(product, connection(sandbox));
      const text = Object.values(files).join("\n");
      assert.doesNotMatch(text, /microsoftonline|securitycenter\.windows|api\.security|\/\/graph\.microsoft/, product);
      assert.match(text, /https:\/\/127\.0\.0\.1:1\/api\/alerts/, product);
    }
    const splunk = rendered("splunk", connection(sandbox));
    assert.match(splunk["Splunk_TA_MS_Security/local/inputs.conf"] ?? "", /^# .*can't read the sandbox\.$/m);
  });

  it("finds the customer's region by the host that accepts the connector", async () => {
    const answers: Record<string, number> = { eu: 403, uk: 401, us: 200 };
    const call = (host: string) => {
      const status = answers[host] ?? 0;
      if (status === 200) return Promise.resolve("alerts");
      throw new ServiceError({ status, message: "refused", method: "GET", url: host });
    };
    assert.deepEqual(await acceptingHost(["eu", "uk", "us"], call), { host: "us", answer: "alerts" });
    await assert.rejects(acceptingHost(["eu", "uk"], call), /GET uk answered 401/);
    await assert.rejects(acceptingHost(["down", "us"], call), /GET down failed/);
  });

  it("Elastic: disables the sources that the connector can't read and the package enables by default", () => {
    const files = rendered("elastic", connection());
    const { inputs } = JSON.parse(files["m365_defender.json"] ?? "") as Policy;
    assert.equal(inputs["m365_defender-azure-eventhub"]?.enabled, false);
    const streams = inputs["m365_defender-httpjson"]?.streams;
    assert.equal(streams?.["m365_defender.incident"]?.enabled, false);
    assert.equal(streams["m365_defender.log"]?.enabled, false);
    assert.equal(streams["m365_defender.alert"]?.enabled, true);
  });

  it("ArcSight: Java reads every value back unchanged", () =>
    assertProperty(100, nasty, nasty, (clientSecret, redirectUri) => {
      const files = rendered("arcsight", connection({ clientSecret }, { redirectUri }));
      const values = readProperties(files["WDATP-connector.properties"] ?? "");
      assert.equal(values["client_secret"], clientSecret);
      assert.equal(values["redirect_uri"], redirectUri);
      assert.deepEqual(Object.keys(values), [
        "client_ID",
        "client_secret",
        "auth_url",
        "token_url",
        "redirect_uri",
        "scope",
        "reauthenticate",
      ]);
    }));

  it("properties: every value is read back unchanged, whatever characters it contains", () => {
    const any = fc.string({ unit: "binary", maxLength: 40 });
    assertProperty(100, any, any, any, (comment, one, other) => {
      const template = "# {{comment}}\n\none={{one}}\nother=a/{{other}}\n";
      const text = filledTemplate("a.properties", template, { comment, one, other });
      assert.match(text, /^[\x20-\x7e\n]*$/);
      assert.deepEqual(readProperties(text), { one, other: `a/${other}` });
    });
  });

  it("ArcSight: each event field of the parser file takes its value from a token", () => {
    const files = rendered("arcsight", connection());
    const values = readProperties(files["WDATP-connector.jsonparser.properties"] ?? "");
    const count = Number(values["token.count"]);
    const names = Array.from({ length: count }, (_, index) => values[`token[${index}].name`] ?? "");
    assert.equal(new Set(names).size, 23);
    assert.equal(values[`token[${count}].name`], undefined);
    assert.equal(values["event.name"], "AlertTitle");
    assert.equal(values["event.externalId"], "AlertId");
    assert.equal(values["event.deviceCustomString6Label"], '__stringConstant("Sha256")');
    const events = Object.entries(values).filter(
      ([key]) => /^event\./.test(key) && !/Label$|\.deviceV|\.deviceP/.test(key),
    );
    for (const [key, expression] of events) {
      assert.ok(
        names.some((name) => expression.includes(name)),
        `${key} takes its value from no token: ${expression}`,
      );
    }
  });

  it("Splunk: every value is read back unchanged, or refused because the format can't express it", () => {
    assertProperty(100, nasty, nasty, (clientSecret, refreshToken) => {
      const holdable = [clientSecret, refreshToken].every((text) => text === text.trim() && !text.endsWith("\\"));
      const files = () => rendered("splunk", connection({ clientSecret, refreshToken }));
      if (!holdable) {
        assert.throws(files, (error: unknown) => {
          assert.ok(error instanceof VisibleError);
          // The template may hold a character or two of it by chance.
          if (clientSecret.trim().length > 12)
            assert.ok(!error.message.includes(clientSecret.trim()), "the value is shown");
          return true;
        });
        return;
      }
      const rest = readSplunkConf(files()["rest_ta/local/inputs.conf"] ?? "");
      const { oauth2_client_secret: password, oauth2_refresh_token: token } =
        rest["rest://defender_detections_contoso"] ?? {};
      assert.deepEqual([password, token], [clientSecret, refreshToken]);
      const account = readSplunkConf(files()["Splunk_TA_MS_Security/local/splunk_ta_ms_security_account.conf"] ?? "");
      assert.equal(account["defender_contoso"]?.["password"], clientSecret);
    });
  });

  it("Splunk: no value and no comment can start another setting or stanza", () => {
    const conf = (comment: string, stanza: string, value: string) =>
      filledTemplate("a.conf", "# {{comment}}\n\n[{{stanza}}]\nname = {{value}}\n", { comment, stanza, value });
    for (const value of ["a\nb = c", "a\r[other]", "a\u2028b", "a\u0000", "\ud800"]) {
      assert.throws(() => conf("", "s", value), VisibleError);
    }
    assert.deepEqual(readSplunkConf(conf("one\n[two]", "s", "value")), { s: { name: "value" } });
    assert.throws(() => conf("", "a][b", "value"), VisibleError);
  });

  it("Elastic: every value is read back from the JSON and the YAML in it", () =>
    assertProperty(100, nasty, nasty, (clientSecret, refreshToken) => {
      const files = rendered("elastic", connection({ clientSecret, refreshToken }));
      const xdr = JSON.parse(files["m365_defender.json"] ?? "") as Policy;
      assert.equal(xdr.inputs["m365_defender-httpjson"]?.vars?.["client_secret"], clientSecret);
      const endpoint = JSON.parse(files["microsoft_defender_endpoint.json"] ?? "") as Policy;
      const streams = endpoint.inputs["microsoft_defender_endpoint-httpjson"]?.streams;
      const vars = streams?.["microsoft_defender_endpoint.log"]?.vars;
      assert.deepEqual(parse(String(vars?.["oauth_endpoint_params"])), {
        grant_type: "refresh_token",
        refresh_token: refreshToken,
      });
    }));

  it("Sentinel: the parameters file has the parameters of the template", () => {
    const files = rendered("sentinel", connection());
    const template = JSON.parse(files["dataConnector.json"] ?? "") as { parameters: Record<string, unknown> };
    const parameters = JSON.parse(files["dataConnector.parameters.json"] ?? "") as {
      parameters: Record<string, { value: string }>;
    };
    assert.deepEqual(Object.keys(parameters.parameters), Object.keys(template.parameters));
    assert.equal(parameters.parameters["tenantId"]?.value, contoso.tenantId);
  });

  it("derives valid names of stanzas and policies from any stack name", () => {
    const names = fc.string({ unit: fc.constantFrom(...'aZ9_-./ ü]\n["{}:'.split("")), minLength: 1, maxLength: 30 });
    assertProperty(100, names, (stack) => {
      const given = connection({}, { stack });
      for (const stanza of Object.keys(readSplunkConf(rendered("splunk", given)["rest_ta/local/inputs.conf"] ?? "")))
        assert.match(stanza, /^rest:\/\/defender_detections_[\w-]*$/);
      const policy = JSON.parse(rendered("elastic", given)["m365_defender.json"] ?? "{}") as { readonly name: string };
      assert.match(policy.name, /^[\w-]+$/);
    });
    const stack = "contoso/prod ümlaut]\n[x";
    const files = rendered("splunk", connection({}, { stack }));
    assert.deepEqual(Object.keys(readSplunkConf(files["rest_ta/local/inputs.conf"] ?? "")), [
      "rest://defender_detections_contoso_prod_mlaut_x",
    ]);
  });
});

interface Policy {
  readonly inputs: Record<
    string,
    | {
        readonly enabled?: boolean;
        readonly vars?: Record<string, unknown>;
        readonly streams?: Record<
          string,
          { readonly enabled?: boolean; readonly vars?: Record<string, unknown> } | undefined
        >;
      }
    | undefined
  >;
}
