import assert from "node:assert/strict";
import { symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { readLogo } from "../../../../cli/customer/report/readLogo";

describe("mssp report: the logo", () => {
  const folder = newFolder();
  const png = Buffer.from("89504e470d0a1a0a00", "hex");
  const write = async (name: string, content: string | Buffer) => {
    await writeFile(path.join(folder, name), content);
    return readLogo(name, folder);
  };

  it("is a data URL of a PNG or SVG, by its content", async () => {
    assert.equal(await write("a.png", png), `data:image/png;base64,${png.toString("base64")}`);
    assert.match(
      await write("a.svg", '<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'),
      /^data:image\/svg\+xml;base64,/,
    );
  });

  it("refuses another kind of file, a large one, a missing one and one outside of the project", async () => {
    await assert.rejects(write("b.png", "<html>"), /msspLogo: b\.png is neither a PNG nor an SVG/);
    await assert.rejects(
      write("c.png", Buffer.concat([png, Buffer.alloc(100_000)])),
      /has 100009 bytes; at most 100000/,
    );
    await assert.rejects(readLogo("none.png", folder), /none\.png does not exist/);
    await symlink("/etc/hostname", path.join(folder, "d.png"));
    await assert.rejects(readLogo("d.png", folder), /leads out of the project/);
  });
});
