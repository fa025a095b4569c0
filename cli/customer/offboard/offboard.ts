/**
 * Off-boards a customer: evidence, `pulumi destroy --refresh`, proof, certificate. Each step that
 * has ended is in the journal, so that the next run goes on behind it.
 */
import path from "node:path";
import { lastSegment } from "@defender-mssp/microsoft";
import { sha256 } from "@defender-mssp/siem/signed/openEnvelope";
import { VisibleError, withoutUndefined } from "@defender-mssp/errors";
import type { Signals } from "@defender-mssp/terminal/session";
import { counted } from "../../base/counted";
import { shellWord } from "../../base/shellWord";
import type { Place } from "../../base/place";
import type { Settings } from "../../../settings";
import { readStackSettings } from "../../../settings/fromFile";
import { deployedOf } from "../../tenant/deployed";
import { deployedWhose, joinedWhose, otherMsspTenant, withWhose } from "../../tenant/deployedWhose";
import { findAdditions } from "../../tenant/additions/find";
import { confirmDestroy } from "../../stack/confirmDestroy";
import { beforeDestroyReport, beforeDestroyText } from "../../access/inventory/beforeDestroy";
import { collectEvidence, refusedLogs, type Evidence } from "../../access/evidence/evidence";
import { lastDays } from "../../access/evidence/period";
import { writeEvidence } from "../../access/evidence/write";
import { exists } from "../../base/exists";
import { ignoreInGit } from "../../base/ignoreInGit";
import { readHistory } from "../../stack/history";
import { askPulumi } from "../../stack/pulumi";
import { requireOwnState } from "../../stack/stateCode";
import { writeWholeFile } from "@defender-mssp/terminal/wholeFile";
import type { Language } from "../../access/texts/texts";
import { makeCertificate, type Certificate } from "./certificate";
import { afterConsent, certificateFile } from "./afterConsent";
import { inventory, joined } from "../../access/inventory/inventory";
import { readCustomerPage } from "./customerPage";
import { withHolders } from "./holders";
import { journalWhose, readJournal, writeJournal, type OffboardingJournal } from "./journal";
import { markOffboarded } from "./markOffboarded";
import { certificateEnvelope, certificateMail, certificatePage } from "./page";
import { recordProblem } from "./recordProblem";
import { proveGone } from "./proveGone";
import { remover } from "./writers";
import { tenantEndpoints } from "../../tenant/tenantEndpoints";
import type { Deployment } from "../../stack/deployment";
import { isInStateAlone, isProviderType, stackRandomId } from "../../../domain/resourceTypes";
import { beginStep, putAside, type NextStep } from "../../access/signed/nextStep";

export interface OffboardRun extends Place {
  /** Go on although the record of an earlier run does not check out. */
  readonly withoutRecord?: boolean;
  readonly stack: string;
  /** Folder of the journal, the evidence and the certificate. */
  readonly out: string;
  /** Signs evidence and certificate. */
  readonly signWith?: string | undefined;
  /** Of the certificate's page. @default en */
  readonly language?: Language | undefined;
  /** Length of the evidence's period, in days. */
  readonly days: number;
  /** Who off-boards the customer, for the mark in the settings. */
  readonly by?: string;
  /** Asks for the stack's name; the answer must be exactly that. */
  readonly confirm: (question: string) => Promise<string>;
  /** Proves again after a removal, and removes nothing. @default false */
  readonly provesOnly?: boolean;
  /** The customer's own page, and the folder of the signed steps that name her key. */
  readonly customer?: { readonly file: string; readonly steps?: string | undefined } | undefined;
  /** Looks once, and leaves the looks that must agree with it to a later run. @default false */
  readonly provesLater?: boolean;
  /** Application IDs that the MSSP states not to be its own. @default none besides those of earlier runs */
  readonly notOurs?: readonly string[];
  /** Decides about a removal after which nobody can read the logs that were refused. */
  readonly agreesWithoutEvidence: (question: string) => Promise<boolean>;
  /** Receives what happens, a line or more. */
  readonly say: (text: string) => void;
  readonly now: () => Date;
  readonly signals: Signals;
  /** Waits; for tests. */
  readonly sleep?: (milliseconds: number) => Promise<void>;
}

/**
 * Runs every step that is not done yet.
 * @throws VisibleError where a step fails, or somebody still holds an access package. The next run
 * goes on there.
 */
