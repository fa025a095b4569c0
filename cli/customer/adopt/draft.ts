/** The plan of an adoption: its parts, and the draft while it is made. */
import type { DetectionRuleFile } from "@defender-mssp/detections";
import type { ListedKey } from "../../../domain/adoption";
import { isNotApplicable } from "../../../domain/kinds/accessKind";
import type { OwnedKind } from "../../../domain/kinds/kindAnswers";
import { kinds, type KindName } from "../../../domain/kinds/kinds";
import type { OmittablePart } from "../../../domain/omittedParts";
import type { ExistingObject } from "./answeringProviders";
import type { FoundSecret, FoundServicePrincipal, FoundTenant, NotLooked } from "./found";

/** Kinds of objects that `destroy` may delete or keep. Roles, consents and secrets are always deleted. */
export const ownedKinds: readonly OwnedKind[] = [
  ...new Set(
    kinds.flatMap(({ adoption }) =>
      !isNotApplicable(adoption) && adoption.search === "listed" ? (adoption.owned ?? []) : [],
    ),
  ),
];

export interface PlanItem {
  readonly kind: KindName | "value of the client secret";
  readonly name: string;
  /** ID in the tenant. */
  readonly id: string;
  /** One sentence. */
  readonly why: string;
  /** IDs of its parts, such as the secrets of an app registration, which share its fate. */
  readonly parts?: readonly string[];
}

export interface AdoptedItem extends PlanItem {
  /** Name of the resource in the stack. */
  readonly resource: string;
  readonly onDestroy: "keep" | "delete";
  /** `keep`: the program does not manage the group's members. */
  readonly members?: "keep";
  /** Where a detection rule differs from its file, such as `queryCondition.queryText`. */
  readonly differences?: readonly string[];
}

/** A decision that the tenant does not make. */
export interface Question {
  /** Such as `application`; in `--answer <id>=<value>`. */
  readonly id: string;
  readonly text: string;
  readonly choices: readonly { readonly value: string; readonly text: string }[];
  /** IDs of the objects that depend on it. */
  readonly about: readonly string[];
}

/** A part that the tenant does not have: the settings omit it, or the next `up` creates it. */
export interface MissingPart {
  readonly part: OmittablePart | "connector" | "siemAuthorization" | "detectionRules";
  readonly why: string;
  /** Names of the resources that the next `up` creates, of `detectionRules`. */
  readonly resources?: readonly string[];
}

export interface Plan {
  /** Settings besides those of the customer: `analysts`, `portalAccess`, `connector`, `adopted`. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly adopt: readonly AdoptedItem[];
  readonly leave: readonly PlanItem[];
  readonly notImported: readonly PlanItem[];
  readonly omitted: readonly MissingPart[];
  /** What the next `up` creates. */
  readonly created: readonly MissingPart[];
  readonly questions: readonly Question[];
  readonly notLooked: readonly NotLooked[];
}

/** Objects by the name of their resource, for the run that fills the state. */
export type ObjectsByResource = ReadonlyMap<string, ExistingObject>;

export interface PlannedAdoption {
  readonly plan: Plan;
  readonly objects: ObjectsByResource;
}

/** What the plan needs to know of customer and MSSP. */
export interface PlannedCustomer {
  readonly customerDomain: string;
  readonly msspName: string;
  readonly msspTenantId: string;
  readonly msspDomains: readonly string[];
  /** Kinds that belong to the MSSP: `destroy` deletes them. */
  readonly owned: readonly OwnedKind[];
  /** The current time. */
  readonly now: Date;
  /** The detection rules of the repository's files. Default: none. */
  readonly ruleFiles?: readonly DetectionRuleFile[];
}

/** By the question's ID. */
export type AnswersById = Readonly<Record<string, string>>;

/** The plan while it is made. */
export class Draft {
  readonly settings: Record<string, unknown> = {};
  readonly adopt: AdoptedItem[] = [];
  readonly leave: PlanItem[] = [];
  readonly notImported: PlanItem[] = [];
  readonly omitted: (MissingPart & { readonly part: OmittablePart })[] = [];
  readonly created: MissingPart[] = [];
  readonly questions: Question[] = [];
  readonly objects = new Map<string, ExistingObject>();

  constructor(
    readonly found: FoundTenant,
    readonly customer: PlannedCustomer,
    private readonly answers: AnswersById,
  ) {}

