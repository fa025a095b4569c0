import assert from "node:assert/strict";
import { parseRule } from "@defender-mssp/detections";
import type { AdoptableTenant, Candidate } from "../../../../cli/customer/adopt/candidate";
import { Draft, type AnswersById, type PlannedCustomer } from "../../../../cli/customer/adopt/draft";
import { planAdoption } from "../../../../cli/customer/adopt/plan";
import { planDetections } from "../../../../cli/customer/adopt/planDetections";
import { renamedRule, today } from "../../detections/rulesProject";

const prefix = "fabrikam-security-";

function ruleFile(set: string, name: string, change = (text: string) => text) {
  const { rule } = parseRule(change(renamedRule(name)), { set, name, file: `detections/${set}/${name}.yaml` });
  return rule ?? assert.fail(name);
}

function made(name: string, severity = "high"): Candidate<"detectionRule"> {
  const { queryText, schedule, alertTemplate } = ruleFile("office", name).content;
  const id = `${prefix}${name}`;
  const displayName = `By a script: ${name}`;
  const live = {
    ...{ id, displayName, description: "Pushed.", status: "enabled", schedule, queryCondition: { queryText } },
    detectionAction: { alertTemplate: { ...alertTemplate, severity } },
    ...{ lastModifiedBy: "Script", lastModifiedDateTime: "2027-01-01T00:00:00Z" },
  };
  return { key: "detectionRule", id, name: displayName, live };
}

function plan(candidates: readonly Candidate[], ruleFiles: PlannedCustomer["ruleFiles"], answers: AnswersById = {}) {
  const customer = { msspName: "Fabrikam Security", owned: [], now: today, ruleFiles } as unknown as PlannedCustomer;
  const draft = new Draft({ candidates } as unknown as AdoptableTenant, customer, answers);
  planDetections(draft);
  return draft;
}

describe("plan of an adoption: detection rules", () => {
  const files = [ruleFile("office", "macro"), ruleFile("office", "shell"), ruleFile("servers", "ssh")];
  const adopt = { "detectionSet:office": "adopt" };

  it("asks for each set of which the tenant has rules by their IDs, and takes none without an answer", () => {
    const draft = plan([made("macro")], files);
    assert.deepEqual(
      draft.questions.map(({ id, about }) => [id, about]),
      [["detectionSet:office", [`${prefix}macro`]]],
    );
    assert.deepEqual([draft.adopt, draft.leave, draft.settings], [[], [], {}]);
  });

  it("takes the rules of a set, deletes them on destroy, and creates those that the tenant does not have", () => {
    const draft = plan([made("macro")], files, adopt);
    const [item] = draft.adopt;
    assert.deepEqual([item?.resource, item?.id, item?.onDestroy], ["detections-macro", `${prefix}macro`, "delete"]);
    assert.equal(item?.differences, undefined);
    assert.deepEqual(draft.settings, { detections: { sets: ["office"] } });
    assert.deepEqual(
      draft.created.map(({ part, resources }) => [part, resources]),
      [["detectionRules", ["detections-shell"]]],
    );
    const { lastModifiedBy, lastModifiedDateTime, managedBy } = draft.objects.get("detections-macro")?.outputs ?? {};
    assert.deepEqual([lastModifiedBy, lastModifiedDateTime, managedBy], ["", "2027-01-01T00:00:00Z", ""]);
  });

  it("takes a rule that differs from its file as one that somebody has changed", () => {
    const draft = plan([made("macro", "low")], files, adopt);
    assert.deepEqual(draft.adopt[0]?.differences, ["detectionAction.alertTemplate.severity"]);
    const { lastModifiedDateTime, contentHash } = draft.objects.get("detections-macro")?.outputs ?? {};
    assert.deepEqual([lastModifiedDateTime, contentHash], ["1970-01-01T00:00:00.000Z", ""]);
  });

  it("leaves the rules of a set that the customer does not get, and of one that the program would refuse", () => {
    const left = plan([made("macro")], files, { "detectionSet:office": "leave" });
    assert.match(left.leave[0]?.why ?? "", /does not get the set office/);
    const parameter = (text: string) =>
      `${text.replace("DeviceProcessEvents", "DeviceProcessEvents | where AccountName != %%account%%")}parameters: { account: null }\n`;
    const refused = plan([made("macro")], [ruleFile("office", "macro", parameter)], adopt);
    assert.deepEqual([refused.adopt, refused.questions], [[], []]);
    assert.match(refused.leave[0]?.why ?? "", /detections\.parameters\.account: the rule macro needs it/);
  });

  it("takes no rule by its name: it says what to do with each other ID", () => {
    const number = { ...made("macro"), id: "4711", name: files[0]?.content.displayName ?? "" };
    const other = { ...made("forgotten"), id: `${prefix}forgotten` };
    const draft = plan([number, other], files, adopt);
    assert.deepEqual([draft.adopt, draft.questions], [[], []]);
    assert.match(draft.notImported[0]?.why ?? "", /ID 4711 stays, .* npx mssp detections import, and delete it/);
    assert.match(draft.leave[0]?.why ?? "", /no file detections\/<set>\/forgotten\.yaml/);
  });

  describe("a rule with the mark of another stack", () => {
    const mark = { stack: "defender-mssp/else", stackId: "0123456789abcdef", msspTenantId: "" };
    const marked = { ...made("macro"), mark };
    const id = `${prefix}macro`;
    const whole = (candidates: readonly Candidate[], answers: AnswersById = {}) => {
      const tenant = {
        apis: {},
        authorized: {},
        notLooked: [],
        alertReaders: [],
        candidates,
      } as unknown as AdoptableTenant;
      const customer = { msspName: "Fabrikam Security", msspDomains: [], owned: [], now: today, ruleFiles: files };
      return planAdoption(tenant, customer as unknown as PlannedCustomer, answers).plan;
    };

    it("is left with whose it is, and so is its set: the program would refuse the rule's file", () => {
      const { adopt: adopted, leave, created, questions, settings } = whole([marked, made("shell")], adopt);
      const reasons = new Map(leave.map((item) => [item.id, item.why]));
      assert.match(reasons.get(id) ?? "", /managed by stack defender-mssp\/else\. .*--answer marked:.*macro=adopt\.$/);
      assert.match(
        reasons.get(`${prefix}shell`) ?? "",
        /Another stack manages fabrikam-security-macro of the same set/,
      );
      assert.deepEqual([adopted, questions, settings["detections"]], [[], [], undefined]);
      assert.ok(!created.some(({ part }) => part === "detectionRules"), "the tenant has the rule");
    });

    it("is asked about with its set after the answer marked:<ID>=adopt, and taken with it", () => {
      const answer = { [`marked:${id}`]: "adopt" };
      const open = whole([marked], answer);
      assert.deepEqual([open.questions.map(({ about }) => about), open.adopt], [[[id]], []]);
      const { adopt: adopted, settings } = whole([marked], { ...answer, ...adopt });
      assert.deepEqual(
        adopted.map((item) => [item.resource, item.id]),
        [["detections-macro", id]],
      );
      assert.deepEqual(settings["detections"], { sets: ["office"] });
    });
  });
});
