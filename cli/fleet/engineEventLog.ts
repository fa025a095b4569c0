/**
 * What a fleet run keeps of the engine's events: changes, messages, policy violations, current
 * step.
 */
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { z } from "zod";
import type { AdditionsPart } from "../stack/additionsPart";
import { redactedText } from "../base/redaction";
import { droppedByRefresh, droppedText } from "../stack/agreedPreview";
import type { Deployment } from "../stack/deployment";
import { isDefaultProvider, reducePreview, type Dropped, type PolicyViolation } from "../stack/stackPreview";
import type { FleetCommand, TryResult } from "../stack/outcome";
import { parseUrn, urnName } from "../../domain/urn";
import { stackType } from "../../domain/resourceTypes";

interface Step {
  readonly op: string;
  readonly urn: string;
  readonly oldState: unknown;
  readonly newState: unknown;
  readonly diffReasons: readonly string[] | undefined;
}

/** What becomes known while a job runs. */
export interface JobProgress {
  readonly onStep: (step: string) => void;
  /** Why a resource waits, and until when; undefined when it goes on. */
  readonly onWait: (text: string | undefined) => void;
  /** How many resources the command is through with, changed or not; of how many, where the state says so. */
  readonly onResources: (done: number, total?: number) => void;
}

/** How a job ended. */
export interface JobEnd {
  readonly ok: boolean;
  readonly messages: readonly string[];
  readonly printed: string;
  readonly additions: readonly AdditionsPart[];
  /** The state before a command with a refresh. */
  readonly deployment?: Deployment | undefined;
}

const outputs = z.looseObject({ nextSteps: z.array(z.string()).catch([]) });

export class EngineEventLog {
  readonly #steps: Step[] = [];
  readonly #messages: { message: string; severity: string }[] = [];
  readonly #violations: PolicyViolation[] = [];
  /** Resources being refreshed: the result is not a change of this command. */
  readonly #refreshing = new Set<string>();
  /** URNs of the resources that the command is through with. */
  readonly #done = new Set<string>();
  /** URN of the resource that said last why it waits. */
  #waiting: string | undefined;
  #same = 0;
  #nextSteps: readonly string[] = [];

  constructor(
    private readonly stack: string,
    private readonly command: FleetCommand,
    private readonly knownSecrets: readonly string[],
    private readonly progress: JobProgress,
  ) {}

  add(event: EngineEvent): void {
    const { resourcePreEvent, resOutputsEvent, diagnosticEvent, policyEvent, summaryEvent } = event;
    if (resourcePreEvent !== undefined) this.#begin(resourcePreEvent.metadata);
    if (resOutputsEvent !== undefined) this.#end(resOutputsEvent.metadata);
    if (summaryEvent !== undefined) this.#same = summaryEvent.resourceChanges["same"] ?? 0;
    if (policyEvent !== undefined) {
      const { policyName, policyPackName, enforcementLevel, message, resourceUrn = "" } = policyEvent;
      const resource = urnName(resourceUrn);
      this.#violations.push({ policy: policyName, pack: policyPackName, level: enforcementLevel, message, resource });
    }
    if (diagnosticEvent?.severity === "info" && isDynamic(diagnosticEvent.urn)) {
      this.#waiting = diagnosticEvent.urn;
      this.progress.onWait(redactedText(withoutColors(diagnosticEvent.message).trim(), this.knownSecrets));
    }
    // Messages for debugging quote secrets.
    if (diagnosticEvent !== undefined && /^(error|warning)$/.test(diagnosticEvent.severity)) {
      this.#messages.push({ message: withoutColors(diagnosticEvent.message), severity: diagnosticEvent.severity });
    }
  }

