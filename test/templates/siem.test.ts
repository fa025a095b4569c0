/** The unit and the container file of `templates/siem`. */
import assert from "node:assert/strict";
import { access, readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { processSession } from "@defender-mssp/terminal/processSession";
import { manual } from "@defender-mssp/siem/manual";
import { programFor } from "@defender-mssp/siem/program";
import { Metrics } from "@defender-mssp/siem/pull/metrics";
import { run as runSiem } from "@defender-mssp/siem/run";
import { checkout } from "../cli/mssp";
import { TestSession } from "../cli/testSession";
import { templates } from "./workflowFiles";

const readTemplate = (folder: string, name: string) => readFile(path.join(folder, "siem", name), "utf8");
const unitFile = "mssp-alerts@.service";

describe("templates/siem", () => {
  it(`the unit and the container file use options and program of \`alerts\``, async () => {
    const alerts = programFor(["alerts"], processSession()).commands.find((command) => command.name() === "alerts");
    const known: readonly (string | null | undefined)[] = alerts?.options.map(({ long }) => long) ?? [];
    const unit = await readTemplate(templates, unitFile);
    const started = /^ExecStart=.*$/m.exec(unit)?.[0] ?? "";
    const container = await readTemplate(templates, "Containerfile");
    const described = /--env MSSP_HEC_TOKEN mssp-alerts alerts([^]*?)\nARG BASE/.exec(container)?.[1];
    const { bin } = JSON.parse(await readFile(path.join(checkout, "packages", "siem", "package.json"), "utf8")) as {
      bin: Record<string, string>;
    };
    const program = `/opt/mssp/node_modules/@defender-mssp/siem/${bin["defender-mssp-siem"]}`;
    assert.ok(started.includes(` ${program} alerts `), started);
    assert.ok(container.includes(`ENTRYPOINT ["node", "${program}"]`));
    for (const text of [started, described ?? ""]) {
      const used: readonly string[] = text.match(/--[a-z-]+/g) ?? [];
      assert.ok(used.includes("--connection"), text);
      assertNone(used, (option) => !known.includes(option));
    }
  });

  it("the unit keeps its state and its credentials in what systemd gives to it alone", async () => {
    const unit = await readTemplate(templates, unitFile);
    for (const line of [
      "DynamicUser=yes",
      "LoadCredential=connection.json:/etc/mssp/%i.json",
      "LoadCredential=client-secret:/etc/mssp/%i.secret",
      "Environment=MSSP_CLIENT_SECRET_FILE=%d/client-secret",
      "StateDirectory=mssp/%i",
    ])
      assert.ok(unit.split("\n").includes(line), line);
    assert.match(unit, /^ExecStart=.* --connection %d\/connection\.json .* --checkpoint %S\/mssp\/%i\//m);
  });

  it("the unit writes metrics and health into its state folder, and names the manual of the package", async () => {
    const unit = await readTemplate(templates, unitFile);
    assert.match(unit, /^ExecStart=.* --metrics %S\/mssp\/%i\/alerts\.prom --health %S\/mssp\/%i\/health\.json /m);
    const [, manualPage] =
      /^Documentation=file:\/\/\/opt\/mssp\/node_modules\/@defender-mssp\/siem\/(.*)$/m.exec(unit) ?? [];
    assert.ok((manual as readonly (string | undefined)[]).includes(manualPage), manualPage);
  });

  it("Prometheus' alerts are about metrics that `alerts` has", async () => {
    const rules = await readTemplate(templates, "prometheus-alerts.yml");
    const metrics = new Metrics("alert");
    metrics.customer("contoso");
    const known = `${metrics.text}${await readFile(path.join(checkout, "docs", "destinations.md"), "utf8")}`;
    const used = [...rules.matchAll(/\bmssp_alerts_\w+/g)].map(([name]) => name);
    assert.equal(used.length, 4);
    for (const name of used) assert.ok(metrics.text.includes(`${name} `) && known.includes(name), name);
  });

  it("`defender-mssp-siem docs` prints files that exist: the guide, four pages and the templates", async () => {
    const session = new TestSession({ folder: checkout });
    await runSiem(["docs"], session);
    const files = session.out.text.trim().split("\n");
    assert.equal(files.length, 6);
    for (const file of files) await access(file);
    assert.deepEqual((await readdir(files[5]!)).sort(), [
      "Containerfile",
      "elasticsearch-index-template.json",
      "logrotate",
      unitFile,
      "prometheus-alerts.yml",
    ]);
  });
});
