/** Pictures of pages in the documents. `npm run screenshots` writes them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const images = path.resolve(__dirname, "../../docs/images");

describe("screenshots in docs/images", () => {
  const files = readdirSync(images).filter((file) => file.endsWith(".png"));

  it("are those that the browser's tests write", () => {
    const test = readFileSync(path.resolve(__dirname, "../cli/customer/report/browser.process.test.ts"), "utf8");
    const written = [...test.matchAll(/"([\w-]+\.png)"/g)].map(([, file]) => file);
    assert.deepEqual(files.sort(), written.sort());
  });

  it("are PNG files below 200 kB, 1,280 pixels wide", () => {
    for (const file of files) {
      const bytes = readFileSync(path.join(images, file));
      assert.equal(bytes.subarray(1, 4).toString("latin1"), "PNG", file);
      assert.ok(bytes.length < 200_000, `${file}: ${bytes.length} bytes`);
      assert.equal(bytes.readUInt32BE(16), 1280, file);
    }
  });
});
