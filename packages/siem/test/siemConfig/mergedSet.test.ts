/** Sets of files for several customers, and every format against the keys that its product accepts. */
import assert from "node:assert/strict";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { clouds } from "@defender-mssp/microsoft";
import type { Connector } from "../../src/connector/connector";
import type { SiemProduct } from "../../src/siemConfig/products";
import { mergedSiemFiles, siemFiles } from "../../src/siemConfig/render";
import type { SiemConnection } from "../../src/siemConfig/siem";
import {
  m365Defender,
  microsoftDefenderEndpoint,
  splunkAccount,
  splunkAlertsInput,
  splunkGraphLocations,
  splunkRestInput,
  type ElasticPackage,
  type SplunkStanza,
} from "./acceptedKeys";
import { readSplunkConf } from "./parsers";

function customer(stack: string, changes: Partial<Connector> = {}): SiemConnection {
  const connector: Connector = {
    stack,
    kind: "customerApp",
    credential: "secret",
    alertApis: ["legacySiem", "graph"],
    profile: "read",
    cloud: "public",
    tenantId: `tenant-of-${stack}`,
    clientId: `client-of-${stack}`,
    redirectUri: "https://contoso.com/SiemMsspConnector",
    clientSecret: undefined,
    ...changes,
  };
  const { loginEndpoint, graphEndpoint, resourceManagerEndpoint, alertExporters } = clouds[connector.cloud];
  const endpoints = { cloud: connector.cloud, loginEndpoint, graphEndpoint, resourceManagerEndpoint };
  return {
    connector,
    endpoints: { ...endpoints, metadataHost: undefined },
    alertExporter: alertExporters.us,
    clientSecret: `secret-of-${stack}`,
    refreshToken: `token-of-${stack}`,
  };
}

function merged(product: SiemProduct, ...connections: SiemConnection[]) {
  const { files, customers } = mergedSiemFiles(product, connections);
  const problems = customers.flatMap(({ connection, problem }) =>
    problem === undefined ? [] : [[connection.connector.stack, problem] as const],
  );
  return {
    files: Object.fromEntries(files.map(({ path, text }) => [path, text])),
    problems: Object.fromEntries(problems),
  };
}

