/** How often a fleet run reads a tenant whose replicas may be behind, with workers that only answer. */
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import type { Job } from "../../../cli/fleet/job";
import { FleetRun, type RunEquipment } from "../../../cli/fleet/fleetRun";
import type { PreparedRun } from "../../../cli/fleet/prepareRun";
import { lastComparisons } from "../../../cli/findings/read/lastComparisons";
import type { RecordedRun } from "../../../cli/stack/journal";
import type { StackPreview } from "../../../cli/stack/stackPreview";
import { previewOf } from "../ci/samples";
import { outcome } from "./outcomes";

const sandbox = { ARM_METADATA_HOSTNAME: "localhost:8443" };
const replicas = { ...sandbox, MSSP_SANDBOX_REPLICAS: "on", MSSP_SANDBOX_TIME_SCALE: "0.0001" };
const renamed = { name: "renamed" };
const urn = "urn:pulumi:contoso::defender-mssp::azuread:index/group:Group::tier-1";
const dropped = { dropped: [{ urn, id: "g1", writtenOn: "2026-11-26T09:50:00Z" }] };

/** Runs one stack, whose previews are these. */
async function previews(answers: readonly StackPreview[], plan: object, environment: NodeJS.ProcessEnv = replicas) {
  const jobs: Job[] = [];
  const said: string[] = [];
  const run = (job: Job) => {
    const preview = answers[jobs.push(job) - 1] ?? answers.at(-1)!;
    return Promise.resolve({ ok: true, seconds: 1, messages: [], nextSteps: [], printed: "", preview });
  };
  const nothing = () => undefined;
  const view = { begin: nothing, started: nothing, ended: nothing, say: (line: string) => said.push(line) };
  const prepared = {
    session: { environment, signals: new EventEmitter(), now: () => new Date() },
    plan: { command: "preview", refresh: true, drift: true, policyPacks: [], ...plan },
    options: { tries: 1 },
    project: { folder: "/nowhere", stackConfigDir: "" },
    inventory: [{ stack: "contoso", tags: [] }],
    parallel: 1,
    variables: new Map(),
  } as unknown as PreparedRun;
  const equipment = { view, journal: undefined, workers: { run } } as unknown as RunEquipment;
  const [ended] = await new FleetRun(prepared, equipment).all(["contoso"]);
  return { jobs, said, ended };
}

describe("a fleet run over tenants with replicas", () => {
  it("drift is what a second preview shows, too, which looks for no additions again", async () => {
    const { jobs, ended } = await previews([previewOf([renamed, { name: "flaps" }]), previewOf([renamed])], {});
    assert.deepEqual(
      [ended?.state, ended?.preview?.changes.length, ended?.preview?.changing?.length],
      ["drifted", 1, 1],
    );
    assertEach(jobs, ({ drift }) => drift, [true, false]);
  });

  it("a tenant without differences is previewed once; so is any without replicas, and any plan", async () => {
    assert.equal((await previews([previewOf([])], {})).jobs.length, 1);
    assert.equal((await previews([previewOf([renamed])], {}, sandbox)).jobs.length, 1);
    assert.equal((await previews([previewOf([renamed])], { drift: false })).jobs.length, 1);
  });

  it("what the refresh did not find is named and looked for again until it is there", async () => {
    const create = previewOf([{ operation: "create", name: "tier-1" }], dropped);
    const { jobs, said, ended } = await previews([create, create, create, previewOf([])], { drift: false });
    assert.equal(jobs.length, 4);
    assert.match(said[0] ?? "", /^contoso: The refresh did not find .*"tier-1" .* Comparing again in/);
    assert.deepEqual([ended?.state, ended?.preview?.dropped], ["unchanged", undefined]);
  });

  it("an object that ten minutes of previews do not show is gone", async () => {
    const create = previewOf([{ operation: "create", name: "tier-1" }], dropped);
    const { jobs, ended } = await previews([create], { drift: false });
    assert.ok(jobs.length > 2, String(jobs.length));
    assert.deepEqual([ended?.state, ended?.preview?.changes.length], ["changed", 1]);
  });

  it("status keeps the comparison before one whose two reads differ", () => {
    const run = (at: number, state: "unchanged" | "drifted", preview: StackPreview): RecordedRun =>
      ({
        plan: { command: "preview", drift: true },
        outcomes: new Map([["contoso", { outcome: outcome("contoso", state, { preview }), at: new Date(at) }]]),
      }) as unknown as RecordedRun;
    const changing = run(2, "unchanged", { ...previewOf([]), changing: previewOf([renamed]).changes });
    const last = lastComparisons([changing, run(1, "drifted", previewOf([renamed]))]).get("contoso");
    assert.deepEqual([last?.state, last?.at.getTime()], ["drifted", 1]);
  });
});
