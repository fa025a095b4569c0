import assert from "node:assert/strict";
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { fileInside } from "../../settings/fileInside";

describe("settings/fileInside", () => {
  it("accepts a file of the folder, and neither the folder itself nor a sibling whose name begins alike", () => {
    const root = realpathSync(newFolder());
    const [folder, sibling] = [path.join(root, "customers"), path.join(root, "customers-x")];
    for (const place of [folder, sibling]) mkdirSync(place);
    for (const place of [folder, sibling]) writeFileSync(path.join(place, "soc.yaml"), "");
    symlinkSync(path.join(sibling, "soc.yaml"), path.join(folder, "link.yaml"));
    symlinkSync(path.join(folder, "soc.yaml"), path.join(sibling, "back.yaml"));
    assert.equal(fileInside(folder, "soc.yaml"), path.join(folder, "soc.yaml"));
    assert.equal(fileInside(folder, "../customers-x/back.yaml"), path.join(folder, "soc.yaml"));
    for (const name of [".", "link.yaml", "../customers-x/soc.yaml", "../customers-x"])
      assert.equal(fileInside(folder, name), undefined, name);
  });
});
