import assert from "node:assert/strict";
import { readFile, realpath, writeFile } from "node:fs/promises";
import path from "node:path";
import tls from "node:tls";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { prepareHome, type SandboxPaths } from "../../src/cloud/home";
import { commandEnvironment } from "../../src/cloud/sandboxEnvironment";
import { prepareEnvironment, sandboxHome, type EnvironmentOptions } from "../../src/server/environment";
import { newFolder } from "@defender-mssp/testkit/newFolder";

const certificate = "-----BEGIN CERTIFICATE-----\nc2FuZGJveA==\n-----END CERTIFICATE-----\n";

describe("the environment of a sandbox's command", () => {
  let folder = "";
  let paths: SandboxPaths;
  beforeEach(async () => {
    folder = newFolder();
    folder = await realpath(folder);
    paths = await prepareHome(path.join(folder, "home"));
  });

  const prepare = (options: EnvironmentOptions = {}) =>
    prepareEnvironment(paths, { httpsPort: 8443, clientSecret: "s", certificate }, { user: {}, ...options });

  it("environment: exactly the variables that the clients need", async () => {
    const { variables, removed } = await prepare();
    assert.deepEqual(variables, {
      ARM_METADATA_HOSTNAME: "127.0.0.1:8443",
      ARM_ENVIRONMENT: "public",
      ARM_CLIENT_ID: "5ec0de00-a070-4000-8000-000000000001",
      ARM_CLIENT_SECRET: "s",
      SSL_CERT_FILE: path.join(paths.keys, "roots.pem"),
      NODE_EXTRA_CA_CERTS: path.join(paths.keys, "extra-roots.pem"),
      MSSP_SANDBOX_HOME: paths.home,
      MSSP_DEFENDER_ENDPOINT: "https://127.0.0.1:8443",
    });
    assert.deepEqual(removed, []);
  });

  it("environment: without variables of a real login, with all others of the user", async () => {
    const user = {
      PATH: "/bin",
      ARM_TENANT_ID: "t",
      ARM_CLIENT_SECRET: "real",
      ARM_USE_OIDC: "true",
      AZURE_CLIENT_ID: "a",
      HARMLESS: "yes",
    };
    const environment = await prepare({ user });
    const command = commandEnvironment(environment, user);
    assertNone(["ARM_TENANT_ID", "ARM_USE_OIDC", "AZURE_CLIENT_ID"], (name) => name in command);
    assert.equal(command["ARM_CLIENT_SECRET"], "s");
    assert.deepEqual([command["PATH"], command["HARMLESS"]], ["/bin", "yes"]);
  });

  it("environment: the user's proxy is not used for the sandbox", async () => {
    const { variables } = await prepare({ user: { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "internal.example" } });
    assert.equal(variables["NO_PROXY"], "internal.example,127.0.0.1,localhost");
    assert.equal(variables["no_proxy"], variables["NO_PROXY"]);
  });

  it("trust: the system's, the user's and the sandbox's certificates", async () => {
    const { variables } = await prepare();
    const roots = () => readFile(variables["SSL_CERT_FILE"] ?? "", "utf8");
    const extra = () => readFile(variables["NODE_EXTRA_CA_CERTS"] ?? "", "utf8");
    assert.equal((await roots()).split("BEGIN CERTIFICATE").length - 1, tls.rootCertificates.length + 1);
    assert.ok((await roots()).endsWith(certificate));
    assert.equal(await extra(), certificate);
    const own = path.join(folder, "own.pem");
    await writeFile(own, certificate.replace("c2FuZGJveA==", "Y29tcGFueQ=="));
    await prepare({ user: { SSL_CERT_FILE: own, NODE_EXTRA_CA_CERTS: own } });
    for (const text of [await roots(), await extra()]) {
      assert.equal(text, `${await readFile(own, "utf8")}${certificate}`);
    }
    // Inside a sandbox's command the files are the sandbox's own: they don't grow.
    await prepare({ user: variables });
    assert.equal(await extra(), certificate);
    await prepare({ user: { SSL_CERT_FILE: path.join(folder, "none") } });
    assert.ok((await roots()).endsWith(certificate));
  });

  it("sandbox home: by option, else by variable, else in the working folder", () => {
    assert.equal(sandboxHome("/a", { MSSP_SANDBOX_HOME: "/b" }), "/a");
    assert.equal(sandboxHome(undefined, { MSSP_SANDBOX_HOME: "/b" }), "/b");
    assert.equal(sandboxHome(undefined, { MSSP_SANDBOX_HOME: "" }), path.resolve(".sandbox"));
    assert.equal(sandboxHome("relative", {}), path.resolve("relative"));
  });
});
