/** Random worlds with strangers whom nobody names, and random logs: nobody is lost, nobody is called the MSSP's by mistake. */
import assert from "node:assert/strict";
import path from "node:path";
import { parsedJson, recordOf, recordsOf, textOf } from "@defender-mssp/errors/json";
import { ServiceError } from "@defender-mssp/errors";
import type { GraphCall } from "@defender-mssp/microsoft";
import { tenantReader } from "@defender-mssp/tenant";
import { addConsentedServicePrincipal, msspTenantId, newFolder, tenantId, fixture } from "@defender-mssp/testkit";
import { assertAsyncProperty } from "@defender-mssp/testkit/assertProperty";
import fc from "fast-check";
import { watchPermissions } from "../src/access/permissions";
import { takeSince } from "../src/since/takeSince";
import { adatumTenantId, watchedTenant } from "./watchedTenant";

const mssp = "fabrikam-security.example";

describe("random worlds of strangers", () => {
  const world = fixture(watchedTenant);

  const stranger = fc.constantFrom("msspGuest", "foreignGuest", "privateGuest", "member", "application", "issuer");
  let number = 0;

  /** @returns the object's ID, and whether it carries the MSSP's tenant or a domain that it verified */
  const enter = async (kind: string): Promise<{ readonly id: string; readonly isMssp: boolean }> => {
    number += 1;
    const domain = { msspGuest: mssp, foreignGuest: "adatum.example", privateGuest: `home${number}.example` }[kind];
    if (domain !== undefined) return { id: await world.invite(`p${number}@${domain}`), isMssp: kind === "msspGuest" };
    const post = async (at: string, json: object) =>
      (await world.automation(`/v1.0/${at}`, { method: "POST", json })).body as { readonly id: string };
    if (kind === "member") {
      const { id } = await post("users", {
        accountEnabled: true,
        displayName: `Member ${number}`,
        mailNickname: `m${number}`,
        userPrincipalName: `m${number}@contoso.com`,
        passwordProfile: { password: "Xk9!pQ2z#Lm4" },
      });
      Object.assign(world.tenant.objects("users").get(id)!, { otherMails: [`m${number}@adatum.example`] });
      return { id, isMssp: false };
    }
    if (kind === "application") {
      const applicationId = `ada70000-0000-4000-8000-${String(number).padStart(12, "0")}`;
      const foreign = { applicationId, displayName: mssp, signInAudience: "AzureADMultipleOrgs" } as const;
      const { id } = addConsentedServicePrincipal(world.tenant, { ...foreign, homeTenantId: adatumTenantId }, {});
      return { id, isMssp: false };
    }
    const { id } = await post("applications", { displayName: `App ${number}` });
    const issuer = `https://login.microsoftonline.com/${adatumTenantId}/v2.0`;
    const credential = { name: "c", issuer, subject: "x", audiences: ["api://AzureADTokenExchange"] };
    return { id: (await post(`applications/${id}/federatedIdentityCredentials`, credential)).id, isMssp: false };
  };

  it("each is under the MSSP or under `also theirs?`, and only who carries the named tenant is the MSSP's", async () =>
    await assertAsyncProperty(8, fc.array(stranger, { minLength: 1, maxLength: 5 }), async (kinds) => {
      const entered = [];
      for (const kind of kinds) entered.push(await enter(kind));
      const { out } = await world.watch("look", "--mssp", mssp, "--json");
      const document = recordOf(parsedJson(out));
      const own = new Set(recordsOf(document["objects"]).map(({ id }) => textOf(id)));
      const others = new Set(
        recordsOf(document["strangers"]).flatMap(({ ways }) => recordsOf(ways).map(({ id }) => textOf(id))),
      );
      for (const { id, isMssp } of entered) assert.deepEqual([own.has(id), others.has(id)], [isMssp, !isMssp], id);
    }));

  it("needs each permission of the table, and no other", async () => {
    world.readAzure();
    const paths = recordsOf(recordOf(parsedJson((await world.watch("look", "--mssp", mssp, "--json")).out))["unread"]);
    assert.deepEqual(paths, []);
    // Others of the table read these kinds, too; the logs are another test's.
    for (const { name } of watchPermissions.filter(
      (each) => !["AuditLog.Read.All", "Directory.Read.All", "Group.Read.All", "User.Read.All"].includes(each.name),
    )) {
      // Directory.Read.All includes several: it is left out as well.
      const least = watchPermissions
        .map((each) => each.name)
        .filter((each) => ![name, "Directory.Read.All"].includes(each));
      const blind = await watchedTenant(least);
      try {
        await blind.invite(`ana@${mssp}`);
        const { out } = await blind.watch("look", "--mssp", mssp, "--json");
        const reasons = recordsOf(recordOf(parsedJson(out))["unread"]).map(({ reason }) => textOf(reason));
        assert.ok(
          reasons.some((reason) => reason.includes(name)),
          `${name}: ${reasons.join("; ")}`,
        );
      } finally {
        await blind.stop();
      }
    }
  });
});