export async function offboard(run: OffboardRun): Promise<Certificate> {
  const settings = await readStackSettings(run.stack, run);
  const begin = await begun(run, settings);
  // A key that can't be used ends the run before anything is removed.
  await signedStep(run, begin.journal);
  const { deployment } = begin;
  let { journal } = begin;
  if (run.provesOnly === true && journal.destroyedOn === undefined) {
    throw new VisibleError(
      `${run.out} has no record of a removal: there is nothing to prove again. Run the command without --prove again.`,
    );
  }
  // A page that does not count ends the run before the looks.
  const customer = run.customer && (await readCustomerPage({ ...run, ...run.customer }, journal));
  journal = await withHolders(run, deployment, journal);
  journal = await withEvidence(run, deployment, journal);
  journal = await withAdditions(run, deployment, journal);
  journal = await destroyed(run, deployment, journal);
  const { stack, by, say, folder, environment } = run;
  const mark = withoutUndefined({ on: (journal.destroyedOn ?? run.now().toISOString()).slice(0, 10), by });
  // A test tenant's next rehearsal deploys the stack again.
  if (settings.offboarded === undefined && settings.rehearsal !== true)
    await markOffboarded({ stack, mark, say, folder, environment });
  run.say("Looking in the tenant for what is left…\n");
  const endpoints = await tenantEndpoints(settings, environment);
  const ended = await afterConsent(run, withWhose(settings, journalWhose(journal)), journal, endpoints);
  if (ended !== undefined) {
    return writeCertificate(run, settings, journal, ended, customer);
  }
  const { graphEndpoint: graph } = endpoints;
  const { look, ...proof } = await proveGone(run, journal, graph);
  const history = await readHistory(run.stack, run);
  const otherTenant = otherMsspTenant(settings, journalWhose(journal));
  const certificate = makeCertificate({ journal, proved: look, proof, history, graph, otherTenant });
  const automation = run.environment["ARM_CLIENT_ID"]?.toLowerCase();
  const { writers } = look.writing;
  return writeCertificate(
    run,
    settings,
    { ...journal, looks: proof.looks, writers, automation },
    certificate,
    customer,
  );
}

/** A clause about creates that were interrupted, and the command that looks for what they left. */
function interruptedCreates({ pending }: Deployment, stack: string): { what: string; step: string } | undefined {
  const creates = pending.filter(({ operation }) => operation === "creating").length;
  if (creates === 0) return undefined;
  const what = `a run was interrupted while it created ${counted(creates, "object")}`;
  return { what, step: `npx mssp doctor --stack ${shellWord(stack)} --repair` };
}

/** The journal of an earlier run, or a new one, with everything that the state has. */
async function begun(
  run: OffboardRun,
  settings: Settings,
): Promise<{ readonly journal: OffboardingJournal; readonly deployment: Deployment }> {
  const { stack, out, say, now } = run;
  const before = await verifiedJournal(run);
  if (before !== undefined && (before.stack !== stack || before.tenantId !== settings.tenantId)) {
    throw new VisibleError(
      `${out} belongs to the off-boarding of stack ${before.stack}, tenant ${before.tenantId}. Name another folder with --out.`,
    );
  }
  const deployment = await requireOwnState(stack, run);
  const present = inventory(deployedOf(deployment));
  if (before === undefined && present.length === 0) {
    const interrupted = interruptedCreates(deployment, stack);
    throw new VisibleError(
      `Stack ${stack} has nothing in its state, and ${out} has no record of an off-boarding: there is nothing to remove.` +
        (interrupted === undefined
          ? ""
          : ` But ${interrupted.what}: the tenant may have what the state lacks. Run: ${interrupted.step}`),
    );
  }
  const items = before === undefined ? present : joined(before.items, present);
  const known = new Set(before?.identity.map(({ urn }) => urn));
  const identity = [
    ...(before?.identity ?? []),
    ...deployment.resources
      .filter(({ type, urn }) => isInStateAlone(type) && !known.has(urn))
      .map(({ urn, type, id, custom }) => ({ urn, type, id, custom })),
  ];
  const { customerName, msspName, tenantId } = settings;
  const journal: OffboardingJournal = {
    ...(before ?? { format: 2, stack, customerName, msspName, tenantId, beganOn: now().toISOString() }),
    items: [...items],
    notOurs: [...new Set([...(before?.notOurs ?? []), ...(run.notOurs ?? []).map((id) => id.toLowerCase())])],
    identity,
    ...joinedWhose(journalWhose(before ?? {}), await deployedWhose(deployment, run)),
  };
  await ignoreInGit(run.folder);
  await writeJournal(out, journal);
  const otherTenant = otherMsspTenant(settings, journalWhose(journal));
  if (otherTenant !== undefined) say(`Warning: ${otherTenant}.\n`);
  if (before !== undefined)
    say(`Continuing the off-boarding of ${before.beganOn.slice(0, 16).replace("T", " ")} UTC.\n`);
  return { journal, deployment };
}

