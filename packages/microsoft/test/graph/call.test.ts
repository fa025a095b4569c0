import assert from "node:assert/strict";
import { graphList, ServiceError, type GraphCall } from "@defender-mssp/microsoft";

describe("microsoft/graph/call", () => {
  const graph = (pages: Readonly<Record<string, unknown>>) => {
    const asked: string[] = [];
    const call: GraphCall = (path) => {
      asked.push(path);
      return Promise.resolve({ status: 200, headers: new Headers(), text: "", body: pages[path], tries: 1 });
    };
    return { call, asked };
  };

  it("graphList reads every page, each from Graph itself", async () => {
    const { call, asked } = graph({
      "/v1.0/users": { value: [{ id: "1" }], "@odata.nextLink": "https://elsewhere.example/v1.0/users?$skiptoken=2" },
      "/v1.0/users?$skiptoken=2": { value: [{ id: "2" }] },
    });
    assert.deepEqual(await graphList(call, "/v1.0/users"), [{ id: "1" }, { id: "2" }]);
    assert.deepEqual(asked, ["/v1.0/users", "/v1.0/users?$skiptoken=2"]);
  });

  for (const link of ["x:.evil.example/c", "no address", "file:///etc/passwd"]) {
    it(`graphList refuses the link ${link} and sends no further request`, async () => {
      const { call, asked } = graph({ "/v1.0/users": { value: [], "@odata.nextLink": link } });
      await assert.rejects(
        graphList(call, "/v1.0/users"),
        (error) => error instanceof ServiceError && /@odata\.nextLink is no address$/.test(error.message),
      );
      assert.deepEqual(asked, ["/v1.0/users"]);
    });
  }

  it("graphList ends when pages link to each other in a circle", async () => {
    const { call, asked } = graph({
      "/v1.0/a": { value: [], "@odata.nextLink": "https://graph.example/v1.0/b" },
      "/v1.0/b": { value: [], "@odata.nextLink": "https://graph.example/v1.0/a" },
    });
    await assert.rejects(graphList(call, "/v1.0/a"), /circle$/);
    assert.deepEqual(asked, ["/v1.0/a", "/v1.0/b"]);
  });

  it("graphList ends when 50 pages in a row have nothing new, and reads 250,000 items", async () => {
    const pages = (count: number, item: (page: number, index: number) => string) => {
      let asked = 0;
      const call: GraphCall = () => {
        const value = Array.from({ length: 1000 }, (_, index) => ({ id: item(asked, index) }));
        const next = ++asked < count ? { "@odata.nextLink": `https://graph.example/v1.0/a?${asked}` } : {};
        return Promise.resolve({ status: 200, headers: new Headers(), text: "", body: { value, ...next }, tries: 1 });
      };
      return { call, asked: () => asked };
    };
    const endless = pages(Infinity, (_page, index) => `${index}`);
    await assert.rejects(graphList(endless.call, "/v1.0/a"), /50 pages in a row have nothing new/);
    assert.equal(endless.asked(), 51);
    const large = pages(250, (page, index) => `${page}-${index}`);
    assert.equal((await graphList(large.call, "/v1.0/a")).length, 250_000);
  });
});