  /** Everything, without secrets. */
  result({ ok, messages, printed, additions, deployment }: JobEnd): Omit<TryResult, "ok" | "seconds"> {
    const { knownSecrets } = this;
    const digest = {
      steps: this.#steps,
      changeSummary: { same: this.#same },
      // The program's message appears once, without the engine's text around it.
      diagnostics: messages.length > 0 ? this.#messages.filter(({ severity }) => severity !== "error") : this.#messages,
    };
    const dropped = this.#dropped(deployment);
    const run = { failed: !ok, messages, policyViolations: this.#violations, additions, dropped, knownSecrets };
    const preview = reducePreview(this.stack, digest, run);
    const refusals = ok ? [] : preview.policyViolations.filter(({ level }) => level === "mandatory").map(violationText);
    const errors = preview.messages.filter((message) => !isWarning(message, this.#messages));
    const warnings = ok ? [] : preview.messages.filter((message) => !errors.includes(message));
    // The first message is the reason of a failure: an engine that fails early only prints it.
    const isSaid = ok || errors.length > 0 || refusals.length > 0;
    const said = [...(isSaid ? errors : printedErrors(redactedText(printed, knownSecrets))), ...warnings];
    return {
      // The engine says only that it has failed.
      messages: [
        ...refusals,
        ...said.filter((message) => refusals.length === 0 || !engineFailure.test(message)),
        ...dropped.map((object) => droppedText(object, this.command)),
      ],
      preview,
      nextSteps: this.#nextSteps.map((step) => redactedText(step, knownSecrets)),
      printed: ok ? "" : redactedText(printed, knownSecrets),
    };
  }

  /** A refresh alone deletes from the state what it does not find; other commands create it. */
  #dropped(deployment: Deployment | undefined): Dropped[] {
    if (deployment === undefined || this.command === "destroy") return [];
    const operation = this.command === "refresh" ? "delete" : "create";
    const urns = this.#steps.filter(({ op }) => op === operation).map(({ urn }) => urn);
    return droppedByRefresh(deployment, urns, new Date());
  }

  #begin({ op, urn, old, new: now, diffs }: Metadata): void {
    if (op === "refresh") this.#refreshing.add(urn);
    if (op !== "same") this.progress.onStep(`${op} ${urnName(urn)}`);
    if (this.command === "preview") this.#steps.push({ op, urn, oldState: old, newState: now, diffReasons: diffs });
  }

  #end({ op, urn, type, old, new: now, diffs }: Metadata): void {
    if (type === stackType) this.#nextSteps = outputs.safeParse(now?.outputs).data?.nextSteps ?? [];
    if (urn === this.#waiting) {
      this.#waiting = undefined;
      this.progress.onWait(undefined);
    }
    const isRefresh = this.#refreshing.delete(urn);
    if (isRefresh && this.command !== "refresh") return;
    // The engine reports no end of a component.
    if ((now ?? old)?.custom === true && !isDefaultProvider(urn)) this.progress.onResources(this.#done.add(urn).size);
    if (this.command === "preview") return;
    this.#steps.push({ op, urn, oldState: old, newState: now, diffReasons: diffs });
  }
}

/** Of the engine's informations, those of dynamic resources say why one waits. */
function isDynamic(urn: string | undefined): urn is string {
  return urn !== undefined && parseUrn(urn).type.startsWith("pulumi-nodejs:");
}

function withoutColors(text: string): string {
  return text.replaceAll(/<\{%.*?%\}>/g, "");
}

function printedErrors(printed: string): string[] {
  return printed.split("\n").flatMap((line) => /^\s*error: (.*\S)/.exec(line)?.[1] ?? []);
}

/** The engine's message where a policy has refused something. */
const engineFailure = /^(preview|update) failed$/;

function violationText({ policy, pack, resource, message }: PolicyViolation): string {
  const subject = resource === "" ? "the stack" : resource;
  return `policy ${policy} of ${pack} refuses ${subject}: ${message}`;
}

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

function isWarning(message: string, all: readonly { message: string; severity: string }[]): boolean {
  return all.some((one) => one.severity === "warning" && one.message.trim() === message);
}
