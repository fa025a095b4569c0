import assert from "node:assert/strict";
import { createRequire } from "node:module";
import path from "node:path";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { CheckRequest, ConfigureRequest, type CheckResponse } from "@pulumi/pulumi/proto/provider_pb";
import { PluginAttach } from "@pulumi/pulumi/proto/plugin_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { serveDynamicResources, type ServedResources } from "../../../program/sdk/dynamicProvider";

const ofProgram = createRequire(path.join(__dirname, "program.js"));

/** A provider that tells with which setting it was configured. */
const provider = `exports.handler = () => {
  let region;
  return {
    configure: async ({ config }) => { region = config.get("test:region"); },
    check: async (olds, news) => ({ inputs: { ...news, region } }),
  };
};`;

describe("the provider of dynamic resources in a fleet worker's thread", () => {
  it("answers an engine that attaches, and is configured for each stack anew", async () => {
    assert.equal(await regionOf("eu"), "eu");
    assert.equal(await regionOf("us"), "us");
  });

  it("leaves no listener, no argument and no printing function behind", async () => {
    const before = stateOfProcess();
    (await serveDynamicResources(ofProgram)).end();
    assert.deepEqual(stateOfProcess(), before);
  });

  async function regionOf(region: string): Promise<unknown> {
    const served = await serveDynamicResources(ofProgram);
    const client = new ResourceProviderClient(addressOf(served), credentials.createInsecure());
    try {
      await called((answer) => client.attach(new PluginAttach(), answer));
      const configure = new ConfigureRequest();
      configure.setArgs(Struct.fromJavaScript({ "test:region": region }));
      await called((answer) => client.configure(configure, answer));
      const check = new CheckRequest();
      check.setOlds(Struct.fromJavaScript({}));
      check.setNews(Struct.fromJavaScript({ __provider: provider }));
      const response = await called<CheckResponse>((answer) => client.check(check, answer));
      return response.getInputs()?.toJavaScript()["region"];
    } finally {
      client.close();
      served.end();
    }
  }
});

function addressOf({ variables }: ServedResources): string {
  return `127.0.0.1:${variables["PULUMI_DEBUG_PROVIDERS"]?.replace("pulumi-nodejs:", "") ?? ""}`;
}

function called<T>(call: (answer: (error: ServiceError | null, response: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => call((error, response) => (error ? reject(error) : resolve(response))));
}

function stateOfProcess() {
  const { argv } = process;
  const counts = ["uncaughtException", "unhandledRejection", "exit"].map((event) => process.listenerCount(event));

  return { argv, counts, log: console.log };
}