describe("siem-config: one set for all customers", () => {
  it("Splunk: each file has a stanza for each customer, with that customer's own tenant and credential", () => {
    const { files, problems } = merged("splunk", customer("contoso"), customer("fabrikam"));
    assert.deepEqual(problems, {});
    const accounts = readSplunkConf(files["Splunk_TA_MS_Security/local/splunk_ta_ms_security_account.conf"] ?? "");
    const inputs = readSplunkConf(files["Splunk_TA_MS_Security/local/inputs.conf"] ?? "");
    const rest = readSplunkConf(files["rest_ta/local/inputs.conf"] ?? "");
    for (const stack of ["contoso", "fabrikam"]) {
      const name = `defender_${stack}`;
      assert.equal(accounts[name]?.["username"], `client-of-${stack}`);
      assert.equal(accounts[name]["password"], `secret-of-${stack}`);
      const input = inputs[`microsoft_defender_endpoint_atp_alerts://${name}`];
      assert.equal(input?.["azure_app_account"], name);
      assert.equal(input["tenant_id"], `tenant-of-${stack}`);
      assert.equal(rest[`rest://defender_detections_${stack}`]?.["oauth2_refresh_token"], `token-of-${stack}`);
    }
    assertEach([Object.keys(accounts), Object.keys(inputs), Object.keys(rest)], ({ length }) => length, [2, 2, 2]);
  });

  it("Elastic, ArcSight, Sentinel: a folder for each customer, and the template of Sentinel once", () => {
    const both = [customer("contoso"), customer("fabrikam")] as const;
    assert.deepEqual(Object.keys(merged("elastic", ...both).files), [
      "contoso/m365_defender.json",
      "contoso/microsoft_defender_endpoint.json",
      "fabrikam/m365_defender.json",
      "fabrikam/microsoft_defender_endpoint.json",
    ]);
    assert.deepEqual(Object.keys(merged("arcsight", ...both).files), [
      "contoso/WDATP-connector.properties",
      "contoso/WDATP-connector.jsonparser.properties",
      "fabrikam/WDATP-connector.properties",
      "fabrikam/WDATP-connector.jsonparser.properties",
    ]);
    assert.deepEqual(Object.keys(merged("sentinel", ...both).files), [
      "dataConnector.json",
      "contoso/dataConnector.parameters.json",
      "fabrikam/dataConnector.parameters.json",
    ]);
  });

  it("Elastic: policies have names of their own, which Fleet requires", () => {
    const { files } = merged("elastic", customer("contoso"), customer("fabrikam"));
    const names = Object.values(files).map((text) => (JSON.parse(text) as { name: string }).name);
    assert.equal(new Set(names).size, 4);
  });

  it("leaves out a customer that the product does not support, and says which and why", () => {
    const { files, problems } = merged(
      "splunk",
      customer("certificate", { credential: "certificate" }),
      customer("contoso"),
      customer("dod", { cloud: "dod", alertApis: ["graph"] }),
      customer("nothing", { alertApis: [] }),
    );
    assert.deepEqual(Object.keys(problems), ["certificate", "dod", "nothing"]);
    assert.match(problems["certificate"] ?? "", /signs in with a client secret only/);
    assert.match(problems["dod"] ?? "", /doesn't support .*dod/);
    const inputs = readSplunkConf(files["Splunk_TA_MS_Security/local/inputs.conf"] ?? "");
    assert.deepEqual(Object.keys(inputs), ["microsoft_defender_endpoint_atp_alerts://defender_contoso"]);
  });

  it("leaves out customers whose names are equal in the product's files: no stanza replaces another", () => {
    const { files, problems } = merged("splunk", customer("a.b"), customer("A_b"), customer("contoso"));
    assert.deepEqual(Object.keys(problems), ["a.b", "A_b"]);
    assert.match(problems["a.b"] ?? "", /the stacks a\.b and A_b have the same name in the files, a_b: use --stack/);
    assert.doesNotMatch(Object.values(files).join(), /secret-of-a/i);
    assert.deepEqual(merged("splunk", customer("a.b"), customer("A_b")).files, {});
  });
});

interface Policy {
  readonly package: { readonly name: string };
  readonly inputs: Record<string, Input>;
}

interface Input {
  readonly enabled: boolean;
  readonly vars?: Record<string, unknown>;
  readonly streams?: Record<string, { readonly enabled: boolean; readonly vars?: Record<string, unknown> }>;
}

describe("siem-config: the keys of each format", () => {
  const files = (product: SiemProduct) =>
    Object.fromEntries(siemFiles(product, customer("contoso")).map(({ path, text }) => [path, text]));

  for (const [file, known] of [
    ["m365_defender.json", m365Defender],
    ["microsoft_defender_endpoint.json", microsoftDefenderEndpoint],
  ] as const) {
    it(`Elastic: ${file} has only what ${known.source} accepts, and all that it requires`, () =>
      checkPolicy(JSON.parse(files("elastic")[file] ?? "") as Policy, known));
  }

  function checkPolicy(policy: Policy, known: ElasticPackage): void {
    for (const [inputName, input] of Object.entries(policy.inputs)) {
      const accepted = known.inputs[inputName];
      assert.ok(accepted, inputName);
      checkKeys(input.vars ?? {}, accepted.vars, input.enabled ? accepted.required : [], inputName);
      for (const [streamName, stream] of Object.entries(input.streams ?? {})) {
        const one = accepted.streams[streamName];
        assert.ok(one, streamName);
        checkKeys(stream.vars ?? {}, one.vars, stream.enabled ? one.required : [], streamName);
      }
      // A stream that the file does not name is on wherever its input is.
      for (const [streamName, { required }] of Object.entries(accepted.streams))
        if (input.enabled && required.length > 0) assert.ok(input.streams?.[streamName], streamName);
    }
    assert.deepEqual(Object.keys(policy.inputs).sort(), Object.keys(known.inputs).sort(), "each input is on or off");
  }

  for (const [file, prefix, known] of [
    ["Splunk_TA_MS_Security/local/inputs.conf", "microsoft_defender_endpoint_atp_alerts://", splunkAlertsInput],
    ["Splunk_TA_MS_Security/local/splunk_ta_ms_security_account.conf", "", splunkAccount],
    ["rest_ta/local/inputs.conf", "rest://", splunkRestInput],
  ] as const) {
    it(`Splunk: ${file} has only what ${known.source} accepts, and all that it requires`, () =>
      checkStanzas(readSplunkConf(files("splunk")[file] ?? ""), prefix, known));
  }

  function checkStanzas(stanzas: Record<string, Record<string, string>>, prefix: string, known: SplunkStanza): void {
    assert.equal(Object.keys(stanzas).length, 1);
    for (const [name, settings] of Object.entries(stanzas)) {
      assert.ok(name.startsWith(prefix), name);
      checkKeys(settings, known.settings, known.required, name);
    }
  }

  it("Splunk: the locations are those of the add-on that read Microsoft Graph", () => {
    for (const cloud of ["public", "gcc", "gccHigh"] as const) {
      const [, input] = siemFiles("splunk", customer("contoso", { cloud, alertApis: ["graph"] }));
      const [settings] = Object.values(readSplunkConf(input?.text ?? ""));
      assert.ok(
        splunkGraphLocations.some((location) => location === settings?.["location"]),
        cloud,
      );
    }
  });

  function checkKeys(
    values: Record<string, unknown>,
    accepted: readonly string[],
    required: readonly string[],
    where: string,
  ): void {
    assertNone(Object.keys(values), (key) => !accepted.includes(key), where);
    assertNone(required, (key) => !(key in values), where);
  }
});
