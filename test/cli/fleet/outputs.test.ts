import assert from "node:assert/strict";
import { secretOutputNames } from "../../../domain/programOutputs";
import { connectorOutputs, StackProject } from "../pulumiStack";
import { inSession } from "../testSession";

/** As Entra makes one. */
const clientSecret = "abc8Q~0123456789abcdefghijABCDEFGHIJ.~xy";
const word = "short-unmarked-value";

describe("mssp fleet outputs", () => {
  let project: StackProject;
  let shown: Readonly<Record<string, unknown>>;
  let text: string;

  before(async () => {
    project = await StackProject.create({ engine: "stand-in" });
    await project.addStack("contoso", {
      ...connectorOutputs(clientSecret),
      // No version of the program has left these without a mark.
      inviteRedeemUrls: { "ana@fabrikam.example": word },
      handover: {
        vaultName: "v",
        secretName: "contoso-siem",
        secretUri: "https://v.vault.example/secrets/contoso-siem",
      },
      notificationRules: { "Password spray": "configured" },
      nextSteps: [`Give ${clientSecret} to nobody.`],
      adminConsentUrl: `https://login.example/consent?client_secret=${clientSecret}`,
      myPassword: word,
      extension: { apiKey: word, name: "ours" },
    });
    const run = (...options: string[]) =>
      inSession(["fleet", "outputs", ...options], { folder: project.folder, environment: project.environment });
    const json = await run("--json");
    assert.equal(json.exitCode, 0, json.stderr);
    const { stacks } = JSON.parse(json.stdout) as { stacks: { outputs: Record<string, unknown> }[] };
    const [stack] = stacks;
    shown = stack?.outputs ?? {};
    text = json.stdout + (await run()).stdout;
  });
  after(() => project.dispose());

  it("shows the word for the type of a credential, and names that only sound like secrets", () => {
    assert.deepEqual(shown["connector"], { kind: "customerApp", credential: "secret", alertApis: ["graph"] });
    assert.deepEqual(shown["handover"], {
      vaultName: "v",
      secretName: "contoso-siem",
      secretUri: "https://v.vault.example/secrets/contoso-siem",
    });
    assert.deepEqual(shown["notificationRules"], { "Password spray": "configured" });
  });

  it("prints no secret: not a marked one, not an unmarked output of a secret, not one inside a text", () => {
    for (const name of secretOutputNames) assert.equal(shown[name], "[secret]", name);
    assert.ok(!text.includes(clientSecret));
    assert.ok(!text.includes(word), text);
    assert.deepEqual(shown["nextSteps"], ["Give [secret] to nobody."]);
    assert.deepEqual(shown["extension"], { apiKey: "[secret]", name: "ours" });
  });
});
