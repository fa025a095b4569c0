/** `mssp analyst`, as it is typed: twelve customers, a joiner and a leaver. */
import assert from "node:assert/strict";
import { chmod, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { newFolder } from "@defender-mssp/testkit/newFolder";
import { stringify } from "yaml";
import { requiredSettings } from "../../../settings/required";
import { inSession, type TestSessionOptions } from "../../testSession";

const ana = { email: "ana.silva@fabrikam.example", displayName: "Ana Silva" };
const ben = { email: "ben.okafor@fabrikam.example", displayName: "Ben Okafor", tier: "tier2" };
const customers = Array.from({ length: 12 }, (_, index) => `customer-${String(index + 1).padStart(2, "0")}`);

describe("mssp analyst", () => {
  let folder: string;

  beforeEach(async () => {
    folder = newFolder();
    await writeFile(path.join(folder, "Pulumi.yaml"), "name: acme\nruntime: nodejs\n");
    for (const [index, stack] of customers.entries())
      await write(stack, { analysts: index === 3 ? [ben] : [ana, ben] });
    await write("customer-gone", { analysts: [ana], offboarded: { on: "2026-11-01" } });
  });

  const fileOf = (stack: string) => path.join(folder, `Pulumi.${stack}.yaml`);
  const run = (args: readonly string[], options: TestSessionOptions = {}) =>
    inSession(["analyst", ...args], { folder, ...options });
  const list = (...args: readonly string[]) => inSession(["status", "--show", "analysts", ...args], { folder });
  const textOf = (stack: string) => readFile(fileOf(stack), "utf8");

  async function write(stack: string, changes: object): Promise<void> {
    const entries = Object.entries({ ...requiredSettings, ...changes }).map(([key, value]) => [`acme:${key}`, value]);
    const config = Object.fromEntries(entries) as object;
    await writeFile(fileOf(stack), `# ${stack}\n${stringify({ config })}`);
  }

  it("list: a row for each person, with the customers; off-boarded ones have none", async () => {
    const { exitCode, stdout } = await list();
    assert.equal(exitCode, 0);
    assert.match(stdout, /Ben Okafor +ben\.okafor@fabrikam\.example +customer-01.* +tier2 +no end/);
    assert.match(stdout, /2 analysts in 12 stacks\./);
    assert.doesNotMatch(stdout, /customer-gone/);
    const { analysts } = JSON.parse((await list("--stack", "customer-04", "--json")).stdout) as {
      analysts: { email: string; stack: string }[];
    };
    assertEach(analysts, ({ email, stack }) => [email, stack], [[ben.email, "customer-04"]]);
  });

  it("remove --all: every file but one whose layout can't be edited, with what the leaver still holds", async () => {
    const anchored = (await textOf("customer-07")).replace("analysts:", "analysts: &team");
    await writeFile(fileOf("customer-07"), anchored);
    await write("sandbox-own", { analysts: [ana] });
    const { exitCode, stdout, stderr } = await run(
      ["remove", "Ana.Silva@fabrikam.example", "--all", "--skip-preview"],
      { answers: [true] },
    );
    assert.equal(exitCode, 1, stderr);
    assert.match(
      stdout,
      /^Pulumi\.customer-01\.yaml\n- {4,}- email: ana\.silva@fabrikam\.example\n- +displayName: Ana Silva\n/m,
    );
    assert.match(stdout, /Pulumi\.customer-04\.yaml stays as it is: the analyst is not in the file\./);
    assert.match(stdout, /Pulumi\.customer-07\.yaml must be edited by hand: .*Delete\s+from "analysts"/s);
    assert.match(stderr, /10 of 12 files written.* --all leaves out sandbox-own: name them with --stack\./);
    assert.match(stderr.replaceAll(/\s+/g, " "), /keeps the access in each of these customers.*60 to 90 minutes/);
    assert.equal(await textOf("customer-07"), anchored);
    assert.match(await textOf("customer-gone"), /ana\.silva/);
    for (const stack of customers.filter((name) => name !== "customer-07")) {
      const text = await textOf(stack);
      assert.ok(!text.includes("ana.silva"), stack);
      assert.ok(text.startsWith(`# ${stack}\n`) && text.includes("ben.okafor"), stack);
    }
  });

  it("add and remove: Ctrl-C at the question writes nothing", async () => {
    const before = await Promise.all(customers.map(textOf));
    for (const change of [
      ["add", "Cleo <cleo@fabrikam.example>"],
      ["remove", ben.email],
    ]) {
      const { exitCode, stderr } = await run([...change, "--all", "--skip-preview"], { answers: [undefined] });
      assert.equal(exitCode, 1);
      assert.match(stderr, /^mssp: Nothing was written\.$/m);
    }
    assert.deepEqual(await Promise.all(customers.map(textOf)), before);
  });

  it("add --all: leaves out customers whose model invites nobody, and says so once", async () => {
    const portalAccess = { model: "entitlement", approvers: ["a@contoso.com"] };
    for (const stack of ["customer-02", "customer-05"]) await write(stack, { analysts: [], portalAccess });
    const { exitCode, stdout } = await run(["add", "Cleo <cleo@fabrikam.example>", "--all", "--skip-preview", "--yes"]);
    assert.equal(exitCode, 0);
    assert.match(
      stdout,
      /^Pulumi\.customer-02\.yaml, Pulumi\.customer-05\.yaml stay as they are: the model entitlement/m,
    );
    assert.doesNotMatch(await textOf("customer-02"), /cleo/);
    assert.match(await textOf("customer-12"), /cleo/);
  });

  it("add: to the named customers, and not twice", async () => {
    await chmod(fileOf("customer-02"), 0o600);
    const cleo = ["add", "Cleo <cleo@fabrikam.example>", "--stack", "customer-0[12]", "--yes"];
    assert.match((await run(cleo)).stderr, /No stack matches/);
    const args = [
      "add",
      "Cleo <cleo@fabrikam.example>",
      "--stack",
      "customer-01",
      "customer-02",
      "--skip-preview",
      "--yes",
    ];
    const { exitCode, stdout } = await run([...args, "--tier", "tier2", "--until", "2027-03-31"]);
    assert.equal(exitCode, 0);
    const line = '- { email: cleo@fabrikam.example, displayName: Cleo, tier: tier2, accessEndsOn: "2027-03-31" }';
    assert.ok(stdout.includes(`+     ${line}`), stdout);
    assert.ok((await textOf("customer-02")).includes(line));
    assert.equal((await stat(fileOf("customer-02"))).mode & 0o777, 0o600, "its permissions stay");
    const again = await run([...args, "--json"]);
    assert.deepEqual((JSON.parse(again.stdout) as { changed: string[] }).changed, []);
  });

  describe("with a file for many customers", () => {
    const shared = () => path.join(folder, "teams", "soc.yaml");
    const sharing = ["customer-02", "customer-03", "customer-05"];
    const question = /which 3 customers share: customer-02, customer-03, customer-05$/m;

    beforeEach(async () => {
      await mkdir(path.join(folder, "teams"));
      await writeFile(shared(), "# The team.\n- email: cleo@fabrikam.example # since May\n  displayName: Cleo\n");
      for (const stack of sharing) await write(stack, { analysts: [ben], analystsFrom: "teams/soc.yaml" });
    });

    it("remove edits the shared file once, and names every customer that it concerns before it asks", async () => {
      const before = await textOf("customer-02");
      const args = ["remove", "cleo@fabrikam.example", "--stack", "customer-02", "--skip-preview"];
      const declined = await run(args, { answers: [false] });
      assert.match(declined.stdout, question);
      assert.match(declined.stderr, /Write this file of 3 customers\?\n.*Nothing was written\./);
      assert.match(await readFile(shared(), "utf8"), /cleo/);
      const { exitCode, stdout } = await run([...args, "--yes"]);
      assert.equal(exitCode, 0);
      assert.match(stdout, question);
      assert.equal(await readFile(shared(), "utf8"), "# The team.\n[]\n");
      assert.equal(await textOf("customer-02"), before);
    });

    it("remove takes a person's object ID out of a customer's file, too, and leaves it while another customer has it", async () => {
      const objectId = "11111111-2222-3333-4444-555555555555";
      const named = { analysts: [ben, { email: "cleo@fabrikam.example", objectId }], analystsFrom: "teams/soc.yaml" };
      for (const stack of ["customer-02", "customer-03"]) await write(stack, named);
      const remove = (...stacks: string[]) =>
        run(["remove", "cleo@fabrikam.example", "--stack", ...stacks, "--yes", "--skip-preview"]);
      const { exitCode, stderr } = await remove("customer-02");
      assert.equal(exitCode, 1);
      assert.match(stderr, /Pulumi\.customer-03\.yaml: .*displayName/s);
      assert.match(await readFile(shared(), "utf8"), /cleo/);
      assert.equal((await remove("customer-02", "customer-03")).exitCode, 0);
      assert.equal(await readFile(shared(), "utf8"), "# The team.\n[]\n");
      for (const stack of ["customer-02", "customer-03"]) assert.doesNotMatch(await textOf(stack), /cleo/);
    });

    it("remove --all finds a person in either file", async () => {
      const { exitCode, stderr } = await run(["remove", ben.email, "--all", "--yes", "--skip-preview"]);
      assert.equal(exitCode, 0, stderr);
      assert.match(stderr, /12 of 12 files written/);
      assert.match(await readFile(shared(), "utf8"), /cleo/);
      const nobody = await run(["remove", "eve@fabrikam.example", "--all", "--yes"]);
      assert.match(nobody.stderr, /None of the 12 stacks names an analyst eve@fabrikam\.example/);
    });

    it("add writes to the shared file of a customer that has one, once, and list shows all of them", async () => {
      const args = ["add", "Dan <dan@fabrikam.example>", "--stack", "customer-02", "customer-03", "customer-04"];
      const { exitCode, stdout } = await run([...args, "--yes", "--skip-preview", "--json"]);
      assert.equal(exitCode, 0);
      const { changed } = JSON.parse(stdout) as { changed: string[] };
      assert.deepEqual(changed, ["customer-02", "customer-03", "customer-04", "customer-05"]);
      const text = await readFile(shared(), "utf8");
      assert.equal(text.split("dan@").length - 1, 1);
      assert.match(text, /^# The team\.\n- email: cleo@fabrikam\.example # since May\n.*\n- \{ email: dan@/m);
      assert.doesNotMatch(await textOf("customer-02"), /dan@/);
      assert.match(await textOf("customer-04"), /dan@/);
      const listed = await list("--json");
      const { analysts } = JSON.parse(listed.stdout) as { analysts: { email: string; stack: string }[] };
      assertEach(
        analysts.filter(({ email }) => email.startsWith("dan@")),
        ({ stack }) => stack,
        changed,
      );
    });

    it("refuses an address of another domain for one of the customers, and writes nothing", async () => {
      await write("customer-05", {
        analysts: [ben],
        analystsFrom: "teams/soc.yaml",
        analystDomains: ["fabrikam.example"],
      });
      const { exitCode, stderr } = await run(["add", "eve@other.example", "--stack", "customer-02", "--yes"]);
      assert.equal(exitCode, 1);
      assert.match(stderr, /Pulumi\.customer-05\.yaml: .*analystDomains/s);
      assert.doesNotMatch(await readFile(shared(), "utf8"), /eve/);
    });
  });

  it("refuses what would be wrong, and writes nothing", async () => {
    await write("customer-02", { analysts: [ana], analystDomains: ["fabrikam.example"] });
    const before = await textOf("customer-01");
    const refused: [string[], RegExp, TestSessionOptions?][] = [
      [["add", "foo"], /"foo" is not an e-mail address with a domain/],
      [["remove", ana.email], /Say which customers: --all, or --stack/],
      [
        ["remove", "nobody@fabrikam.example", "--all"],
        /None of the 12 stacks names an analyst nobody@fabrikam\.example/,
      ],
      [["add", "eve@other.example", "--all", "--yes"], /Pulumi\.customer-02\.yaml: .*analystDomains/s],
      [["add", "no-address", "--all", "--yes"], /an e-mail address with a domain/],
      [["add", "cleo@fabrikam.example", "--all"], /Nothing was written\. Pass --yes/],
      [["add", "cleo@fabrikam.example", "--all"], /Nothing was written\.$/m, { answers: [false] }],
    ];
    for (const [args, message, options] of refused) {
      const { exitCode, stderr } = await run(args, options);
      assert.equal(exitCode, 1, args.join(" "));
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n +at /);
    }
    assert.equal((await run(["add", "c@fabrikam.example", "--all", "--until", "tomorrow"])).exitCode, 2);
    assert.equal(await textOf("customer-01"), before);
  });
});
