/** The plan of an adoption: its parts, and the draft while it is made. */
import type { DetectionRuleFile } from "@defender-mssp/detections";
import type { ListedKey } from "../../../domain/adoption";
import { isNotApplicable } from "../../../domain/kinds/accessKind";
import type { OwnedKind } from "../../../domain/kinds/kindAnswers";
import { kinds, type KindName } from "../../../domain/kinds/kinds";
import type { OmittablePart } from "../../../domain/omittedParts";
import type { ExistingObject } from "./answeringProviders";
import { ofKind, withParts, type AdoptableTenant, type Candidate, type NamedPart, type NotLooked } from "./candidate";
import { existingObject } from "./existingObject";

/** Which objects `destroy` may keep, by kind. Roles, consents and secrets are always deleted. */
const ownedByKey: ReadonlyMap<string, OwnedKind> = new Map(
  kinds.flatMap(({ key, adoption }) =>
    !isNotApplicable(adoption) && "owned" in adoption && adoption.owned !== undefined ? [[key, adoption.owned]] : [],
  ),
);
export const ownedKinds: readonly OwnedKind[] = [...new Set(ownedByKey.values())];

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
  /** Kinds of which the plan adopts an object that `destroy` may keep. */
  readonly keepable: ReadonlySet<OwnedKind>;
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

export function planItem({ key, name, id }: NamedPart, why: string): PlanItem {
  return { kind: kinds.find((kind) => kind.key === key)?.singular as KindName, name, id, why };
}

interface Taking extends Pick<AdoptedItem, "members" | "differences"> {
  /** @default that of the object */
  readonly name?: string;
  /** What the state has of it. @default by its kind */
  readonly object?: ExistingObject;
  /** @default that of its kind; without one, `destroy` deletes it */
  readonly owner?: OwnedKind;
}

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
  readonly keepable = new Set<OwnedKind>();

  constructor(
    readonly tenant: AdoptableTenant,
    readonly customer: PlannedCustomer,
    private readonly answers: AnswersById,
  ) {}

  /** The candidates of some kinds. */
  all<Key extends ListedKey>(...keys: Key[]): Candidate<Key>[] {
    return ofKind(this.tenant.candidates, ...keys);
  }

  /** The candidates of a kind that belong to an object. */
  partsOf<Key extends ListedKey>({ id }: Candidate, key: Key): Candidate<Key>[] {
    return ofKind(withParts(this.tenant.candidates, id), key);
  }

  /** Its ID, and those of everything that belongs to it. */
  partIds({ id }: Candidate): string[] {
    return withParts(this.tenant.candidates, id).map((part) => part.id);
  }

  /** The answer; undefined, and the question is asked, if there is none of the choices. */
  ask(question: Question): string | undefined {
    const given = this.answers[question.id];
    if (question.choices.some(({ value }) => value === given)) return given;
    this.questions.push(question);
    return undefined;
  }

  /** Adopts an object as a resource. */
  take(resource: string, part: NamedPart, why: string, taking: Taking = {}): void {
    const { object = existingObject(part), owner = ownedByKey.get(part.key), ...more } = taking;
    const onDestroy = owner === undefined || this.customer.owned.includes(owner) ? "delete" : "keep";
    this.adopt.push({ ...planItem(part, why), resource, onDestroy, ...more });
    this.objects.set(resource, object);
    if (owner !== undefined) this.keepable.add(owner);
  }

  /** Leaves objects, but for those that the plan has already. */
  putAside(why: string, ...parts: readonly NamedPart[]): void {
    for (const part of parts) if (!this.isSettled(part.id)) this.leave.push(planItem(part, why));
  }

  /** Leaves objects that the settings can't describe. */
  cannotImport(why: string, ...parts: readonly NamedPart[]): void {
    this.notImported.push(...parts.map((part) => planItem(part, why)));
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
