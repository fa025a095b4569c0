/** What the tests of programs in other languages ask of a whole onboarding. */
import assert from "node:assert/strict";
import { msspTenantId, type SandboxProject } from "@defender-mssp/testkit";
import { ana, ben, objectsOf, single, tenantIdOf } from "./support";

/**
 * The application of an onboarding, and the marks that its objects have.
 * @param name of the project, whose stack is `dev`.
 */
export function checkOnboarding(
  project: SandboxProject,
  tenant: number,
  name: string,
  { clientId, guests, stackId }: Record<string, unknown>,
): void {
  const { applications, users } = objectsOf(project, tenantIdOf(tenant));
  const application = single(applications);
  assert.equal(clientId, application["appId"]);
  const mark = `${name}/dev#${String(stackId)}`;
  assert.match(String(application["description"]), new RegExp(`\\(${mark}, MSSP tenant ${msspTenantId}\\)`));
  for (const { email } of [ana, ben]) {
    const user = users[(guests as Record<string, string>)[email] ?? ""];
    assert.match(String(user?.["employeeType"]), new RegExp(mark), `the mark of ${email}`);
  }
}

/** No secret of the outputs is readable in the state. */
export async function checkSecretsEncrypted(project: SandboxProject, stack: string): Promise<void> {
  const secrets = secretsIn(await project.outputs(stack));
  assert.ok(secrets.length > 0);
  const state = await project.succeed(["stack", "export", "--stack", stack]);
  for (const secret of secrets) assert.ok(!state.includes(secret), "a secret is readable in the state");
}

/** The client secrets and the links of invitations, wherever they are among the outputs. */
function secretsIn(outputs: unknown): string[] {
  if (typeof outputs !== "object" || outputs === null) return [];
  return Object.entries(outputs).flatMap(([key, value]: [string, unknown]) => {
    if (key === "clientSecret") return [String(value)];
    return key === "inviteRedeemUrls" ? Object.values(value as Record<string, string>) : secretsIn(value);
  });
}
