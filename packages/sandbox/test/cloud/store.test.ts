import assert from "node:assert/strict";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { VisibleError } from "@defender-mssp/errors";
import { prepareHome } from "../../src/cloud/home";
import { Store, TenantRecord } from "../../src/cloud/store";
import type { StoredObject } from "../../src/cloud/model";
import { contoso, newFolder } from "@defender-mssp/testkit";

describe("the cloud on disk", () => {
  let folder = "";
  let store: Store;
  const file = () => path.join(folder, `${contoso}.json`);

  beforeEach(() => {
    folder = newFolder();
    store = new Store(folder);
  });

  it("store: restores a tenant's objects and links in the order of their creation", () => {
    const key = fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/^\d+$/.test(text));
    const object = fc.record({ id: fc.uuid(), value: fc.jsonValue() });
    const content = fc.record({
      objects: fc.array(fc.tuple(key, key, object)),
      links: fc.array(fc.tuple(key, key, fc.array(fc.uuid()))),
    });
    assertProperty(100, content, ({ objects, links }) => {
      const before = new TenantRecord(contoso);
      for (const [collection, id, value] of objects) {
        before.objects(collection).set(id, JSON.parse(JSON.stringify(value)) as StoredObject);
      }
      for (const [name, from, to] of links) before.links(name).set(from, to);
      const after = TenantRecord.parse(contoso, before.text());
      assert.equal(after.text(), before.text());
      assert.deepEqual(after.collections(), before.collections());
      for (const name of before.collections()) assert.deepEqual(after.objects(name), before.objects(name));
    });
  });

  it("store: keeps deleted objects and hashes of secrets", async () => {
    const tenant = new TenantRecord(contoso);
    tenant.deleted.set("a", { collection: "groups", deletedDateTime: "2026-01-01T00:00:00Z", object: { id: "a" } });
    tenant.secretHashes.set("key", "sha256:salt:hash");
    await store.write(contoso, tenant.text());
    const read = (await store.load()).get(contoso);
    assert.deepEqual([...(read?.deleted ?? [])], [...tenant.deleted]);
    assert.deepEqual([...(read?.secretHashes ?? [])], [...tenant.secretHashes]);
  });

  const damages: Readonly<Record<string, string>> = {
    "half of a file": new TenantRecord(contoso).text().slice(0, 30),
    "an empty file": "",
    "another JSON value": "[]",
    "another format": JSON.stringify({ ...JSON.parse(new TenantRecord(contoso).text()), format: 99 }),
    "another tenant": new TenantRecord("11111111-1111-4111-8111-111111111111").text(),
    "an object without an ID": JSON.stringify({
      ...JSON.parse(new TenantRecord(contoso).text()),
      objects: { groups: { x: { displayName: "x" } } },
    }),
    "links that are no list": JSON.stringify({
      ...JSON.parse(new TenantRecord(contoso).text()),
      links: { "groups.members": { x: "y" } },
    }),
    "a deletion without a time": JSON.stringify({
      ...JSON.parse(new TenantRecord(contoso).text()),
      deleted: { x: { collection: "groups", object: { id: "x" } } },
    }),
    "a hash that is no text": JSON.stringify({
      ...JSON.parse(new TenantRecord(contoso).text()),
      secretHashes: { x: 1 },
    }),
  };
  for (const [what, text] of Object.entries(damages)) {
    it(`store: a file with ${what} is reported with the remedy and not changed`, async () => {
      await writeFile(file(), text);
      await assert.rejects(store.load(), (error: unknown) => {
        assert.ok(error instanceof VisibleError);
        assert.ok(error.message.includes(file()), error.message);
        assert.match(error.message, /mssp sandbox reset/);
        return true;
      });
      assert.equal(await readFile(file(), "utf8"), text);
    });
  }

  it("store: leaves no temporary file and removes those of a killed process", async () => {
    await store.write(contoso, new TenantRecord(contoso).text());
    await writeFile(`${file()}.1234567`, "{");
    await writeFile(path.join(folder, "notes.txt"), "somebody's");
    await store.removeLeftovers();
    assert.deepEqual((await readdir(folder)).sort(), [`${contoso}.json`, "notes.txt"].sort());
  });

  it("store: writes nothing in read-only mode", async () => {
    await new Store(folder, "read-only").write(contoso, "{}");
    assert.deepEqual(await readdir(folder), []);
  });

  it("store: a missing folder is an empty cloud", async () =>
    assert.equal((await new Store(path.join(folder, "none")).load()).size, 0));

  it("store: an unusable folder is reported with the cause", async () => {
    const blocked = path.join(folder, "file");
    await writeFile(blocked, "");
    await assert.rejects(prepareHome(path.join(blocked, "home")), isVisible(/file\/home.*not a folder.*--home/s));
    await assert.rejects(prepareHome(blocked), isVisible(/there is a file where a folder is needed/));
    await mkdir(path.join(folder, `${contoso}.json`));
    await assert.rejects(store.load(), isVisible(/there is a folder where a file is needed/));
    await assert.rejects(new Store(blocked).load(), isVisible(/not a folder/));
    await assert.rejects(new Store(blocked).write(contoso, "{}"), isVisible(/not a folder/));
  });
});

function isVisible(message: RegExp) {
  return { name: "VisibleError", message };
}