/**
 * The record of an earlier run. Without the evidence that it names, it says only what was removed:
 * evidence and additions are looked for again.
 * @throws VisibleError where it does not check out, and `--without record` is not passed
 */
async function verifiedJournal({ out, withoutRecord, say }: OffboardRun): Promise<OffboardingJournal | undefined> {
  const journal = await readJournal(out);
  const problem = journal && (await recordProblem(out, journal));
  if (journal === undefined || problem === undefined) return journal;
  if (withoutRecord !== true)
    throw new VisibleError(
      `The record of an earlier run does not count: ${problem}. Nothing was removed. Find out who wrote it; restore the folder ${out} as this command ` +
        "wrote it, or name another folder with --out. With --without record the command collects the evidence again, and the certificate says so.",
    );
  say(`The record of an earlier run does not count: ${problem}.\n`);
  return { ...journal, evidence: undefined, additions: undefined, withoutRecord: problem };
}

async function withEvidence(
  run: OffboardRun,
  deployment: Deployment,
  journal: OffboardingJournal,
): Promise<OffboardingJournal> {
  const { stack, out, days, say, now } = run;
  if (journal.evidence !== undefined) return journal;
  say(`Collecting evidence of the last ${days} days…\n`);
  const at = now();
  const evidence = await collectEvidence({ ...run, stack, deployment, period: lastDays(days, at), now: at });
  await requireLogs(run, evidence);
  // An interruption between the folder and the journal leaves a folder that nothing names.
  const folder = await freeName(out);
  const { manifest } = await writeEvidence(evidence, path.join(out, folder), await signedStep(run, journal));
  const { from, until } = evidence.period;
  const whole: OffboardingJournal = {
    ...journal,
    evidence: {
      folder,
      manifestSha256: manifest,
      gaps: evidence.gaps.map(({ text }) => text),
      from: from.toISOString(),
      until: until.toISOString(),
    },
  };
  await writeJournal(out, whole);
  say(`Evidence: ${path.join(out, folder)}\n`);
  for (const { text } of evidence.gaps) say(`  not shown: ${text}\n`);
  return whole;
}

/**
 * After the removal, and when the customer deletes the consent, nobody of the MSSP can read the logs.
 * @throws VisibleError where logs were refused and nobody agrees to go on. Nothing is recorded then:
 * the next run reads the logs again.
 */
async function requireLogs({ agreesWithoutEvidence, say }: OffboardRun, evidence: Evidence): Promise<void> {
  const refused = refusedLogs(evidence);
  if (refused.length === 0) return;
  say(`Logs were refused:\n${refused.map((text) => `  ${text}\n`).join("")}`);
  const question = "After the removal nobody can read them. Off-board without them?";
  if (await agreesWithoutEvidence(question)) return;
  throw new VisibleError(
    "Nothing was removed: logs were refused, and after the removal nobody of the MSSP can read them. Let the customer consent to the permissions, and " +
      "run the command again; or pass --without evidence.",
  );
}

/** Looks once, before anything is removed: what was added to an adopted object stays with it. */
async function withAdditions(
  run: OffboardRun,
  deployment: Deployment,
  journal: OffboardingJournal,
): Promise<OffboardingJournal> {
  if (journal.additions !== undefined || journal.destroyedOn !== undefined) return journal;
  run.say("Looking for what somebody added to the stack's objects…\n");
  const parts = await findAdditions({ ...run, deployment, whose: journalWhose(journal) });
  const additions = parts.flatMap(({ name, additions: partAdditions }) =>
    partAdditions.map(({ what, to, step, chains }) => ({
      what,
      to,
      step,
      chains,
      ...(name === "added ownerships" ? { outlives: ownedBefore } : {}),
    })),
  );
  for (const { what, to } of additions) run.say(`  added: ${what}, on ${to}\n`);
  const whole: OffboardingJournal = { ...journal, additions };
  await writeJournal(run.out, whole);
  return whole;
}

const ownedBefore = "it could add members and credentials, which stay when the ownership has ended";

async function freeName(out: string): Promise<string> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? "evidence" : `evidence-${number}`;
    if (!(await exists(path.join(out, name)))) return name;
  }
}

