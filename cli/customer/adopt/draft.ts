/** The plan of an adoption: its parts, and the draft while it is made. */
import type { OmittablePart } from "../../../domain/omittedParts";
import type { ExistingObject } from "./answeringProviders";
import type { FoundTenant, NotLooked } from "./found";

/** Kinds of objects that `destroy` may delete or keep. Roles, consents and secrets are always deleted. */
export const ownedKinds = ["guests", "groups", "application", "accessPackages"] as const;
export type OwnedKind = (typeof ownedKinds)[number];

export interface PlanItem {
  /** Such as `guest`. */
  readonly kind: string;
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
  readonly part: OmittablePart | "connector" | "siemAuthorization";
  readonly why: string;
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

/** Every found object, for people. */
export function everyFound(found: FoundTenant): Omit<PlanItem, "why" | "parts">[] {
  const item = (kind: string) => (one: { readonly id: string; readonly displayName?: string | null }) => ({
    kind,
    name: one.displayName ?? one.id,
    id: one.id,
  });
  const principals = [
    ...found.servicePrincipals,
    ...found.applications.flatMap(({ servicePrincipal }) => servicePrincipal ?? []),
  ];
  return [
    ...found.guests.map(({ id, email }) => ({ kind: "guest", name: email, id })),
    ...found.groups.map(item("group")),
    ...found.directoryRoles.map(item("directory role assignment")),
    ...found.defenderRoles.map(item("Defender role")),
    ...found.defenderAssignments.map(item("Defender role assignment")),
    ...found.organizations.map(item("connected organization")),
    ...found.catalogs.map(item("catalog")),
    ...found.packages.map(item("access package")),
    ...found.packages.flatMap(({ policies }) => policies.map(item("assignment policy"))),
    ...found.applications.flatMap((application) => [
      item("app registration")(application),
      ...application.secrets.map(({ keyId, displayName }) => ({
        kind: "client secret",
        name: displayName ?? keyId,
        id: keyId,
      })),
      ...application.certificates.map(({ keyId, displayName }) => ({
        kind: "certificate",
        name: displayName ?? keyId,
        id: keyId,
      })),
      ...application.federatedCredentials.map(({ id, name }) => ({ kind: "federated credential", name, id })),
    ]),
    ...principals.flatMap((principal) => [
      item("service principal")(principal),
      ...principal.appRoles.map(({ id, api }) => ({ kind: "application permission", name: api, id })),
      ...principal.consents.map(({ id, scopes }) => ({ kind: "consent", name: scopes.join(" "), id })),
    ]),
  ];
}
