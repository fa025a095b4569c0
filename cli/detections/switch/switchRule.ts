/** Turns a rule off or on at customers: in their tenants at once, by Graph, and in their settings files. */
import { describedProblem } from "@defender-mssp/tenant";
import { readFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import { readRules, ruleId, ruleIdPrefix } from "@defender-mssp/detections";
import { VisibleError } from "@defender-mssp/errors";
import {
  getDetectionRule,
  graphDetectionRules,
  readOffNote,
  parseStackMark,
  turnedOff,
  turnedOn,
  updateDetectionRule,
} from "@defender-mssp/microsoft";
import { atOnce } from "@defender-mssp/errors/atOnce";
import type { DetectionException } from "../../../settings/detections";
import { nearOne } from "../../../settings/problems";
import { stackFile, type Project } from "../../../settings/project";
import { writeStackFile } from "../../stack/writeStackFile";
import { signInToTenant } from "../../tenant/signInToTenant";
import { detectionCustomers, type DetectionCustomer } from "../detectionCustomers";
import { exceptionLine, exceptionsIn, isDisabling, editExceptions } from "../../stack/editExceptions";

export interface SwitchedCustomer {
  readonly stack: string;
  /** From the folder of `Pulumi.yaml`. */
  readonly file: string;
  /** `missing`: the tenant does not have the rule. */
  readonly state: "off" | "on" | "wasOff" | "wasOn" | "missing" | "failed";
  /** Of a customer that failed, nothing is written. */
  readonly settings: "written" | "unchanged" | "byHand";
  readonly message?: string;
}

interface SwitchOptions {
  readonly rule: string;
  /** Off by this exception; undefined: on. */
  readonly exception?: DetectionException;
  /** Only these customers; default: all that get the rule. */
  readonly stacks: readonly string[] | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** Tenants at a time: each takes a token, a read and a write. */
const tenantsAtOnce = 25;

/** @throws VisibleError where none of the customers gets the rule. */
export async function switchRule(project: Project, asked: SwitchOptions): Promise<SwitchedCustomer[]> {
  const { customers, faulty } = await detectionCustomers(project, asked.stacks);
  const { rules } = await readRules(project.folder);
  // `check` and `test` print the set before the name.
  const chosen = rules.find(({ name, set }) => [name, `${set}/${name}`].includes(asked.rule));
  const options = { ...asked, rule: chosen?.name ?? asked.rule };
  const own = customers.filter(({ settings }) => chosen !== undefined && settings.detections.sets.includes(chosen.set));
  if (own.length === 0) {
    const names = rules.map(({ name }) => name);
    const near = nearOne(asked.rule.slice(0, 100), names);
    const meant = near === undefined ? "" : ` (did you mean ${near}?)`;
    const what =
      chosen === undefined ? `detections/ has no rule ${asked.rule}${meant}` : `No customer's sets have ${asked.rule}`;
    throw new VisibleError(`${what}. Nothing was changed.`);
  }
  const failure = (message: string) => ({ state: "failed", settings: "unchanged", message }) as const;
  const switched = await atOnce(tenantsAtOnce, own, async (customer) => {
    const { stack, file } = customer;
    const outcome = await switchInTenant(customer, options)
      .then(async (state) => ({
        ...state,
        ...(await writeException(stackFile(project, stack), project.name, options)),
      }))
      .catch((error: unknown) => failure(describedProblem(error, graphDetectionRules().write.join(", "))));
    return { stack, file, ...outcome };
  });
  return [...switched, ...faulty.map(({ stack, file, message }) => ({ stack, file, ...failure(message) }))];
}

/** One PATCH: a run that ends at any moment leaves the rule on or off. */
async function switchInTenant(
  { settings }: DetectionCustomer,
  { rule, exception, environment }: SwitchOptions,
): Promise<Pick<SwitchedCustomer, "state" | "message">> {
  const { apiVersion } = settings.detections;
  const id = ruleId(ruleIdPrefix(settings.msspName), rule);
  const { call } = await signInToTenant(settings, environment);
  const live = await getDetectionRule(call, id, apiVersion);
  if (live === undefined) return { state: "missing" };
  const isAdopted = settings.adopted?.objects.some((object) => object.id === id) === true;
  if (parseStackMark(live.description) === undefined && !isAdopted)
    throw new VisibleError(`the rule ${id} has no mark of a stack: another party made it`);
  if (
    readOffNote(live) === undefined &&
    live.status !== "enabled" &&
    (exception === undefined || live.status === "disabled")
  )
    return { state: "wasOff", message: `its status is ${live.status ?? "unknown"}, without a last day` };
  const switched = exception === undefined ? turnedOn(live) : turnedOff(live, { ...exception, by: exception.owner });
  const { status = "enabled", description } = switched;
  if (status === live.status && description === live.description)
    return { state: exception === undefined ? "wasOn" : "wasOff" };
  const updated = await updateDetectionRule(call, id, { status, description }, apiVersion);
  return { state: updated === undefined ? "missing" : exception === undefined ? "on" : "off" };
}

async function writeException(
  path: string,
  project: string,
  { rule, exception }: SwitchOptions,
): Promise<Pick<SwitchedCustomer, "settings" | "message">> {
  const text = await readFile(path, "utf8");
  const own = exceptionsIn(text, project).filter((each) => isDisabling(each, rule));
  if (isDeepStrictEqual(own, exception === undefined ? [] : [exception])) return { settings: "unchanged" };
  const edited = editExceptions(text, project, rule, exception);
  if (edited === undefined) {
    const step = exception === undefined ? "remove its exception from" : `add - ${exceptionLine(exception)} to`;
    return { settings: "byHand", message: `the file's layout can't be edited safely: ${step} detections.except` };
  }
  await writeStackFile(path, edited);
  return { settings: "written" };
}
