import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { fixture } from "@defender-mssp/testkit";
import {
  ana,
  ben,
  cleo,
  createProject,
  customer,
  membersOf,
  objectsOf,
  single,
  TenantHands,
  tenantIdOf,
} from "./support";

const guestType = "pulumi-nodejs:dynamic/defender-mssp:Guest";

describe("guests on the real engine", function () {
  const tenantId = tenantIdOf(60);
  const requests: string[] = [];
  const project = fixture(() => createProject({ log: (line) => requests.push(line) }));
  const hands = new TenantHands(project, tenantId);
  let byHand: string;
  let member: string;

  before(async () => {
    const { invitedUser } = await hands.graph<{ invitedUser: { id: string } }>("POST", "/v1.0/invitations", {
      invitedUserEmailAddress: ana.email.toUpperCase(),
      invitedUserDisplayName: "Ana S.",
      inviteRedirectUrl: "https://contoso60.example",
    });
    byHand = invitedUser.id;
    [member = ""] = Object.keys(objectsOf(project, tenantId).users).filter((id) => id !== byHand);
    await hands.graph("PATCH", `/v1.0/users/${member}`, { mail: ben.email });
    await project.writeSettings("contoso", customer(60, { analysts: [ana, ben, cleo] }));
    await project.addStack("contoso");
  });

  const settings = (changes: Readonly<Record<string, unknown>>) => customer(60, { adoptMembers: true, ...changes });

  async function up(...flags: string[]): Promise<void> {
    await project.succeed(["up", "--stack", "contoso", "--yes", "--skip-preview", ...flags]);
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  }

  async function guests(): Promise<Record<string, string>> {
    return (await project.outputs("contoso"))["guests"] as Record<string, string>;
  }

  function users() {
    return objectsOf(project, tenantId).users;
  }

  function written(from: number): string[] {
    return requests.slice(from).filter((line) => /^(POST|PATCH|DELETE) \/v1\.0\/(users|invitations)/.test(line));
  }

  it("an existing member stops `up` before the first change unless the settings allow members", async () => {
    const before = users();
    for (const command of [["preview"], ["up", "--yes", "--skip-preview"]]) {
      const { exitCode, stdout, stderr } = await project.run([...command, "--stack", "contoso"]);
      assert.notEqual(exitCode, 0);
      assert.match(stdout + stderr, /has a member, not a guest, with the address ben\.okafor@.*setting adoptMembers/);
    }
    assert.deepEqual(users(), before);
  });

  it("an existing user without objectId stops `up` before the first change, with all lines to paste", async () => {
    const before = users();
    await project.writeSettings("contoso", settings({ analysts: [ana, ben, cleo] }));
    const lines = [
      [ana, byHand],
      [ben, member],
    ].map(([analyst, id]) => {
      const { email, displayName, tier } = analyst as typeof ana & { tier?: string };
      return `- { email: ${email}, displayName: "${displayName}", ${tier ? `tier: ${tier}, ` : ""}objectId: ${id as string} }`;
    });
    const preview = await project.succeed(["preview", "--stack", "contoso"]);
    const { exitCode, stdout, stderr } = await project.run(["up", "--stack", "contoso", "--yes", "--skip-preview"]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, /Nothing was changed\./);
    for (const text of [preview, stdout + stderr]) {
      assert.match(text, new RegExp(`guest "Ana S\\." \\(object ID ${byHand}, principal name .*#EXT#@.*, mail `));
      assert.match(text, /; who made the user is not known: reading the audit log requires AuditLog\.Read\.All\./);
      for (const line of lines) assert.ok(text.includes(line), `${line}\n${text}`);
    }
    assert.deepEqual(users(), before);
  });

  it("uses existing guests and members by their object IDs, names them, and invites the others", async () => {
    const before = users();
    const [anaThere, benThere] = [
      { ...ana, objectId: byHand.toUpperCase() },
      { ...ben, objectId: member },
    ];
    await project.writeSettings("contoso", settings({ analysts: [anaThere, benThere, cleo] }));
    const preview = await project.succeed(["preview", "--stack", "contoso"]);
    assert.match(
      preview,
      new RegExp(`existing guest "Ana S\\." \\(object ID ${byHand}, .*\\) gets the access of the analyst`),
    );
    assert.match(
      preview,
      new RegExp(`existing member ".*" \\(object ID ${member}, .*\\) gets the access of the analyst`),
    );
    await up();
    const steps = (await project.outputs("contoso"))["nextSteps"] as string[];
    for (const id of [byHand, member]) assert.ok(steps.some((step) => step.includes(id) && step.includes("keeps it")));
    const found = await guests();
    assert.equal(found[ana.email], byHand);
    assert.equal(found[ben.email], member);
    assert.deepEqual([users()[byHand], users()[member]], [before[byHand], before[member]]);
    const invited = users()[found[cleo.email]!]!;
    assert.equal(invited["displayName"], cleo.displayName);
    assert.match(
      String(invited["employeeType"]),
      /^MSSP analyst, managed by Pulumi \(defender-mssp\/contoso#[0-9a-f]{16}; [0-9a-f]{8}\)$/,
    );
    const group = String(single(objectsOf(project, tenantId).groups)["id"]);
    assert.deepEqual(membersOf(project, tenantId, group), Object.values(found).sort());
  });

  it("keeps the redemption link encrypted in the state, and out of the output", async () => {
    const state = await project.succeed(["stack", "export", "--stack", "contoso"]);
    assert.doesNotMatch(state, /\/redeem\?/);
    assert.match(await project.succeed(["stack", "export", "--stack", "contoso", "--show-secrets"]), /\/redeem\?/);
  });

  it("an object ID of another user than the deployed one is an error of the preview", async () => {
    const another = { ...ana, objectId: "00000000-0000-4000-8000-00000000dead" };
    await project.writeSettings("contoso", settings({ analysts: [another, ben, cleo] }));
    const { exitCode, stdout, stderr } = await project.run(["preview", "--stack", "contoso"]);
    assert.notEqual(exitCode, 0);
    assert.match(stdout + stderr, new RegExp(`is the user ${byHand} in this stack, .*Correct or remove objectId`));
  });

  it("neither another message nor a removed objectId invites again, deletes or changes anything", async () => {
    const [before, from] = [users(), requests.length];
    const changed = settings({ analysts: [ana, ben, cleo], invitationMessage: "Welcome to the team." });
    await project.writeSettings("contoso", changed);
    await project.succeed(["preview", "--stack", "contoso", "--expect-no-changes"]);
    await up();
    assert.deepEqual(written(from), []);
    assert.deepEqual(users(), before);
  });

  it("renames only its own guests, in place", async () => {
    const [before, found] = [users(), await guests()];
    const analysts = [ana, ben, cleo].map((analyst) => ({ ...analyst, displayName: `${analyst.displayName} (SOC)` }));
    await project.writeSettings("contoso", settings({ analysts }));
    const steps = (await project.changes("contoso")).filter(({ urn }) => urn.includes(guestType));
    assertEach(steps, ({ op, urn }) => `${op} ${urn.split("::").at(-1)}`, [`update customer-guest-${cleo.email}-user`]);
    await up();
    const id = found[cleo.email]!;
    assert.deepEqual(users(), { ...before, [id]: { ...before[id], displayName: "Cleo Martin (SOC)" } });
    assert.deepEqual(await guests(), found);
  });

  it("records mail and first acceptance, a reset never, and shows no difference of a state without the record", async () => {
    const id = (await guests())[cleo.email]!;
    const user = project.sandbox.cloud.tenant(tenantId).objects("users").get(id)!;
    const state = async (write?: (outputs: Record<string, unknown>) => void) => {
      const all = JSON.parse(await project.succeed(["stack", "export", "--stack", "contoso"])) as {
        deployment: { resources: { type: string; id: string; outputs: Record<string, unknown> }[] };
      };
      const { outputs } = all.deployment.resources.find((each) => each.type === guestType && each.id === id)!;
      write?.(outputs);
      if (write !== undefined) {
        const file = path.join(project.folder, "state.json");
        await writeFile(file, JSON.stringify(all));
        await project.succeed(["stack", "import", "--stack", "contoso", "--file", file]);
      }
      return [outputs["mail"], outputs["externalUserState"], outputs["externalUserStateChangeDateTime"]];
    };
    const invitedOn = user["externalUserStateChangeDateTime"];
    assert.deepEqual(await state(), [cleo.email, "PendingAcceptance", invitedOn]);
    Object.assign(user, { externalUserState: "Accepted", externalUserStateChangeDateTime: "2026-01-02T03:04:05Z" });
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
    const refresh = ["refresh", "--stack", "contoso", "--yes", "--skip-preview"];
    await project.succeed(refresh);
    assert.deepEqual(await state(), [cleo.email, "Accepted", "2026-01-02T03:04:05Z"]);
    Object.assign(user, { mail: "x@adatum.example", externalUserStateChangeDateTime: "2026-02-02T03:04:05Z" });
    await project.succeed(refresh);
    assert.deepEqual(await state(), [cleo.email, "Accepted", "2026-01-02T03:04:05Z"]);
    Object.assign(user, { mail: cleo.email });
    const none = { mail: undefined, externalUserState: undefined, externalUserStateChangeDateTime: undefined };
    await state((outputs) => void Object.assign(outputs, none));
    await project.succeed(["preview", "--stack", "contoso", "--refresh", "--expect-no-changes"]);
  });

  it("invites a deleted guest again", async () => {
    const before = await guests();
    await hands.graph("DELETE", `/v1.0/users/${before[cleo.email]}`);
    const steps = (await project.changes("contoso", "--refresh")).filter(({ urn }) => urn.includes(guestType));
    assert.ok(
      steps.some(({ op, urn }) => op === "create" && urn.endsWith(`${cleo.email}-user`)),
      JSON.stringify(steps),
    );
    await up("--refresh");
    const now = await guests();
    assert.notEqual(now[cleo.email], before[cleo.email]);
    assert.deepEqual({ ...now, [cleo.email]: "" }, { ...before, [cleo.email]: "" });
  });

  it("destroys only its own guests", async () => {
    const before = users();
    const [byProgram] = [(await guests())[cleo.email]!];
    await project.succeed(["destroy", "--stack", "contoso", "--yes", "--skip-preview"]);
    const { [byProgram]: gone, ...others } = before;
    assert.ok(gone !== undefined);
    assert.deepEqual(users(), others);
  });
});
