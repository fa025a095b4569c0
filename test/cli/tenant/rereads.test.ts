/** What is said of a tenant whose reads differ, because its replicas do. */
import { tenantReader, type Whose } from "@defender-mssp/tenant";
import assert from "node:assert/strict";
import { hasOneView, type GraphCall } from "@defender-mssp/microsoft";
import { withNotYet } from "../../../cli/access/connector/notYet";
import { compared } from "../../../cli/access/report/live";
import { readTwice } from "../../../cli/customer/verify/verifyStack";
import { joinedAdditions } from "../../../cli/tenant/additions/find";
import type { FoundAddition } from "../../../cli/tenant/additions/addition";
import { oneLook, rereads, seenInAny } from "../../../cli/tenant/rereads";
import { failed, notChecked, passed } from "@defender-mssp/siem/verify/check";
import { recordedReport, stateOf } from "../customer/report/states";

const sandbox = { ARM_METADATA_HOSTNAME: "localhost:8443" };
const fast = { ...sandbox, MSSP_SANDBOX_TIME_SCALE: "0.0001" };
const scaled = { ...fast, MSSP_SANDBOX_REPLICAS: "on" };
const threeLooks = { looks: 3, apart: () => Promise.resolve() };

describe("reads that are made again", () => {
  it("on every tenant, five seconds apart; on a sandbox only where it has replicas", async () => {
    assert.deepEqual([hasOneView({}), hasOneView(sandbox), hasOneView(scaled)], [false, true, false]);
    for (const calm of [sandbox, fast]) assert.equal(rereads(calm), oneLook);
    assert.equal(rereads({}).looks, 3);
    const pauses: number[] = [];
    await rereads({}, (milliseconds) => Promise.resolve(void pauses.push(milliseconds))).apart();
    assert.deepEqual(pauses, [5000]);
  });

  it("what any look shows is there", async () => {
    let asked = 0;
    const third = () => Promise.resolve(++asked === 3 ? "relationship" : undefined);
    assert.equal(await seenInAny(threeLooks, third), "relationship");
    asked = -10;
    assert.equal(await seenInAny(threeLooks, third), undefined);
    assert.equal(asked, -7);
  });

  it("an addition that some looks show is listed, with how many", () => {
    const owner = { kind: "owner", to: "application", what: "owner Eve", id: "e", targets: [], step: "az" };
    const secret: FoundAddition = { ...owner, kind: "client secret", what: "client secret", id: "s" };
    const joined = joinedAdditions([[secret], [owner, secret], [secret]]);
    assert.deepEqual(
      joined.map(({ what, seenIn }) => [what, seenIn]),
      [
        ["client secret", undefined],
        ["owner Eve", "1 of 3 looks"],
      ],
    );
    assert.deepEqual(joinedAdditions([[owner]]), [owner]);
  });

  it("report --live: an object is missing where no look shows it", async () => {
    const { objects } = recordedReport("basic");
    const { resources } = stateOf("basic");
    let look = 0;
    const replica: GraphCall = (_path, { accept = [] } = {}) => {
      const status = look !== 1 && accept.includes(404) ? 404 : 200;
      return Promise.resolve({ status, headers: new Headers(), text: "", body: { value: [] }, tries: 1 });
    };
    const owner = { tenantId: "c0570500-0000-4000-8000-00000000000a", domains: [] } as unknown as Whose;
    const tenant = tenantReader({ call: replica, owner });
    const again = {
      looks: 3,
      apart: () => {
        look++;
        return Promise.resolve();
      },
    };
    const missingOf = async (rule = oneLook) => {
      look = 0;
      const { differences } = await compared(tenant, objects, resources, rule);
      return objects.filter(({ key }) => differences.get(key) === "missing in the tenant").map(({ kind }) => kind);
    };
    assert.ok((await missingOf()).includes("group"));
    assert.ok(!(await missingOf(again)).includes("group"));
  });

  it("verify: a difference that one of two reads shows is no drift", async () => {
    const [bad, good] = [failed("consent", "no consent to X"), passed("consent", "X")];
    const read = async (...answers: (typeof bad)[]) => readTwice(() => Promise.resolve(answers.shift()!), scaled);
    assert.equal(await read(good), good);
    assert.equal(await read(bad, bad), bad);
    const changing = await read(bad, good);
    assert.equal(changing.state, "notChecked");
    assert.match(changing.reason, /^changing: .*no consent to X.* Look again$/);
    assert.equal(await readTwice(() => Promise.resolve(bad), sandbox), bad);
  });
});

describe("what is written and not seen yet", () => {
  const now = new Date("2026-11-26T10:00:00Z");
  const refused = failed("alerts", "AADSTS7000215: Invalid client secret provided.");
  const withoutRole = {
    ...failed("consent", "no consent to X: run npx pulumi up --refresh"),
    facts: { consent: "lost" as const },
  };

  it("is not yet within an hour of the last write, and missing after that", () => {
    const reasonOf = (check: typeof refused, writtenAt?: string): string => withNotYet(check, writtenAt, now).reason;
    assert.match(
      reasonOf(refused, "2026-11-26T09:55:00Z"),
      /^not yet, usually within 10 min: Entra .*\(AADSTS7000215\)/,
    );
    assert.match(reasonOf(withoutRole, "2026-11-26T09:55:00Z"), /^not yet, usually within 60 min: no consent to X$/);
    for (const writtenAt of ["2026-11-26T08:55:00Z", undefined])
      assert.equal(reasonOf(refused, writtenAt), refused.reason);
    const other = failed("alerts", "AADSTS7000222: The provided client secret keys are expired.");
    assert.equal(reasonOf(other, "2026-11-26T09:55:00Z"), other.reason);
    assert.equal(withNotYet(refused, "2026-11-26T09:55:00Z", now).state, "failed");
    const unread = notChecked("added consents", "GET https://graph/x answered 404: Request_ResourceNotFound: No.");
    const { state, reason } = withNotYet(unread, "2026-11-26T09:55:00Z", now);
    assert.equal(state, "notChecked");
    assert.match(reason, /^not yet, .* a replica does not know a new object/);
    assert.equal(withNotYet(unread, undefined, now), unread);
  });
});
