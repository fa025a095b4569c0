import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { guestKey, guestResource, type CallContext, type GuestInputs, type GuestState } from "@defender-mssp/microsoft";
import { setSwitches, type StoredObject, tenantId, testSandbox, type TestSandbox } from "@defender-mssp/testkit";
import { untimed } from "../untimed";

const resource = untimed(guestResource);
const inputs: GuestInputs = {
  tenantId,
  email: "ana.o'neil@mssp.example",
  displayName: "Ana O'Neil",
  redirectUrl: "https://security.microsoft.com?tid=t",
  managedBy: "defender-mssp/dev",
};
const mark = `MSSP analyst, managed by Pulumi (defender-mssp/dev; ${guestKey(inputs.email)})`;

type Trouble = (method: string, path: string, response: http.ServerResponse, body: string) => boolean;

/**
 * The dynamic provider's methods, called as Pulumi calls them, against the sandbox's own server,
 * with a gateway that makes trouble.
 */
describe("packages/microsoft/providers/guest: the provider", () => {
  let test: TestSandbox;
  let gateway: http.Server;
  let context: CallContext;
  let trouble: Trouble;
  let sent: string[];
  let waits: number[];
  let seeded: ReadonlyMap<string, StoredObject>;

  before(async () => {
    test = await testSandbox();
    seeded = new Map(users());
    gateway = http.createServer((request, response) => void passOn(request, response)).listen(0, "127.0.0.1");
    await new Promise((resolve) => gateway.once("listening", resolve));
  });

  beforeEach(() => {
    [sent, waits, trouble] = [[], [], () => false];
    for (const id of [...users().keys()]) if (!seeded.has(id)) users().delete(id);
    const sleep = (milliseconds: number) => Promise.resolve(void waits.push(milliseconds));
    const origin = gatewayOrigin();
    const endpoints = { ...test.endpoints, loginEndpoint: origin, graphEndpoint: origin };
    context = { environment: test.environment, endpoints, sleep };
  });

  after(async () => {
    gateway.close();
    gateway.closeAllConnections();
    await test.stop();
  });

  const users = (): Map<string, StoredObject> => test.tenant.objects("users");
  const guests = (): StoredObject[] => [...users().values()].filter(({ id }) => !seeded.has(id));

  function gatewayOrigin(): string {
    return `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
  }

  async function passOn(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString("utf8");
    const { method = "", url = "", headers } = request;
    if (url.endsWith("/token")) {
      // The sandbox gives tokens for its own address and for Microsoft's name of Graph; the gateway
      // is neither.
      const form = body.replace(encodeURIComponent(gatewayOrigin()), encodeURIComponent("https://graph.microsoft.com"));
      const init = { method, body: new URLSearchParams(form) };
      response.end(await (await fetch(test.sandbox.origins.http + url, init)).text());
      return;
    }
    sent.push(`${method} ${url.split("?")[0]}${body === "" ? "" : ` ${body}`}`);
    if (trouble(method, url, response, body)) return;
    const answer = await fetch(test.sandbox.origins.http + url, {
      method,
      headers: { authorization: headers.authorization ?? "", "content-type": "application/json" },
      ...(body === "" ? {} : { body }),
    });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  }

  async function create(changes: Partial<GuestInputs> = {}): Promise<GuestState> {
    return (await resource.create({ ...inputs, ...changes }, context)).outs;
  }

  function fail(status: number, message: string, code = "Forbidden"): (response: http.ServerResponse) => boolean {
    return (response) => {
      const error = { error: { code, message } };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(error));
      return true;
    };
  }

  /** What the state has of a user, beside the ID. */
  function recordOf(user: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const names = ["mail", "externalUserState", "externalUserStateChangeDateTime"];
    return Object.fromEntries(names.flatMap((name) => (user[name] == null ? [] : [[name, user[name]]])));
  }

  function invitations(): Record<string, unknown>[] {
    const prefix = "POST /v1.0/invitations ";
    return sent
      .filter((line) => line.startsWith(prefix))
      .map((line) => JSON.parse(line.slice(prefix.length)) as Record<string, unknown>);
  }

  describe("create", () => {
    it("invites by e-mail, names and marks the guest, and stores the invitation's values", async () => {
      const outs = await create({ message: "Welcome.", copyRecipient: "soc@mssp.example" });
      const [guest] = guests();
      assert.equal(guests().length, 1);
      assert.equal(guest?.["displayName"], "Ana O'Neil");
      assert.equal(guest["employeeType"], mark);
      assert.equal(guest["mail"], inputs.email);
      const { inviteRedeemUrl, ...others } = outs;
      assert.match(inviteRedeemUrl ?? "", /\/redeem\?/);
      assert.deepEqual(others, {
        ...inputs,
        message: "Welcome.",
        copyRecipient: "soc@mssp.example",
        ...recordOf(guest),
        objectId: guest.id,
        adopted: false,
      });
      assert.deepEqual(invitations(), [
        {
          invitedUserEmailAddress: inputs.email,
          invitedUserDisplayName: "Ana O'Neil (defender-mssp/dev)",
          inviteRedirectUrl: inputs.redirectUrl,
          sendInvitationMessage: true,
          invitedUserMessageInfo: {
            customizedMessageBody: "Welcome.",
            ccRecipients: [{ emailAddress: { address: "soc@mssp.example" } }],
          },
        },
      ]);
    });

    it("sends Microsoft's text in English or in the given language", async () => {
      await create();
      await create({ email: "ben@mssp.example", language: "de" });
      assertEach(invitations(), ({ invitedUserMessageInfo }) => invitedUserMessageInfo, [
        { messageLanguage: "en-US" },
        { messageLanguage: "de" },
      ]);
    });

    const ways: [string, Record<string, string | string[]>][] = [
      ["mail, whatever its case", { mail: "ANA.O'Neil@mssp.example" }],
      ["principal name", { userPrincipalName: inputs.email }],
      ["principal name of a guest", { userPrincipalName: "ana.o'neil_mssp.example#EXT#@contoso.onmicrosoft.com" }],
    ];
    for (const [how, properties] of ways) {
      it(`adopts an existing user with the address as ${how} by its object ID only, and changes nothing`, async () => {
        const id = addUser(properties);
        const as = structuredClone(users().get(id));
        await assert.rejects(create(), (failure: Error) => failure.message.includes(`object ID ${id}`));
        assert.deepEqual(await create({ existingObjectId: id }), {
          ...inputs,
          ...recordOf(users().get(id)!),
          groupsBefore: [],
          appRolesBefore: [],
          objectId: id,
          adopted: true,
          adoptedUser: 'guest "Somebody"',
        });
        assert.deepEqual(users().get(id), as);
        assert.ok(
          sent.every((line) => line.startsWith("GET ")),
          sent.join("\n"),
        );
      });
    }

    it("records the groups and app roles that an adopted user has, and keeps the record; what is refused is not recorded", async () => {
      const id = addUser({ mail: inputs.email });
      const groupId = randomUUID();
      test.tenant.objects("groups").set(groupId, { id: groupId, displayName: "Payroll" });
      test.tenant.links("groups.members").set(groupId, [id]);
      trouble = (_, path, response) => path.includes("appRoleAssignments") && fail(403, "no")(response);
      const outs = await create({ existingObjectId: id });
      assert.deepEqual([outs.groupsBefore, outs.appRolesBefore], [[groupId], undefined]);
      test.tenant.objects("groups").delete(groupId);
      test.tenant.links("groups.members").delete(groupId);
      const { props } = await resource.read(id, outs, context);
      assert.deepEqual(props?.groupsBefore, [groupId]);
    });

    it("without a mark: invites by the name alone, takes an old mark away, and deletes whatever mark is there", async () => {
      const { managedBy: _, ...unmarked } = inputs;
      const { id, outs } = await resource.create(unmarked, context);
      assert.deepEqual(
        guests().map(({ displayName, employeeType }) => [displayName, employeeType]),
        [[inputs.displayName, null]],
      );
      assert.ok(!sent.some((request) => request.startsWith("PATCH")));
      await resource.update(id, outs, inputs, context);
      assert.equal(users().get(id)?.["employeeType"], mark);
      await resource.update(id, { ...outs, managedBy: inputs.managedBy }, unmarked, context);
      assert.equal(users().get(id)?.["employeeType"], null);
      users().get(id)!["employeeType"] = mark;
      await resource.delete(id, outs, context);
      assert.equal(guests().length, 0);
    });

    it("refuses a user whom the invitation's answer names and who was there before", async () => {
      // The look before the invitation does not show the user yet.
      trouble = (method, path, response) => {
        if (method !== "GET" || !path.includes("filter")) return false;
        response.writeHead(200, { "content-type": "application/json" }).end('{"value":[]}');
        return true;
      };
      const earlier = new Date(Date.now() - 3_600_000).toISOString();
      const id = addUser({
        mail: inputs.email,
        creationType: "Invitation",
        displayName: "Ana O'Neil (defender-mssp/dev)",
        createdDateTime: earlier,
      });
      const as = structuredClone(users().get(id));
      await assert.rejects(create(), (failure: Error) => {
        assert.match(failure.message, new RegExp(`object ID ${id}, .*set that ID`));
        assert.ok(!("properties" in failure), "the state keeps nothing");
        return true;
      });
      assert.deepEqual(users().get(id), as);
    });

    it("adopts a guest whom another stack has invited", async () => {
      const { objectId } = await create({ managedBy: "defender-mssp/other" });
      assert.equal((await create({ existingObjectId: objectId })).adopted, true);
      assert.match(
        JSON.stringify(users().get(objectId)?.["employeeType"]),
        /managed by Pulumi \(defender-mssp\/other; /,
      );
    });

    for (const [when, lost] of [
      ["the invitation", (method: string, path: string) => method === "PATCH" && path.includes("/users/")],
      ["the mark", (method: string, path: string) => method === "GET" && /users\/[^?]/.test(path)],
    ] as const) {
      it(`keeps its own guest in the state if the answer was lost after ${when}; the update sends no second e-mail`, async () => {
        let looks = 0;
        trouble = (method, path, response) =>
          lost(method, path) && (method === "PATCH" || looks++ > 0) && fail(400, "lost")(response);
        const kept: { id?: string; properties?: GuestState } = {};
        await assert.rejects(create(), (failure: object) => Object.assign(kept, failure) === kept);
        const [made] = guests();
        assert.equal(kept.id, made?.id);
        assert.equal(kept.properties?.inviteRedeemUrl, undefined, "the engine would not encrypt it");
        trouble = () => false;
        const { outs } = await resource.update(made!.id, kept.properties!, inputs, context);
        assert.equal(outs.objectId, made?.id);
        assert.equal(outs.adopted, false);
        assert.equal(users().get(outs.objectId)?.["displayName"], inputs.displayName);
        assert.equal(users().get(outs.objectId)?.["employeeType"], mark);
        if (when === "the mark") return;
        assert.match(outs.inviteRedeemUrl ?? "", /\/redeem\?/);
        assertEach(invitations(), ({ sendInvitationMessage }) => sendInvitationMessage, [true, false]);
      });
    }

    it("requests no redemption link after the guest has accepted", async () => {
      const { objectId } = await create();
      const user = users().get(objectId)!;
      user["externalUserState"] = "Accepted";
      const outs = await create({ existingObjectId: objectId });
      assert.deepEqual(outs, { ...inputs, ...recordOf(user), objectId, adopted: false });
      assert.equal(invitations().length, 1);
    });

    it("truncates a long name so that name and mark fit in 256 characters", async () => {
      const displayName = "n".repeat(256);
      await create({ displayName });
      assert.equal(String(invitations()[0]?.["invitedUserDisplayName"]).length, 256);
      assert.match(String(invitations()[0]?.["invitedUserDisplayName"]), /n \(defender-mssp\/dev\)$/);
      assert.equal(guests()[0]?.["displayName"], displayName);
    });

    it("waits until the directory returns the new guest", async () => {
      let hidden = 6;
      trouble = (method, path, response) =>
        /users\/[^?]/.test(path) && method !== "DELETE" && hidden-- > 0 && fail(404, "not yet")(response);
      await create();
      assert.deepEqual(waits, [1000, 1000, 1000, 2000, 4000, 8000]);
    });

    it("fails after ten minutes, and says that the next `up` continues", async () => {
      trouble = (_method, path, response) => /users\/[^?]/.test(path) && fail(404, "not yet")(response);
      await assert.rejects(
        create(),
        /was invited, but the directory didn't show.*within ten minutes\. Run `npx pulumi up --refresh`/,
      );
      assert.equal(
        waits.reduce((total, one) => total + one, 0),
        600_000,
      );
    });

    it("says what to do if the tenant does not allow invitations", async () => {
      setSwitches(test.tenant, { b2bInvitations: "off" });
      await assert.rejects(create(), (failure: Error) => {
        assert.match(
          failure.message,
          /^The guest ana\.o'neil@mssp\.example: the invitation failed\. POST .* answered 403/,
        );
        assert.match(
          failure.message,
          /External collaboration settings .* a guest who is there already is used by its object ID\.$/,
        );
        assert.equal(failure.stack, "");
        return true;
      });
      setSwitches(test.tenant, { b2bInvitations: "on" });
      assert.deepEqual(guests(), []);
    });

    it("names every user with the address, and uses the one of the object ID", async () => {
      const ids = [addUser({ mail: inputs.email }), addUser({ mail: inputs.email })];
      await assert.rejects(create(), (failure: Error) => ids.every((id) => failure.message.includes(id)));
      assert.deepEqual(invitations(), []);
      assert.equal((await create({ existingObjectId: ids[1]! })).objectId, ids[1]);
    });

    it("refuses an object ID of nobody, or of a user with another address", async () => {
      const id = addUser({ mail: "eve@adatum.example" });
      await assert.rejects(
        create({ existingObjectId: id }),
        /neither mail nor principal name is the analyst's address/,
      );
      const nobody = "00000000-0000-4000-8000-00000000dead";
      await assert.rejects(create({ existingObjectId: nobody }), /has no user with the object ID .*dead/);
    });
  });

  describe("after the create", () => {
    it("reports no change for the invitation's text or the case of the address", async () => {
      const outs = await create({ message: "Welcome." });
      const news = {
        ...outs,
        message: undefined,
        email: inputs.email.toUpperCase(),
        language: "de",
        redirectUrl: "https://x",
        copyRecipient: "c@x",
      };
      assert.deepEqual(resource.diff(outs.objectId, outs, news), {
        changes: false,
        replaces: [],
        deleteBeforeReplace: false,
      });
    });

    it("an object ID added or removed is no change; another one than the deployed is an error", async () => {
      const outs = await create();
      const news = { ...inputs, existingObjectId: outs.objectId };
      assert.equal(resource.diff(outs.objectId, outs, news).changes, false);
      assert.throws(
        () => resource.diff(outs.objectId, outs, { ...news, existingObjectId: tenantId }),
        /is the user .* in this stack, and objectId is .*Correct or remove objectId/,
      );
    });

    it("replaces the guest for another or unknown address or tenant, create first", async () => {
      const outs = await create();
      const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
      const { replaces, deleteBeforeReplace } = resource.diff("", outs, { ...outs, email: unknown, tenantId: unknown });
      assert.deepEqual([replaces, deleteBeforeReplace], [["tenantId", "email"], false]);
    });

    it("renames an invited guest, and does not change an adopted user", async () => {
      const outs = await create();
      assert.equal(resource.diff("", outs, { ...outs, displayName: "Ana" }).changes, true);
      const updated = await resource.update(outs.objectId, outs, { ...inputs, displayName: "Ana" }, context);
      assert.deepEqual(updated.outs, { ...outs, displayName: "Ana" });
      assert.equal(users().get(outs.objectId)?.["displayName"], "Ana");
      const adopted = { ...outs, adopted: true };
      assert.equal(resource.diff("", adopted, { ...outs, displayName: "Other" }).changes, false);
      sent = [];
      await resource.update(outs.objectId, adopted, { ...inputs, displayName: "Other" }, context);
      assert.deepEqual(sent, []);
    });

    it("reads the current name, and reports a deleted user", async () => {
      const outs = await create();
      users().get(outs.objectId)!["displayName"] = "Somebody";
      const read = await resource.read(outs.objectId, outs, context);
      assert.deepEqual(read, {
        id: outs.objectId,
        props: { ...outs, displayName: "Somebody" },
        inputs: { ...inputs, displayName: "Somebody" },
      });
      users().delete(outs.objectId);
      assert.deepEqual(await resource.read(outs.objectId, outs, context), { id: "" });
    });

    it("does not report the name of an adopted user as a change", async () => {
      const objectId = addUser({ mail: inputs.email, displayName: "Dr. Ana" });
      const outs = await create({ existingObjectId: objectId });
      const read = await resource.read(objectId, outs, context);
      assert.deepEqual(read, { id: objectId, props: outs, inputs });
    });

    it("deletes an invited guest, even if already deleted, and waits until it is gone", async () => {
      const outs = await create();
      let shown = 3;
      const as = { id: outs.objectId, employeeType: mark };
      trouble = (method, path, response) => {
        if (method !== "GET" || !/users\/[^?]/.test(path) || shown-- <= 0) return false;
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(as));
        return true;
      };
      await resource.delete(outs.objectId, outs, context);
      assert.deepEqual(guests(), []);
      assert.deepEqual(waits, [1000, 1000]);
      await resource.delete(outs.objectId, outs, context);
    });

    it("keeps an adopted user", async () => {
      const objectId = addUser({ mail: inputs.email });
      await resource.delete(objectId, await create({ existingObjectId: objectId }), context);
      assert.ok(users().has(objectId));
    });

    it("validates its inputs", () => {
      const { failures } = resource.check(
        {},
        { ...inputs, tenantId: "contoso", email: " ", message: "m", language: "de" },
      );
      assertEach(failures, ({ property }) => property, ["tenantId", "email", "language"]);
    });
  });

  let added = 0;
  function addUser(properties: Record<string, string | string[]>): string {
    const id = `00000000-0000-4000-8000-${String(++added).padStart(12, "0")}`;
    const [template] = seeded.values();
    const plain = {
      ...template,
      userType: "Guest",
      mail: null,
      otherMails: [],
      proxyAddresses: [],
      displayName: "Somebody",
    };
    users().set(id, { ...plain, userPrincipalName: `u${added}@contoso.com`, ...properties, id });
    return id;
  }
});