/** Destroys what the state has; nothing where a run before has done that. */
async function destroyed(
  run: OffboardRun,
  deployment: Deployment,
  journal: OffboardingJournal,
): Promise<OffboardingJournal> {
  const { stack, out, say, confirm, now } = run;
  const isEmpty = !deployment.resources.some(({ id, type }) => id !== "" && !isProviderType(type));
  if (isEmpty && journal.destroyedOn !== undefined) return journal;
  if (!isEmpty) {
    const report = await beforeDestroyReport(deployment, run);
    // A relationship stops no `destroy`: the certificate is incomplete until the customer ends it.
    if (report.holders.length > 0) throw new VisibleError(beforeDestroyText(report).trimEnd());
    if (report.automation !== undefined) say(`Warning: you are signed in as the keeper. ${report.automation}\n`);
    const { state, found, step } = report.relationship;
    if (state !== "none" && state !== "notChecked")
      say(
        `Warning: ${found}. The removal does not end it, and the certificate is incomplete until it has ended. ${step}\n`,
      );
    const name = lastSegment(stack);
    const interrupted = interruptedCreates(deployment, stack);
    if (interrupted !== undefined)
      say(
        `Warning: ${interrupted.what}: the removal leaves what the state lacks. Unless you have done it, run first: ${interrupted.step}\n`,
      );
    const typed = await confirm(
      `Stack ${name} of ${journal.customerName} has ${counted(journal.items.length, "object")}, parts included,\n` +
        `most of them in tenant ${journal.tenantId}\n` +
        `(${deployment.resources.length} resources in the state, with components and providers).\n` +
        `Type the stack's name to remove all of them: `,
    );
    await confirmDestroy({ stack: name, typed, folder: run.folder });
    say(`Removing everything that stack ${stack} created…\n`);
    await destroy(run);
  }
  const whole: OffboardingJournal = {
    ...journal,
    destroyedOn: now().toISOString(),
    looks: undefined,
    writers: [...remover(run.environment)],
  };
  await writeJournal(out, whole);
  return whole;
}

/** The engine ends by itself after Ctrl-C: this process waits for it. */
async function destroy(run: OffboardRun): Promise<void> {
  const { stack, signals } = run;
  const args = ["destroy", "--stack", stack, "--refresh", "--yes", "--skip-preview", "--suppress-outputs"];
  const onSignal = (): void => run.say("Waiting for the engine to end…\n");
  signals.on("SIGINT", onSignal);
  signals.on("SIGTERM", onSignal);
  try {
    const { exitCode, signal } = await askPulumi(args, { ...run, showErrors: true, showOutput: true });
    if (exitCode === 0) return;
    throw new VisibleError(
      `\`pulumi destroy\` ended with ${signal ?? `exit code ${exitCode ?? "?"}`}. Correct the error above, and run the same command again: ` +
        "it continues here.",
    );
  } finally {
    signals.off("SIGINT", onSignal);
    signals.off("SIGTERM", onSignal);
  }
}

function signedStep(run: OffboardRun, settings: OffboardingJournal): Promise<NextStep | undefined> {
  return beginStep({ signWith: undefined, ...run, settings, id: stackRandomId(settings.identity), now: run.now() });
}

/** A signed certificate of an earlier run is kept: the customer may hold its digest. */
async function writeCertificate(
  run: OffboardRun,
  { cloud }: Settings,
  journal: OffboardingJournal,
  judged: Certificate,
  customer: Awaited<ReturnType<typeof readCustomerPage>> | undefined,
): Promise<Certificate> {
  const certificate = { ...judged, ...(customer === undefined ? {} : { customerPage: customer.page }) };
  const { out, language, say } = run;
  const step = await signedStep(run, journal);
  const json = `${JSON.stringify(certificate, undefined, 2)}\n`;
  const files = [
    { name: certificateFile, text: json },
    { name: "certificate.html", text: certificatePage(certificate, { language, cloud, step }) },
    ...(customer === undefined ? [] : [{ name: customer.page.file, text: customer.text }]),
  ];
  const text = await step?.seal("certificate", files, certificate);
  await putAside(path.join(out, certificateEnvelope));
  if (text !== undefined) files.push({ name: certificateEnvelope, text });
  for (const file of files) await writeWholeFile(path.join(out, file.name), file.text, { mode: 0o600 });
  await writeJournal(out, { ...journal, certificateSha256: sha256(json) });
  const digest = text === undefined ? undefined : await step?.finish(text);
  const mail = certificateMail(certificate, { language, cloud }, digest);
  await writeWholeFile(path.join(out, "certificate.html.mail.txt"), mail, { mode: 0o600 });
  if (digest !== undefined) say(`Signed. Digest of the certificate, for the customer to keep:\n${digest}\n`);
  return certificate;
}
