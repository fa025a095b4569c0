import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { writeOidcToken } from "../../../cli/ci/oidcToken/oidcToken";

describe("GitHub's OIDC token in a file", function () {
  let folder: string;
  let server: http.Server;
  let answers: { status: number; body: string }[];
  let asked: { url: string; authorization: string | undefined }[];

  beforeEach(async () => {
    folder = newFolder();
    [answers, asked] = [[], []];
    server = http
      .createServer((request, response) => {
        asked.push({ url: request.url ?? "", authorization: request.headers.authorization });
        const { status, body } = answers.shift() ?? { status: 500, body: "no" };
        response.writeHead(status, { "content-type": "application/json" }).end(body);
      })
      .listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => server.close());

  const environment = () => ({
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "the job's token",
  });

  it("requested with Entra's audience and written with mode 600", async () => {
    answers = [{ status: 200, body: JSON.stringify({ value: "a.b.c" }) }];
    const file = path.join(folder, "token");
    await writeFile(file, "an older and longer one", { mode: 0o644 });
    await writeOidcToken(file, environment());
    assert.deepEqual(asked, [
      {
        url: "/token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange",
        authorization: "Bearer the job's token",
      },
    ]);
    assert.equal(await readFile(file, "utf8"), "a.b.c");
    assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it("requested again after a failure", async () => {
    answers = [
      { status: 503, body: "" },
      { status: 200, body: JSON.stringify({ value: "a.b.c" }) },
    ];
    await writeOidcToken(path.join(folder, "token"), environment());
    assert.equal(asked.length, 2);
  });

  it("reports an error with a remedy and without the token", async () => {
    await assert.rejects(writeOidcToken(path.join(folder, "token"), {}), (error) => {
      return error instanceof VisibleError && /id-token: write/.test(error.message);
    });
    await assert.rejects(writeOidcToken(path.join(folder, "token"), environment()), (error) => {
      return (
        error instanceof VisibleError && /answered 500/.test(error.message) && !error.message.includes("the job's")
      );
    });
    assert.equal(asked.length, 3);
  });

  it("requested over https only", async () => {
    const plain = { ...environment(), ACTIONS_ID_TOKEN_REQUEST_URL: "http://host.example/token" };
    await assert.rejects(writeOidcToken(path.join(folder, "token"), plain), VisibleError);
  });
});
