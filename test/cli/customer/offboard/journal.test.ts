import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { VisibleError } from "@defender-mssp/errors";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { journalFile, readJournal } from "../../../../cli/customer/offboard/journal";

describe("the record of an off-boarding", () => {
  const folder = newFolder();
  const file = path.join(folder, journalFile);

  it("of another format is refused by its number, a damaged one as none, and both are left as they are", async () => {
    assert.equal(await readJournal(folder), undefined);
    const names = { stack: "contoso", customerName: "Contoso", msspName: "Fabrikam", tenantId: "t" };
    const record = (format: number) =>
      JSON.stringify({ format, ...names, beganOn: "2026-12-01T00:00:00Z", items: [], identity: [] });
    await writeFile(file, record(2));
    assert.equal((await readJournal(folder))?.stack, "contoso");
    const cases = [
      [record(1), /is a record of format 1; this version reads format 2\. .* another folder/],
      [record(3), /is a record of format 3; this version reads format 2\./],
      ['{"format":2}', /is not a record of this command\./],
      ["[]", /is not a record of this command\./],
      ["{", /is not a record of this command\./],
    ] as const;
    for (const [text, problem] of cases) {
      await writeFile(file, text);
      await assert.rejects(readJournal(folder), (error: Error) => {
        assert.ok(error instanceof VisibleError);
        assert.match(error.message, problem);
        return true;
      });
      assert.equal(await readFile(file, "utf8"), text);
    }
  });
});
