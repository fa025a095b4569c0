/** `mssp doctor --repair`: what a killed `up` left is found, shown with its evidence, and deleted or imported; nobody else's is touched. */
import assert from "node:assert/strict";
import { repair, type RepairOptions } from "../../cli/doctor/repair";
import type { SandboxProject } from "../../tools/sandbox/sandboxProject";
import { mssp } from "../cli/mssp";
import { createProject, customer, dumpOfTenant, objectsOf, single, TenantHands, tenantIdOf } from "./support";

describe("mssp doctor --repair", function () {
  this.timeout(300_000);

  let project: SandboxProject;
  let killAt: { readonly request: RegExp; readonly kill: () => void } | undefined;
  before(async () => {
    project = await createProject({
      log: (line) => {
        if (killAt?.request.test(line) !== true) return;
        killAt.kill();
        killAt = undefined;
      },
    });
  });
  after(() => project.dispose());

  async function newStack(stack: string, number: number): Promise<string> {
    await project.writeSettings(stack, customer(number));
    await project.succeed(["stack", "init", stack]);
    project.sandbox.cloud.tenant(tenantIdOf(number));
    return dumpOfTenant(project, tenantIdOf(number));
  }

  async function killedUp(stack: string, request: RegExp): Promise<void> {
    const up = project.start(["up", "--stack", stack, "--yes", "--skip-preview", "--parallel", "1"]);
    killAt = { request, kill: () => up.kill("SIGKILL") };
    assert.equal((await up).signal, "SIGKILL");
    await project.succeed(["cancel", "--stack", stack, "--yes"]);
  }

  /** Runs the repair; a person gives these answers, in turn. */
  async function repaired(stack: string, answers: readonly string[] | "nobody", more: Partial<RepairOptions> = {}) {
    const left = [...(answers === "nobody" ? [] : answers)];
    const questions: string[] = [];
    let said = "";
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve(left.shift() ?? "");
    };
    // This process doesn't trust the sandbox's certificate; on loopback it need not.
    const { http } = project.sandbox.origins;
    const addresses = { loginEndpoint: http, graphEndpoint: http, resourceManagerEndpoint: http };
    const result = await repair({
      endpoints: { cloud: "public", metadataHost: undefined, ...addresses },
      stack,
      yes: false,
      ask: answers === "nobody" ? undefined : ask,
      say: (text) => (said += text),
      folder: project.folder,
      environment: project.environment,
      ...more,
    });
    assert.deepEqual(left, [], "every answer was asked for");
    return { ...result, said, questions };
  }

  it("imports an application that a killed `up` left, by the command that it prints", async () => {
    const before = await newStack("imported", 50);
    await killedUp("imported", /^POST \/v1\.0\/applications 201/);
    const { id = "" } = single(objectsOf(project, tenantIdOf(50)).applications) as { id?: string };

    const { found, left, said, questions } = await repaired("imported", ["import"]);
    assert.deepEqual([found, left], [1, 1]);
    assert.match(said, /^application "Contoso 50 SIEM MSSP Connector"$/m);
    assert.match(said, new RegExp(`^  ID        ${id}$`, "m"));
    assert.match(said, /^  made      20\d\d-/m);
    assert.match(
      said,
      /^  mark      its description: ".*Managed by Pulumi\."; the engine died while it was making one$/m,
    );
    assert.match(questions[0] ?? "", /^Delete it, or show how to import it\? \[delete\/import\/N\] $/);
    const command = /^ {2}npx pulumi (import .*)$/m.exec(said)?.[1] ?? assert.fail(said);
    const args = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
    await project.succeed([...args, "--yes", "--skip-preview", "--generate-code=false"]);

    await project.succeed(["up", "--stack", "imported", "--yes", "--skip-preview"]);
    assert.equal(single(objectsOf(project, tenantIdOf(50)).applications)["id"], id);
    await project.succeed(["preview", "--stack", "imported", "--refresh", "--expect-no-changes"]);
    await project.succeed(["destroy", "--stack", "imported", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantIdOf(50)), before);
  });

  it("deletes, by --yes, what carries the mark; a group, then the secret that nobody has", async () => {
    const before = await newStack("deleted", 51);
    await killedUp("deleted", /^POST \/beta\/groups 201/);
    const nobody = await repaired("deleted", "nobody");
    assert.deepEqual([nobody.found, nobody.left], [1, 1]);
    assert.match(nobody.said, /^  owned by  MSSP Onboarding Automation$/m);
    assert.match(nobody.said, /There is no terminal to ask on/);
    const args = ["doctor", "--stack", "deleted", "--repair", "--yes"];
    const { exitCode, stdout } = await mssp(args, { folder: project.folder, environment: project.environment });
    assert.equal(exitCode, 0, stdout);
    assert.match(stdout, /^Deleted group "Fabrikam Security MSSP Analysts"\.$/m);
    assert.deepEqual(objectsOf(project, tenantIdOf(51)).groups, {});

    await project.succeed(["up", "--stack", "deleted", "--yes", "--skip-preview"]);
    const application = single(objectsOf(project, tenantIdOf(51)).applications);
    const path = `/v1.0/applications/${String(application["id"])}`;
    const hands = new TenantHands(project, tenantIdOf(51));
    // As an `up` does whose answer is lost; and somebody's own.
    await hands.graph("POST", `${path}/addPassword`, {
      passwordCredential: { displayName: "MSSP SIEM, managed by Pulumi" },
    });
    await hands.graph("POST", `${path}/addPassword`, { passwordCredential: { displayName: "The customer's own" } });
    const secrets = await repaired("deleted", "nobody", { yes: true });
    assert.deepEqual([secrets.found, secrets.left], [1, 0]);
    assert.match(secrets.said, /client secret "MSSP SIEM, managed by Pulumi", which nobody has/);
    const left = single(objectsOf(project, tenantIdOf(51)).applications)["passwordCredentials"] as {
      displayName: string;
    }[];
    assert.deepEqual(left.map(({ displayName }) => displayName).sort(), [
      "MSSP SIEM, managed by Pulumi",
      "The customer's own",
    ]);
    assert.deepEqual((await repaired("deleted", [])).found, 0);
    await project.succeed(["destroy", "--stack", "deleted", "--yes", "--skip-preview"]);
    assert.equal(dumpOfTenant(project, tenantIdOf(51)), before);
  });

  it("never touches by --yes what carries no mark, and says so when it asks", async () => {
    await newStack("unmarked", 52);
    const hands = new TenantHands(project, tenantIdOf(52));
    await hands.graph("POST", "/v1.0/applications", { displayName: "Contoso 52 SIEM MSSP Connector" });
    const byYes = await repaired("unmarked", "nobody", { yes: true });
    assert.deepEqual([byYes.found, byYes.left], [1, 1]);
    assert.match(byYes.said, /^  mark      none: nothing says that this program made it$/m);
    assert.match(byYes.said, /--yes is not for what carries no mark/);
    const yes = await repaired("unmarked", ["yes"]);
    assert.match(
      yes.questions[0] ?? "",
      /^It carries no mark of this program and may be somebody else's\. Delete it\? /,
    );
    assert.equal(yes.left, 1, "only the word itself deletes");
    single(objectsOf(project, tenantIdOf(52)).applications);
    assert.equal((await repaired("unmarked", ["delete"])).left, 0);
    assert.deepEqual(objectsOf(project, tenantIdOf(52)).applications, {});
  });
});
