import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as protocol from "@pulumi/pulumi/proto/provider_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";
import * as microsoft from "@defender-mssp/microsoft";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { dynamicTypePrefix } from "../../../domain/resourceTypes";
import { dynamicResourceLogic, providerCode } from "../../../domain/stateCode";
import { dynamicLogic } from "../../../program/dynamicHost/logic";
import { serveDynamicHost, type DynamicHost } from "../../../program/dynamicHost/serve";
import { checkout } from "../../cli/mssp";

const urn = (type: string) => `urn:pulumi:dev::project::defender-mssp:index:Parent$${type}::thing`;
const identity = urn(`${dynamicTypePrefix}StackIdentity`);
const identityCode = providerCode(dynamicResourceLogic.StackIdentity);

/** Code of an extension: it tells with which setting it was configured, and prints. */
const extension = `exports.handler = () => {
  let region;
  return {
    configure: async ({ config }) => { region = config.get("test:region"); },
    check: async (olds, news) => { console.log("checking"); return { inputs: { ...news, region } }; },
  };
};`;

describe("program/dynamicHost", () => {
  const folder = newFolder();
  let host: DynamicHost;
  let client: ResourceProviderClient;
  let environment: Record<string, string | undefined>;
  let printed: string;

  before(() => symlink(path.join(checkout, "node_modules"), path.join(folder, "node_modules")));
  beforeEach(async () => {
    printed = "";
    environment = { ...process.env };
    host = await serveDynamicHost({ folder, environment, print: (text) => void (printed += text) });
    client = new ResourceProviderClient(`127.0.0.1:${host.port}`, credentials.createInsecure());
  });
  afterEach(async () => {
    client.close();
    await host.end();
  });

  async function check(of: string, code: unknown): Promise<Record<string, unknown>> {
    const request = new protocol.CheckRequest();
    request.setUrn(of);
    request.setOlds(Struct.fromJavaScript({}));
    request.setNews(Struct.fromJavaScript({ __provider: code as JavaScriptValue }));
    const response = await called<protocol.CheckResponse>((answer) => client.check(request, answer));
    return response.getInputs()?.toJavaScript() ?? {};
  }

  it("runs the logic of a text of this program for the type that it was written for", async () => {
    const request = new protocol.CreateRequest();
    request.setUrn(identity);
    request.setProperties(Struct.fromJavaScript({ __provider: identityCode }));
    const response = await called<protocol.CreateResponse>((answer) => client.create(request, answer));
    assert.match(response.getId(), /^[0-9a-f]{16}$/);
    assert.equal(response.getProperties()?.toJavaScript()["__provider"], identityCode);
  });

  it("refuses a text by the resource's name and its hash, and runs none of it", async () => {
    const proof = path.join(folder, "proof");
    const stolen = `require("node:fs").writeFileSync(${JSON.stringify(proof)}, "");\n${identityCode}`;
    for (const code of [stolen, undefined, null, { text: identityCode }])
      await assert.rejects(
        check(identity, code ?? null),
        /StackIdentity::thing carries code .* \(SHA-256 [0-9a-f]{64}\)/,
      );
    assert.ok(!existsSync(proof));
  });

  it("refuses a text of this program for another type", async () => {
    for (const type of ["azuread:index/group:Group", "pulumi-nodejs:dynamic:Resource", `${dynamicTypePrefix}Guest`])
      await assert.rejects(check(urn(type), identityCode), /carries code that this release has not written/);
  });

  it("passes an allowed text on to the SDK, configured with the stack's settings, and prints what it prints", async () => {
    const refused = await check(identity, extension).catch((error: unknown) => String(error));
    environment["MSSP_ALLOWED_STATE_CODE"] = /SHA-256 ([0-9a-f]{64})/.exec(refused as string)![1]!;
    for (const region of ["eu", "us"]) {
      const configure = new protocol.ConfigureRequest();
      configure.setArgs(Struct.fromJavaScript({ "test:region": region }));
      await called((answer) => client.configure(configure, answer));
      assert.equal((await check(identity, extension))["region"], region);
    }
    assert.match(printed, /checking/);
  });

  it("answers an engine that attaches", () => called((answer) => client.attach(new PluginAttach(), answer)));

  it("has logic with each method for each type", () => {
    for (const [type, name] of Object.entries(dynamicResourceLogic)) {
      const logic = dynamicLogic(urn(`${dynamicTypePrefix}${type}`), providerCode(name), {});
      assert.equal(logic, (microsoft as Record<string, unknown>)[name]);
      for (const method of ["check", "diff", "create", "read", "update", "delete"] as const)
        assert.equal(typeof logic![method], "function", `${type}.${method}`);
    }
  });

  it("is a folder with an executable for the engine, and no PulumiPlugin.yaml", async () => {
    const place = path.join(checkout, "program", "dynamicHost");
    const file = path.join(place, "pulumi-resource-pulumi-nodejs");
    assert.equal(statSync(file).mode & 0o777, 0o755);
    assert.match(await readFile(`${file}.cmd`, "utf8"), /main\.js/);
    assert.ok(!existsSync(path.join(place, "PulumiPlugin.yaml")));
  });
});

function called<T>(call: (answer: (error: ServiceError | null, response: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, response) => (error ? reject(error) : resolve(response))));
}