describe("random logs", () => {
  const now = Date.parse("2026-12-01T12:00:00Z");
  const entry = fc.record({
    minutes: fc.integer({ min: 1, max: 20 * 1440 }),
    isLate: fc.integer({ min: 0, max: 4 }).map((value) => value === 0),
    isDoubled: fc.boolean(),
    isMssp: fc.boolean(),
  });

  it("show each entry of others once, also late, doubled and after a list that was cut", async () => {
    await assertAsyncProperty(30, fc.array(entry, { maxLength: 30 }), fc.boolean(), async (drawn, isCut) => {
      const entries = drawn.map(({ minutes: drawnMinutes, isMssp, ...each }, index) => {
        // An entry comes at most ten hours late.
        const minutes = each.isLate ? drawnMinutes % 600 : drawnMinutes;
        return {
          ...each,
          raw: {
            id: `e${index}`,
            activityDisplayName: "Update user",
            activityDateTime: new Date(now - minutes * 60_000).toISOString(),
            initiatedBy: {
              user: { id: `u${index}`, homeTenantId: isMssp ? msspTenantId : tenantId, userPrincipalName: "x" },
            },
          },
          isMssp,
        };
      });
      let [run, cuts] = [0, isCut ? 1 : 0];
      const sent = (status: number, body: unknown) =>
        Promise.resolve({ status, headers: new Headers(), body, text: "", tries: 1 });
      const answer = (value: readonly unknown[], next?: string) =>
        sent(200, {
          value,
          ...(next === undefined ? {} : { "@odata.nextLink": `https://graph.microsoft.com${next}` }),
        });
      const call: GraphCall = (address) => {
        if (address.includes("/partners/")) return sent(404, {});
        if (!address.includes("directoryAudits")) return answer([]);
        const shown = entries
          .filter(({ isLate }) => run > 0 || !isLate)
          .flatMap(({ raw, isDoubled }) => (isDoubled ? [raw, raw] : [raw]));
        const middle = Math.ceil(shown.length / 2);
        if (!address.includes("$skiptoken")) return answer(shown.slice(0, middle), `${address}&$skiptoken=2`);
        if (cuts-- > 0)
          return Promise.reject(new ServiceError({ status: 0, message: "cut", method: "GET", url: address }));
        return answer(shown.slice(middle));
      };
      const owner = { stack: "", stackId: undefined, tenantId, msspTenantId, domains: [], automation: undefined };
      const opened = {
        customer: { tenantId, call, endpoints: undefined as never, appId: undefined, isAzureCli: false },
        tenant: tenantReader({ call, owner }),
        domains: () => Promise.resolve({ none: true } as const),
        handOut: undefined,
        notes: [],
      };
      const file = path.join(newFolder(), "memory.json");
      const seen: string[] = [];
      for (run = 0; run < 3; run++) {
        const { since } = await takeSince(opened, { file, now: new Date(now + run * 3_600_000) });
        seen.push(...since.findings.map(({ id }) => id));
      }
      const expected = entries.filter(({ isMssp }) => isMssp).map(({ raw }) => raw.id);
      assert.deepEqual(seen.sort(), expected.sort());
    });
  });
});
