/** What a thief of each identity reaches, against the page of it; and that the search finds one permission too many. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { routeTable } from "@defender-mssp/testkit";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import {
  findReach,
  identities,
  identityOf,
  openThiefWorld,
  readWords,
  thiefPage,
  triedRoutes,
} from "../../dev/search/thief";
import type { ThiefIdentity, ThiefReach } from "../../dev/search/thief";
import type { World } from "../../dev/search/world";
import { permissionsEverAsked } from "../../domain/prerequisites";
import { readStackSettingsOffline } from "../../settings/fromFile";

const checkout = path.resolve(__dirname, "..", "..");
const page = path.join(checkout, "docs/reference/thief.md");

describe("a thief", function () {
  let world: World;
  before(async () => (world = await openThiefWorld(checkout)));
  after(() => world.close());
  const settings = () => readStackSettingsOffline("dev", checkout);
  const reachOf = async (name: string, more: Partial<ThiefIdentity> = {}) =>
    findReach(world, { ...identityOf(name, await settings()), ...more });
  const done = ({ changes }: ThiefReach) => changes.map(({ does }) => does);

  it("docs/reference/thief.md is what a thief of each identity reaches", async () => {
    const reaches: Record<string, ThiefReach> = {};
    for (const name of Object.keys(identities)) reaches[name] = await reachOf(name);
    assert.deepEqual(reaches["preview"]?.changes, []);
    const made = await thiefPage(reaches);
    if (process.env["UPDATE_THIEF"] === "1") await writeFile(page, made);
    assert.equal(
      await readFile(page, "utf8"),
      made,
      "Refresh it with: UPDATE_THIEF=1 npx mocha test/search/thief.test.ts",
    );
  });

  it("with every permission each kind of change is made that is tried", async () => {
    const all = routeTable.routes.flatMap(({ permissions: { application, owned } }) => [...application, ...owned]);
    const { untried } = await reachOf([...all, "CustomDetection.ReadWrite.All"].join(","));
    assert.deepEqual(
      untried.filter((one) => one.endsWith("(no try succeeded)")),
      [],
    );
  });

  it("every write route is tried, and a POST that is not only reads", () => {
    const onlyReads = /(Member(Groups|Objects)|getByIds|validateProperties|getAvailableExtensionProperties|evaluate)$/;
    const writes = routeTable.routes.filter((route) => route.method !== "GET" && !onlyReads.test(route.path));
    assertNone(writes, ({ method, path: place }) => !triedRoutes.has(`${method} ${place}`));
  });

  it("one permission too many is found, and one fewer", async () => {
    const { permissions } = identityOf("preview", await settings());
    const grown = done(await reachOf("preview", { permissions: [...permissions, "Group.ReadWrite.All"] }));
    assert.ok(grown.includes("add anybody to a group"), grown.join());
    const narrow = "Group.Create,User.Invite.All,User.Read.All";
    const [kept, more, fewer] = [
      await reachOf(narrow),
      await reachOf(`${narrow},RoleManagement.ReadWrite.Directory`),
      await reachOf("Group.Create,User.Read.All"),
    ];
    const invites = ["invite anybody as a guest", "invite anybody as a member"];
    assert.deepEqual(
      done(kept).filter((one) => !done(fewer).includes(one)),
      invites,
    );
    assert.ok(
      done(more).includes("give anybody any directory role") && !done(kept).includes("give anybody any directory role"),
    );
    assert.ok(done(kept).includes("add anybody to a group, of those that it owns"));
    assert.ok(
      !done(await reachOf(narrow, { owns: [] })).includes("take a member out of a group, of those that it owns"),
    );
  });

  it("a keeper's thief changes what it owns, makes objects and invites; the rest takes an administrator's consent", async () => {
    const { changes } = await reachOf("keeper");
    const beyond = changes.filter(
      ({ does, afterConsent }) => !afterConsent && !does.endsWith(", of those that it owns"),
    );
    assert.deepEqual(beyond.map(({ does }) => does).sort(), [
      "invite anybody as a guest",
      "invite anybody as a member",
      "make a group",
      "make a group with a mailbox",
      "make the service principal of an application",
      "register an application",
    ]);
  });

  it("who owns an application and is consented to again has everything", async () => {
    const { changes } = await reachOf("Application.ReadWrite.OwnedBy");
    const granted = changes.find(({ does }) => does === "grant any application permission to any application");
    assert.deepEqual([granted?.step, granted?.afterConsent], [2, true]);
  });

  it("what is neither an identity nor a permission is refused, and what nobody serves counts as reached", async () => {
    const now = await settings();
    assert.throws(() => identityOf("kepper", now), {
      name: "VisibleError",
      message: /"kepper" is none of automation, administrator-consent, keeper, preview/,
    });
    assert.deepEqual((await reachOf("Mail.Send")).untried.at(-1), "all that Mail.Send gives");
    assertNone([...permissionsEverAsked()], (one) => readWords(one).includes(one));
  });
});
