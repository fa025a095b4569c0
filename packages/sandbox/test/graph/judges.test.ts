/**
 * The judges of the emulated Graph, in one process so that they see the same evidence: the official
 * plugin's call sequences, the recorded answers of the service, Microsoft's own client, and then:
 * has every route been driven to a success, does Microsoft's metadata have it, and does the page in
 * docs/ say so?
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { requestLedger } from "@defender-mssp/testkit";
import { assertEach } from "@defender-mssp/testkit/assertEach";
import { assertNone } from "@defender-mssp/testkit/assertNone";
import { batchRoute } from "../../src/graph/batch";
import { routeTable } from "../../src/graph/routes";
import { additionSequences } from "./sequences/additionSequences";
import { applicationSequences } from "./sequences/applicationSequences";
import { auditorSequences } from "./sequences/auditorSequences";
import { batchSequences } from "./sequences/batchSequences";
import { accessPolicySequences } from "./sequences/accessPolicySequences";
import { clientSequences } from "./sequences/clientSequences";
import { defenderRoleSequences } from "./sequences/defenderRoleSequences";
import { deltaSequences } from "./sequences/deltaSequences";
import { delegatedAdminSequences } from "./sequences/delegatedAdminSequences";
import { documentedSequences } from "./sequences/documentedSequences";
import { directorySequences } from "./sequences/directorySequences";
import { entitlementSequences } from "./sequences/entitlementSequences";
import { groupSequences } from "./sequences/groupSequences";
import { observedSequences } from "./sequences/observedSequences";
import { policySequences } from "./sequences/policySequences";
import { privilegedAccessSequences } from "./sequences/privilegedAccessSequences";
import { roleEligibilitySequences } from "./sequences/roleEligibilitySequences";
import { rowSequences } from "./sequences/rowSequences";
import { servicePrincipalSequences } from "./sequences/servicePrincipalSequences";
import { tenantGovernanceSequences } from "./sequences/tenantGovernanceSequences";
import { userSequences } from "./sequences/userSequences";
import { hasRoute, publicBetaKnowsBetter, serviceKnowsBetter } from "./support/csdl";
import { evidenceFor } from "./support/evidence";
import { Harness, routeKey } from "./support/harness";
import { countWithoutWitness, isFromDocumentsAlone, makePage, refreshCommand } from "./support/makePage";
import { makeSecurityValues, makeUnserved } from "./support/makeUnserved";
import { needsReference } from "./support/reference";

const page = path.resolve(__dirname, "../../../../docs/reference/sandbox-routes.md");

describe("the emulated Graph", function () {
  let graph: Harness;
  before(async () => (graph = await Harness.start()));
  after(() => graph.stop());

  describe("called by the official plugin", () => {
    applicationSequences(() => graph);
    servicePrincipalSequences(() => graph);
    groupSequences(() => graph);
    userSequences(() => graph);
    directorySequences(() => graph);
    entitlementSequences(() => graph);
  });

  describe("called by this project's dynamic resources", () => {
    defenderRoleSequences(() => graph);
    additionSequences(() => graph);
    accessPolicySequences(() => graph);
    delegatedAdminSequences(() => graph);
    privilegedAccessSequences(() => graph);
    roleEligibilitySequences(() => graph);
  });
  describe("called by mssp governance", () => tenantGovernanceSequences(() => graph));
  describe("called by auditors and collectors", () => auditorSequences(() => graph));
  describe("rows of a table", () => rowSequences(() => graph));
  describe("called for changes", () => deltaSequences(() => graph));
  describe("called in batches", () => batchSequences(() => graph));
  describe("in a tenant without a licence or with a restrictive policy", () => policySequences(() => graph));

  describe("compared with recorded answers of the service", () => observedSequences(() => graph));
  describe("compared with documented answers of the service", () => documentedSequences(() => graph));

  describe("called by Microsoft's client", () => clientSequences());

  describe("all routes", () => {
    const routes = [...routeTable.routes, batchRoute].flatMap((route) =>
      route.versions.map((version) => ({ route, version })),
    );

    it("each route is answered with success at least once", () => {
      const keys = routes.map(({ route, version }) => routeKey(route, version));
      assertNone(keys, (key) => evidenceFor(key).size === 0);
    });

    it("each route is in Microsoft's metadata", function () {
      needsReference(this);
      const without = routes.filter(
        ({ route, version }) => !isFromDocumentsAlone(route.path) && !hasRoute(version, route.method, route.path),
      );
      assertEach(without, ({ route, version }) => routeKey(route, version), []);
    });

    it("properties that the metadata lacks are in recorded answers", () => {
      assert.deepEqual(Object.values(serviceKnowsBetter).flat(), ["creationOptions", "createdDateTime"]);
    });

    it("one navigation is documented for the beta and missing in the published metadata", () => {
      assert.deepEqual(Object.keys(publicBetaKnowsBetter), ["roleManagement/defender"]);
    });

    it("the numbers of routes and of requests without a witness are those of withoutWitness.json", async function () {
      needsReference(this);
      const most = JSON.parse(await readFile(path.join(__dirname, "withoutWitness.json"), "utf8")) as unknown;
      assert.deepEqual(await countWithoutWitness(), most, "They only fall, or the commit says why.");
    });

    for (const [name, make] of [
      ["graph/entities/unservedNames.ts", makeUnserved],
      ["rehearsal/securityValues.ts", makeSecurityValues],
    ] as const) {
      it(`${name} is as Microsoft's metadata`, async function () {
        needsReference(this);
        const file = path.resolve(__dirname, "../../src", name);
        if (process.env["UPDATE_SANDBOX_ROUTES"] === "1") await writeFile(file, await make());
        assert.ok((await make()) === (await readFile(file, "utf8")), `Refresh it with: ${refreshCommand}`);
      });
    }

    it("docs/reference/sandbox-routes.md is up to date", async function () {
      needsReference(this);
      const wanted = await makePage();
      const requests = Object.keys(requestLedger());
      assert.equal(wanted.match(/, by (application|person): /g)?.length, requests.length, "A request has no route.");
      if (process.env["UPDATE_SANDBOX_ROUTES"] === "1") await writeFile(page, wanted);
      const there = await readFile(page, "utf8").catch(() => "");
      assert.ok(
        there === wanted,
        `docs/reference/sandbox-routes.md is out of date. Refresh it with: ${refreshCommand}`,
      );
    });
  });
});
