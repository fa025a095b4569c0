/** `mssp incidents` as people type it, on stacks of two customers in a sandbox. */
import assert from "node:assert/strict";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { checkout } from "../../mssp";
import type { StackProject } from "../../pulumiStack";
import { changedSince, createIncidentsProject, incidentRecords } from "./incidentsProject";

const hour = 60 * 60 * 1000;

describe("mssp incidents", function () {
  let project: StackProject;
  let folder: string;

  before(async () => {
    project = await createIncidentsProject();
  });
  after(() => project.dispose());
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "mssp-incidents-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function start(args: readonly string[]) {
    return execa(process.execPath, [path.join(checkout, "cli", "mssp.js"), ...args], {
      cwd: project.folder,
      env: project.environment,
      extendEnv: false,
      reject: false,
      stdin: "ignore",
    });
  }

  it("incidents: after kill -9 the next run goes on at the checkpoint, and none is lost", async () => {
    const since = new Date(Date.now() - 25 * 24 * hour);
    const wanted = changedSince(project, since);
    const output = path.join(folder, "incidents.jsonl");
    const checkpoint = path.join(folder, "checkpoint.json");
    const command = ["incidents", "--stack", "contoso", "--checkpoint", checkpoint, "--since", since.toISOString()];
    let kills = 0;
    for (let isWhole = false; !isWhole;) {
      const process_ = start(command);
      let lines = "";
      process_.stdout.on("data", (chunk: Buffer) => {
        lines += chunk.toString();
        if (kills < 3 && lines.length > 400_000) {
          kills++;
          process_.kill("SIGKILL");
        }
      });
      const { exitCode } = await process_;
      // What a killed run has written comes first; half a line is nobody's.
      await appendFile(output, lines.slice(0, lines.lastIndexOf("\n") + 1));
      isWhole = exitCode === 0;
      if (kills > 5) assert.fail("it never ends");
    }
    const found = new Set(
      incidentRecords(await readFile(output, "utf8")).map(({ id, updatedAt }) => `${id}@${updatedAt}`),
    );
    assert.equal(kills, 3);
    assert.ok(wanted.length > 1500);
    assert.deepEqual(
      wanted.filter((one) => !found.has(one)),
      [],
    );
  });
});
