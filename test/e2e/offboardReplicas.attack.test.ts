/**
 * Off-boardings of tenants whose replicas learn of each write at their own time: no certificate says that
 * nothing is left while the tenant has something. OFFBOARD_RUNS sets how many.
 */
import assert from "node:assert/strict";
import { setSwitches, fixture } from "@defender-mssp/testkit";
import type { Certificate } from "../../cli/customer/offboard/certificate";
import { inSession as mssp } from "../cli/testSession";
import { createProject, customer, differing, objectsOf, TenantHands, tenantIdOf } from "./support";

const securityAdministrator = "194ae4cb-b126-40b2-bd5b-6091b380977d";
const scale = 0.02;
const runs = Number(process.env["OFFBOARD_RUNS"] ?? 2);

describe("a certificate of a tenant with replicas", function () {
  this.timeout(120_000 * (runs + 1));
  const project = fixture(() => createProject({ replicas: { profile: "calm", seed: 36, scale } }));

  async function offboard(stack: string): Promise<{ certificate: Certificate; said: string }> {
    const args = ["offboard", "--stack", stack, "--yes", "--without", "evidence", "--json"];
    for (let tries = 1; ; tries++) {
      const { stdout, stderr } = await mssp(args, {
        folder: project.folder,
        environment: { ...project.environment, MSSP_SANDBOX_REPLICAS: "on", MSSP_SANDBOX_TIME_SCALE: String(scale) },
      });
      const printed = JSON.parse(stdout) as Certificate | { readonly error: unknown };
      if (!("error" in printed)) return { certificate: printed, said: stderr };
      assert.ok(tries < 5, stderr);
    }
  }

  /** A guest of the MSSP's whom nobody's stack has, with a role. */
  async function addEve(tenantId: string): Promise<void> {
    const hands = new TenantHands(project, tenantId);
    const body = {
      invitedUserEmailAddress: "eve@fabrikam-security.example",
      inviteRedirectUrl: "https://x.example",
      sendInvitationMessage: false,
    };
    const { invitedUser } = await hands.graph<{ invitedUser: { id: string } }>("POST", "/v1.0/invitations", body);
    const assignment = { principalId: invitedUser.id, roleDefinitionId: securityAdministrator, directoryScopeId: "/" };
    for (let tries = 1; ; tries++) {
      try {
        await hands.graph("POST", "/v1.0/roleManagement/directory/roleAssignments", assignment);
        return;
      } catch (error) {
        if (tries >= 50) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  for (let run = 0; run < runs; run++) {
    const hasEve = run % 2 === 1;
    it(`run ${run + 1}: ${hasEve ? "somebody's guest is access left" : "nothing is left"}`, async () => {
      const [stack, tenantId] = [`contoso${run}`, tenantIdOf(0x80 + run)];
      await project.writeSettings(stack, customer(0x80 + run, { portalAccess: run % 4 < 2 ? "basic" : "rbac" }));
      await project.addStack(stack);
      const before = objectsOf(project, tenantId);
      await project.succeed(["up", "--stack", stack, "--yes", "--skip-preview"]);
      setSwitches(project.sandbox.cloud.tenant(tenantId), { replicas: "usual" });
      if (hasEve) await addEve(tenantId);
      const { certificate, said } = await offboard(stack);
      setSwitches(project.sandbox.cloud.tenant(tenantId), { replicas: "calm" });
      const left = differing(before, objectsOf(project, tenantId));
      const about = `${certificate.state} ${JSON.stringify(certificate.looks)}, left ${left.join()}\n${said}`;
      if (process.env["OFFBOARD_RUNS"] !== undefined) process.stdout.write(`${about.split("\n")[0] ?? ""}\n`);
      if (certificate.state !== "accessLeft") assert.deepEqual(left, [], about);
      // A refresh that a stale answer misled removes less.
      assert.equal(certificate.state === "accessLeft", left.length > 0, about);
      assert.ok(left.length > 0 || !hasEve, about);
      if (left.length === 0) assert.ok(certificate.looks.isSettled && certificate.looks.agreed >= 5, about);
    });
  }
});
