/** What the real token endpoints were seen to answer, replayed against the sandbox. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { OwnSandbox } from "../../src/server";
import {
  addDaemon,
  type ReceivedAnswer,
  contoso,
  type Daemon,
  daemonId,
  daemonRequest,
  decodeToken,
  get,
  post,
  referenceFolder,
  temporarySandbox,
} from "@defender-mssp/testkit";

const folder = path.join(referenceFolder(), "entra-tokens");

interface Captured {
  readonly response: { readonly status: number; readonly body: Record<string, unknown> };
}

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), "utf8"));
}

describe("answers captured from the real Entra", () => {
  let sandbox: OwnSandbox;
  let daemon: Daemon;

  before(async function () {
    if (!existsSync(folder)) {
      // The captures are reference data beside the checkout, not part of it.
      console.log("      skipped: there is no ../shared/reference/entra-tokens");
      this.skip();
    }
    sandbox = await temporarySandbox();
    daemon = addDaemon(sandbox.cloud);
    daemon.application["api"] = { requestedAccessTokenVersion: 2 };
  });
  after(() => (sandbox as OwnSandbox | undefined)?.stop());

  const request = (form: Readonly<Record<string, string | undefined>> = {}) =>
    post(sandbox, `/${contoso}/oauth2/v2.0/token`, daemonRequest(daemon, { scope: `${daemonId}/.default`, ...form }));

  /** The captured body with its placeholders as patterns, in the same order. */
  function assertLike(answer: ReceivedAnswer, { response }: Captured): void {
    assert.equal(answer.status, response.status);
    assert.deepEqual(Object.keys(answer.body), Object.keys(response.body));
    for (const [name, expected] of Object.entries(response.body)) {
      const actual = answer.body[name];
      if (typeof expected !== "string") assert.deepEqual(actual, expected, name);
      else if (expected === "{seconds}") assert.equal(typeof actual, "number", name);
      else assert.match(String(actual), pattern(expected), name);
    }
  }

  function pattern(text: string): RegExp {
    const patterns: Readonly<Record<string, string>> = {
      "{guid}": "[0-9a-f-]{36}",
      "{timestamp}": String.raw`\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ`,
      "{daemon-app-id}": daemonId,
      "{tenant-id}": contoso,
      "{redacted-jwt}": String.raw`[\w-]+\.[\w-]+\.[\w-]+`,
    };
    const parts = text.replace("https://login.microsoftonline.com", sandbox.origins.https).split(/(\{[a-z-]+\})/);
    const escape = (part: string) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return new RegExp(`^${parts.map((part) => patterns[part] ?? escape(part)).join("")}$`);
  }

  const requests: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
    "token-client-credentials": {},
    "token-error-invalid-client": { client_secret: "wrong" },
    "token-error-invalid-scope": { scope: "api://not-a-registered-resource/.default" },
    "token-error-unknown-client": { client_id: "00000000-0000-0000-0000-000000000000" },
    "token-error-unsupported-grant-type": { grant_type: "no_such_grant" },
  };
  for (const [name, form] of Object.entries(requests)) {
    it(name, async () => assertLike(await request(form), read(name) as Captured));
  }

  it("token-claims-client-credentials: the sandbox's token has the same claims", async () => {
    const expected = read("token-claims-client-credentials") as {
      header: Record<string, unknown>;
      claimNames: string[];
      structural: Record<string, string | null>;
    };
    const { header, claims } = decodeToken((await request()).body["access_token"]);
    for (const [name, value] of Object.entries(expected.header)) {
      if (value === null) assert.ok(!(name in header), name);
      else if (value === "{kid}") assert.equal(typeof header[name], "string");
      else assert.equal(header[name], value, name);
    }
    assert.deepEqual(Object.keys(claims).sort(), expected.claimNames);
    for (const [name, value] of Object.entries(expected.structural)) {
      if (value === null) assert.ok(!(name in claims), name);
      else assert.match(String(claims[name]), pattern(value), name);
    }
  });

  it("oidc-discovery: the sandbox's document has the same properties", async () => {
    const expected = read("oidc-discovery") as {
      required_fields: string[];
      protocol_values: Record<string, string[]>;
      entra_boolean_values: Record<string, boolean | string>;
    };
    const { body } = await get(sandbox, "/common/v2.0/.well-known/openid-configuration");
    for (const field of expected.required_fields) assert.ok(field in body, field);
    let checked = 0;
    for (const [rule, values] of Object.entries(expected.protocol_values)) {
      const [, name = "", relation = ""] = /^(.+)_(equals|must_include|subset_of)$/.exec(rule) ?? [];
      const actual = body[name.endsWith("_supported") ? name : `${name}_supported`] as string[];
      if (relation === "equals") assert.deepEqual(actual, values, rule);
      else if (relation === "must_include")
        for (const value of values) assert.ok(actual.includes(value), `${rule} ${value}`);
      else for (const value of actual) assert.ok(values.includes(value), `${rule} ${value}`);
      checked++;
    }
    assert.ok(checked >= 8);
    for (const [name, value] of Object.entries(expected.entra_boolean_values)) {
      if (typeof value === "boolean" && name in body) assert.equal(body[name], value, name);
    }
  });
});
