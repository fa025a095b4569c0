import assert from "node:assert/strict";
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import path from "node:path";
import { isAlive, takeLease } from "../../src/server/controlClient";
import { claim, currentOwner, type HomeOwner } from "../../src/server/owner";
import { newFolder } from "@defender-mssp/testkit/newFolder";

describe("the owner of a sandbox's home", () => {
  let folder = "";
  beforeEach(() => (folder = newFolder()));

  const alive = () => Promise.resolve(true);
  const dead = () => Promise.resolve(false);
  const files = async () => (await readdir(folder)).sort();

  it("claim: the first process owns the home until it ends", async () => {
    assert.equal(await currentOwner(folder, alive), undefined);
    const first = await claim(folder, 1111, dead);
    assert.ok("claimed" in first && first.claimed.port === 1111 && first.claimed.pid === process.pid);
    const second = await claim(folder, 2222, alive);
    assert.ok("owner" in second);
    assert.deepEqual(second.owner, first.claimed);
    assert.deepEqual(await currentOwner(folder, alive), first.claimed);
    assert.equal(await currentOwner(folder, dead), undefined);
    const third = await claim(folder, 3333, dead);
    assert.ok("claimed" in third);
    assert.notEqual(third.claimed.token, first.claimed.token);
    assert.deepEqual(await files(), ["owner.2.json"]);
    assert.equal((await stat(path.join(folder, "owner.2.json"))).mode & 0o777, 0o600);
  });

  it("claim: exactly one of several processes wins after the owner has ended", async () => {
    await claim(folder, 1, dead);
    const living = new Set<number>();
    const isLiving = (owner: HomeOwner) => Promise.resolve(living.has(owner.port));
    const come = async (port: number) => {
      // As in reality: who claims listens already.
      living.add(port);
      return claim(folder, port, isLiving);
    };
    const all = await Promise.all(Array.from({ length: 20 }, (_, number) => come(1000 + number)));
    const claimed = all.filter((result) => "claimed" in result);
    assert.equal(claimed.length, 1);
    assert.deepEqual(await files(), ["owner.2.json"]);
  });

  it("claim: a slow process gives up when a higher claim file exists", async () => {
    let isFirst = true;
    await claim(folder, 1, dead);
    const slow = await claim(folder, 2, async (owner) => {
      if (!isFirst) return owner.port === 4;
      isFirst = false;
      // While this one looks at the dead owner, two others come and go.
      await claim(folder, 3, dead);
      await claim(folder, 4, dead);
      return false;
    });
    assert.ok("owner" in slow && slow.owner.port === 4);
    assert.deepEqual(await files(), ["owner.3.json"]);
  });

  it("claim: a damaged file names no owner", async () => {
    await writeFile(path.join(folder, "owner.7.json"), "{");
    assert.equal(await currentOwner(folder, alive), undefined);
    assert.ok("claimed" in (await claim(folder, 1, alive)));
    assert.match(await readFile(path.join(folder, "owner.8.json"), "utf8"), /"port":1,/);
  });

  describe("whether the owner is alive", () => {
    const asOwner = (server: net.Server): HomeOwner => ({
      pid: 1,
      port: (server.address() as AddressInfo).port,
      token: "token",
    });
    const listening = async <T extends net.Server>(server: T): Promise<T> => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return server;
    };

    it("owner: not alive if its port is closed or belongs to another program", async () => {
      const web = await listening(http.createServer((_request, response) => response.writeHead(404).end()));
      assert.equal(await isAlive(asOwner(web)), false);
      assert.equal(await takeLease(asOwner(web), []), undefined);
      const owner = asOwner(web);
      web.close();
      web.closeAllConnections();
      assert.equal(await isAlive(owner), false);
      assert.equal(await takeLease(owner, []), undefined);
      const other = await listening(net.createServer((socket) => socket.end("220 mail.example ESMTP\r\n")));
      assert.equal(await isAlive(asOwner(other)), false);
      other.close();
    });

    it("lease: refused from a program that answers something else", async () => {
      const texts = ["[]\n", "nonsense\n", '{"pid":1,"httpsPort":"x","httpPort":2,"clientSecret":"s"}\n'];
      const web = await listening(http.createServer((_request, response) => response.end(texts.shift())));
      while (texts.length > 0) assert.equal(await takeLease(asOwner(web), []), undefined);
      web.close();
      web.closeAllConnections();
    });
  });
});
