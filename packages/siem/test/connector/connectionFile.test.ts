import assert from "node:assert/strict";
import { processSession } from "@defender-mssp/terminal/processSession";
import { chmod, chown, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { connectionText, readConnection } from "../../src/connector/connectionFile";
import type { ConnectionContent } from "../../src/connector/connectionFile";
import { connectionFiles } from "../../src/connector/connectionFiles";
import type { Selection } from "../../src/connector/connectorSource";
import { parsedOptions } from "./parsedOptions";

const content: ConnectionContent = {
  msspConnection: 1,
  stack: "contoso",
  tenantId: "c0570500-0000-4000-8000-00000000000a",
  clientId: "c0ffee00-0000-4000-8000-000000000001",
  cloud: "gccHigh",
  connector: { kind: "customerApp", alertApis: ["graph"], credential: "secret" },
  credentialPlace: { fileVariable: "MSSP_CLIENT_SECRET_FILE" },
};

describe("a connection file", () => {
  let folder: string;
  before(() => (folder = newFolder()));

  async function read(text: string, mode = 0o644) {
    const file = path.join(folder, "contoso.json");
    await writeFile(file, text);
    await chmod(file, mode);
    return readConnection(file);
  }

  /** The error for a changed file. */
  async function refusal(change: object | string, mode?: number): Promise<string> {
    const text = typeof change === "string" ? change : JSON.stringify({ ...content, ...change });
    const error: unknown = await read(text, mode).catch((caught: unknown) => caught);
    assert.ok(error instanceof VisibleError, String(error));
    assert.doesNotMatch(error.message, /s3cr3t|PRIVATE|eyJ/);
    return error.message;
  }

  it("gives the connector that it was written from", async () => {
    const connector = await read(connectionText(content));
    assert.equal(connector.tenantId, content.tenantId);
    assert.equal(connector.clientId, content.clientId);
    assert.equal(connector.portalUrl, `https://security.microsoft.us?tid=${content.tenantId}`);
    assert.equal(connector.clientSecret, undefined);
    assert.deepEqual(connector.connection, {
      file: path.join(folder, "contoso.json"),
      credentialPlace: { fileVariable: "MSSP_CLIENT_SECRET_FILE" },
    });
  });

  it("is refused where it is of another version, or has an unknown key, an invalid value or no value", async () => {
    assert.match(
      await refusal({ msspConnection: 2 }),
      /version \(msspConnection\) is 2, and this release reads version 1/,
    );
    assert.match(await refusal({ msspConnection: undefined }), /msspConnection: /);
    assert.match(await refusal({ cluod: "public" }), /unknown key "cluod"/);
    assert.match(
      await refusal({ connector: { ...content.connector, scope: "x" } }),
      /unknown key "scope" in connector/,
    );
    assert.match(await refusal({ tenantId: "contoso.com" }), /tenantId: expected an ID/);
    assert.match(await refusal({ stack: "--help" }), /stack: expected a stack's name/);
    assert.match(await refusal({ cloud: "china" }), /cloud: /);
    assert.match(await refusal("{"), /not a JSON object/);
    assert.match(await refusal("[]"), /not a JSON object/);
    assert.match(
      await refusal({ credentialPlace: { file: "a", fileVariable: "B" } }),
      /credentialPlace: expected one of/,
    );
    assert.match(
      await refusal({ credentialPlace: { fileVariable: "A B" } }),
      /credentialPlace.fileVariable: expected the name/,
    );
  });

  it("sends no credential to another host: only this machine can be the sandbox", async () => {
    for (const metadataHost of ["evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", "localhost/x"]) {
      assert.match(
        await refusal({ endpoints: { metadataHost } }),
        /endpoints\.metadataHost: expected the sandbox's host/,
      );
    }
    const { connection } = await read(JSON.stringify({ ...content, endpoints: { metadataHost: "127.0.0.1:8443" } }));
    assert.equal(connection?.metadataHost, "127.0.0.1:8443");
  });

  it("is refused where it contains a secret, whatever it is called, and the secret is not shown", async () => {
    const remedy = /looks like a secret, which such a file never contains/;
    assert.match(await refusal({ clientSecret: "s3cr3t" }), remedy);
    assert.match(await refusal({ connector: { ...content.connector, client_secret: "s3cr3t" } }), remedy);
    assert.match(await refusal({ credentialPlace: { file: "-----BEGIN PRIVATE KEY-----" } }), remedy);
    assert.match(await refusal({ note: "eyJhbGciOi.eyJpc3Mi.s3cr3t" }), remedy);
  });

  it("is refused where other users may change it, and where it is no file", async () => {
    assert.match(await refusal({}, 0o666), /other users may change it\. Correct that: chmod go-w /);
    assert.match(await refusal({}, 0o664), /other users may change it/);
    await assert.rejects(readConnection(folder), /not a regular file|EISDIR/);
    await assert.rejects(readConnection(path.join(folder, "none.json")), VisibleError);
  });

  it("is refused where other users may replace it; in a sticky folder, as of a mounted secret, they can't", async () => {
    await chmod(folder, 0o777);
    assert.match(await refusal({}), /replace it in its folder\. Correct that: chmod go-w /);
    await chmod(folder, 0o1777);
    assert.equal((await read(JSON.stringify(content))).stack, "contoso");
    await chmod(folder, 0o700);
  });

  it("is refused where it or its folder is another user's", async function () {
    if (process.geteuid?.() !== 0) return this.skip(); // Only root can give a file away.
    const file = path.join(folder, "contoso.json");
    await read(JSON.stringify(content));
    await chown(file, 4711, 0);
    await assert.rejects(readConnection(file), /its owner is another user \(ID 4711\)/);
    await chown(file, 0, 0);
    await chown(folder, 4711, 0);
    await assert.rejects(readConnection(file), /the owner of its folder is another user \(ID 4711\)/);
    await chown(folder, 0, 0);
  });
});

describe("the options of connection files", () => {
  const run = (selection: Selection, ...args: string[]) => parsedOptions(connectionFiles, selection, args);

  it("select one file, the files of a folder, or several files", () => {
    assert.equal(run("one", "--connection", "contoso.json"), '{"connection":"contoso.json"}');
    assert.equal(run("one"), "error: use exactly one of --connection <file>");
    assert.equal(
      run("one", "--connection", ""),
      "error: option '--connection <file>' argument '' is invalid. A connection file has a name.",
    );
    assert.equal(run("many", "--all", "--connections", "files"), '{"all":true,"connections":"files"}');
    assert.equal(run("many", "--all"), "error: --all goes with --connections");
    assert.equal(run("many"), "error: use exactly one of --connection <file>, --connections <folder>, --all");
    assert.match(run("many", "--connection", "a", "--connections", "files"), /use exactly one of/);
    assert.equal(run("many", "--connection", "a", "--connection", "b"), '{"connection":["a","b"]}');
  });

  it("read a folder's *.json files in the order of their names", async () => {
    const folder = newFolder();
    for (const name of ["fabrikam.json", "contoso.json", ".hidden.json", "notes.txt"])
      await writeFile(path.join(folder, name), "");
    const customers = await connectionFiles.many({ all: true, connections: folder }, processSession());
    assertEach(customers, ({ name }) => name, ["contoso", "fabrikam"]);
    for (const name of ["fabrikam.json", "contoso.json"]) await rm(path.join(folder, name));
    await assert.rejects(
      connectionFiles.many({ all: true, connections: folder }, processSession()),
      /--connections .* holds no connection file/,
    );
    await assert.rejects(
      connectionFiles.many({ connections: path.join(folder, "none") }, processSession()),
      /--connections .* can't be read/,
    );
  });
});