  /** The answer; undefined, and the question is asked, if there is none of the choices. */
  ask(question: Question): string | undefined {
    const given = this.answers[question.id];
    if (question.choices.some(({ value }) => value === given)) return given;
    this.questions.push(question);
    return undefined;
  }

  /** Adopts an object. `kind` decides whether `destroy` keeps it; without one it is deleted. */
  take(item: Omit<AdoptedItem, "onDestroy">, object: Partial<ExistingObject> = {}, owner?: OwnedKind): void {
    const onDestroy = owner === undefined || this.customer.owned.includes(owner) ? "delete" : "keep";
    this.adopt.push({ ...item, onDestroy });
    this.objects.set(item.resource, { id: item.id, ...object });
  }

  /** Leaves an object, unless the plan has it already. */
  putAside(item: PlanItem): void {
    if (!this.isSettled(item.id)) this.leave.push(item);
  }

  omit(part: OmittablePart, why: string): void {
    this.omitted.push({ part, why });
  }

  /** Whether the object is in the plan already. */
  isSettled(id: string): boolean {
    return (
      [this.adopt, this.leave, this.notImported].some((items) =>
        items.some((item) => item.id === id || item.parts?.includes(id) === true),
      ) || this.questions.some(({ about }) => about.includes(id))
    );
  }
}

type ListedItem = Omit<PlanItem, "kind" | "why" | "parts">;

function named({ id, displayName }: { readonly id: string; readonly displayName?: string | null }): ListedItem {
  return { id, name: displayName ?? id };
}

function keyed({ keyId, displayName }: FoundSecret): ListedItem {
  return { id: keyId, name: displayName ?? keyId };
}

/** Of the MSSP's applications, and of applications of the tenant. */
function everyPrincipal({ servicePrincipals, applications }: FoundTenant): readonly FoundServicePrincipal[] {
  return [...servicePrincipals, ...applications.flatMap(({ servicePrincipal }) => servicePrincipal ?? [])];
}

/** The found objects of each kind that a plan lists: one without a list does not compile. */
const foundByKind: Readonly<Record<ListedKey, (found: FoundTenant) => readonly ListedItem[]>> = {
  guest: ({ guests }) => guests.map(({ id, email }) => ({ id, name: email })),
  group: ({ groups }) => groups.map(named),
  directoryRoleAssignment: ({ directoryRoles }) => directoryRoles.map(({ id }) => named({ id })),
  defenderRole: ({ defenderRoles }) => defenderRoles.map(named),
  defenderRoleAssignment: ({ defenderAssignments }) => defenderAssignments.map(named),
  connectedOrganization: ({ organizations }) => organizations.map(named),
  accessPackageCatalog: ({ catalogs }) => catalogs.map(named),
  accessPackage: ({ packages }) => packages.map(named),
  detectionRule: ({ detectionRules }) => detectionRules.map(named),
  assignmentPolicy: ({ packages }) => packages.flatMap(({ policies }) => policies.map(named)),
  application: ({ applications }) => applications.map(named),
  clientSecret: ({ applications }) => applications.flatMap(({ secrets }) => secrets.map(keyed)),
  certificate: ({ applications }) => applications.flatMap(({ certificates }) => certificates.map(keyed)),
  federatedCredential: ({ applications }) =>
    applications.flatMap(({ federatedCredentials }) => federatedCredentials.map(({ id, name }) => ({ id, name }))),
  servicePrincipal: ({ applications }) =>
    applications.flatMap(({ servicePrincipal }) => servicePrincipal ?? []).map(named),
  msspServicePrincipal: ({ servicePrincipals }) => servicePrincipals.map(named),
  applicationPermission: (found) =>
    everyPrincipal(found).flatMap(({ appRoles }) => appRoles.map(({ id, api }) => ({ id, name: api }))),
  delegatedConsent: (found) =>
    everyPrincipal(found).flatMap(({ consents }) => consents.map(({ id, scopes }) => ({ id, name: scopes.join(" ") }))),
};

/** Every found object, for people. */
export function everyFound(found: FoundTenant): Omit<PlanItem, "why" | "parts">[] {
  return kinds.flatMap(({ key, singular }) => {
    const list = (foundByKind as Readonly<Partial<Record<string, (typeof foundByKind)[ListedKey]>>>)[key];
    return (list?.(found) ?? []).map((item) => ({ kind: singular as KindName, ...item }));
  });
}
