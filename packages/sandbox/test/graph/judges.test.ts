/**
 * The judges of the emulated Graph, in one process so that they see the same evidence: the official plugin's call sequences,
 * the recorded answers of the service, Microsoft's own client, and then: has every route been driven to a success, does
 * Microsoft's metadata have it, and does the page in docs/ say so?
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { routeTable } from "../../src/graph/routes";
import { additionSequences } from "./sequences/additions";
import { applicationSequences } from "./sequences/applications";
import { clientSequences } from "./sequences/client";
import { defenderRoleSequences } from "./sequences/defenderRoles";
import { directorySequences } from "./sequences/directory";
import { entitlementSequences } from "./sequences/entitlementManagement";
import { groupSequences } from "./sequences/groups";
import { observedSequences } from "./sequences/observed";
import { policySequences } from "./sequences/policies";
import { servicePrincipalSequences } from "./sequences/servicePrincipals";
import { userSequences } from "./sequences/users";
import { hasRoute, publicBetaKnowsBetter, serviceKnowsBetter } from "./support/csdl";
import { evidenceFor } from "./support/evidence";
import { Harness, routeKey } from "./support/harness";
import { makePage, refreshCommand } from "./support/page";
import { needsReference } from "./support/reference";

const page = path.resolve(__dirname, "../../../../docs/reference/sandbox-routes.md");

describe("the emulated Graph", function () {
  let graph: Harness;
  before(async () => (graph = await Harness.start()));
  after(() => graph.stop());

  describe("as the official plugin calls it", () => {
    applicationSequences(() => graph);
    servicePrincipalSequences(() => graph);
    groupSequences(() => graph);
    userSequences(() => graph);
    directorySequences(() => graph);
    entitlementSequences(() => graph);
  });

  describe("as this project's own resources call it", () => {
    defenderRoleSequences(() => graph);
    additionSequences(() => graph);
  });
  describe("as a tenant lacks or forbids something", () => policySequences(() => graph));

  describe("as the service was seen to answer", () => observedSequences(() => graph));

  describe("as Microsoft's client uses it", () => clientSequences());

  describe("as a whole", () => {
    const routes = routeTable.routes.flatMap((route) => route.versions.map((version) => ({ route, version })));

    it("every route was driven to a success", () => {
      const keys = routes.map(({ route, version }) => routeKey(route, version));
      assert.deepEqual(
        keys.filter((key) => evidenceFor(key).size === 0),
        [],
      );
    });

    it("Microsoft's metadata has every route", function () {
      needsReference(this);
      const without = routes.filter(({ route, version }) => !hasRoute(version, route.method, route.path));
      assert.deepEqual(
        without.map(({ route, version }) => routeKey(route, version)),
        [],
      );
    });

    it("few properties are answered that the metadata lacks, each seen in recorded answers", () => {
      assert.deepEqual(Object.values(serviceKnowsBetter).flat(), ["creationOptions", "createdDateTime"]);
    });

    it("one navigation is in the public beta alone: Microsoft's pages document it, the published metadata lacks it", () => {
      assert.deepEqual(Object.keys(publicBetaKnowsBetter), ["roleManagement/defender"]);
    });

    it("docs/reference/sandbox-routes.md lists the routes and their evidence as they are", async function () {
      needsReference(this);
      const wanted = await makePage();
      if (process.env["UPDATE_SANDBOX_ROUTES"] === "1") await writeFile(page, wanted);
      const there = await readFile(page, "utf8").catch(() => "");
      assert.ok(
        there === wanted,
        `docs/reference/sandbox-routes.md is out of date. Refresh it with: ${refreshCommand}`,
      );
    });
  });
});
