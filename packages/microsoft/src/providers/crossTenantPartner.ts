/**
 * What the dynamic resource `CrossTenantPartner` does: the stack's part of the partner entry that a
 * tenant's cross-tenant access policy has for the MSSP's tenant.
 *
 * A tenant has one entry for a partner, and an entry has no place for a mark. So the state records
 * what each changed property was before. `delete` puts that back; it deletes an entry only if this
 * resource made it and nobody has added anything. `CrossTenantPartnerEntry` makes the entry first,
 * so that a change whose state was lost is not taken for the customer's.
 */
import { ServiceError, VisibleError } from "@defender-mssp/errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import {
  createAccessPartner,
  deleteAccessPartner,
  getAccessDefault,
  getAccessPartner,
  hasIdentitySynchronization,
  otherStackOf,
  updateAccessPartner,
  type AccessConfiguration,
} from "../graph/crossTenantAccess";
import { isCut } from "../graph/createOnce";
import { goneStatuses } from "../graph/gone";
import {
  isEmptyPartner,
  partIn,
  planPartner,
  planRemoval,
  recordFrom,
  type PartnerPart,
  type PartnerPlan,
  type PartnerRecord,
} from "./accessPartnerPlan";
import { checkBoolean, checkUuid, differences, picked, unknown, type Properties } from "./provider";
import { landing, replicated, type StepErrors } from "./replicated";
import { untilSeen, waits } from "../waits";

export type CrossTenantPartnerInputs = PartnerPart & {
  /** The customer's tenant. */
  readonly tenantId: string;
  /** The MSSP's tenant. */
  readonly partnerTenantId: string;
  /** The resource's mark, which Graph has no place for. It begins with the stack's. */
  readonly managedBy: string;
  /**
   * What the entry said before the first change, as JSON: an output of `CrossTenantPartnerEntry`.
   * Default: what it says when this resource is created.
   */
  readonly found?: string;
};

/** The resource's outputs: its inputs, and what is needed to take them out again. */
export type CrossTenantPartnerState = CrossTenantPartnerInputs & {
  /** Whether another party made the entry: `delete` keeps it. */
  readonly adopted: boolean;
  /** `PartnerRecord` as JSON: the engine does not keep null in an output. */
  readonly before: string;
};

const switches = [
  "isMfaAccepted",
  "isCompliantDeviceAccepted",
  "isHybridAzureADJoinedDeviceAccepted",
  "inboundConsentAllowed",
] as const;
const limits = ["limitToGroup", "limitToApplication"] as const;
const parts = [...switches, ...limits];
const names = ["tenantId", "partnerTenantId", "managedBy", "found", ...parts];
/** Differences of these change nothing in the tenant. */
const ofTheState = ["managedBy", "found"];

/** What the resources of the partner entry say of Graph's refusals. */
export const trustErrors: StepErrors = { what: (step) => `The ${step} of the trust in the MSSP's tenant`, advice };

export const crossTenantPartnerResource = replicated(
  {
    /** Checks what is known, and writes IDs in lower case. */
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = picked(news, Object.keys(news));
      const failures = [
        ...["tenantId", "partnerTenantId", ...limits.filter((name) => inputs[name] !== undefined)].flatMap((name) =>
          checkUuid(inputs, name),
        ),
        ...switches.filter((name) => inputs[name] !== undefined).flatMap((name) => checkBoolean(inputs, name)),
      ];
      if (inputs.tenantId !== unknown && inputs.tenantId === inputs.partnerTenantId) {
        failures.push({ property: "partnerTenantId", reason: "it must be another tenant than tenantId" });
      }
      return { inputs, failures };
    },

    diff(_id: string, olds: Properties, news: Properties) {
      return differences(olds, news, {
        compared: names.filter((name) => !ofTheState.includes(name)),
        replaces: ["tenantId", "partnerTenantId"],
      });
    },

    async create(news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      const found = foundBefore(inputs) ?? (await getAccessPartner(call, inputs.partnerTenantId));
      const defaults = await getAccessDefault(call);
      if (found !== undefined) await refuseSecondStack(call, inputs, parts, { existing: found, defaults });
      const record = inputs.found === undefined || found === undefined ? {} : recordFrom(inputs, found, defaults);
      return { id: inputs.partnerTenantId, outs: await apply(call, inputs, { adopted: true, record }, context) };
    },

    /** The stack's part as it is; the ID is empty if the entry has gone. */
    async read(_id: string, props: Properties = {}, context: CallContext = {}) {
      const state = stateOf(props);
      const { tenantId, partnerTenantId, managedBy, found, adopted, before } = state;
      const current = await getAccessPartner(await graphCall(tenantId, context), partnerTenantId);
      if (current === undefined) return { id: "" };
      const ofState = found === undefined ? { managedBy } : { managedBy, found };
      const inputs = { tenantId, partnerTenantId, ...ofState, ...partIn(current, state) };
      return { id: partnerTenantId, props: { ...inputs, adopted, before }, inputs };
    },

    async update(_id: string, olds: Properties, news: Properties, context: CallContext = {}) {
      const { adopted, before } = stateOf(olds);
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      const added = parts.filter((name) => inputs[name] !== undefined && olds[name] === undefined);
      const existing = added.length === 0 ? undefined : await getAccessPartner(call, inputs.partnerTenantId);
      const record = JSON.parse(before) as PartnerRecord;
      if (existing === undefined) return { outs: await apply(call, inputs, { adopted, record }, context) };
      const defaults = await getAccessDefault(call);
      await refuseSecondStack(call, inputs, added, { existing, defaults });
      const interrupted = interruptedChange(inputs, added, { existing, defaults });
      return { outs: await apply(call, inputs, { adopted, record, interrupted }, context) };
    },

    async delete(_id: string, props: Properties, context: CallContext = {}) {
      const { tenantId, partnerTenantId, adopted, before } = stateOf(props);
      const call = await graphCall(tenantId, context);
      const current = await untilSeen(waits.missing, () => getAccessPartner(call, partnerTenantId), context);
      if (current === undefined) return;
      const values = planRemoval(current, await getAccessDefault(call), JSON.parse(before) as PartnerRecord);
      const isOursAlone = !adopted && isEmptyPartner({ ...current, ...values });
      if (isOursAlone && !(await hasIdentitySynchronization(call, partnerTenantId))) {
        await deleteAccessPartner(call, partnerTenantId, context);
      } else if (Object.keys(values).length > 0) {
        await updateAccessPartner(call, partnerTenantId, values);
      }
    },
  },
  trustErrors,
);

interface Ownership {
  readonly adopted: boolean;
  readonly record: PartnerRecord;
  readonly interrupted?: PartnerRecord;
}

/**
 * The change of an update whose engine was killed before the state knew: the entry says already what the settings add,
 * and did not when the stack found it.
 */
function interruptedChange(
  inputs: CrossTenantPartnerInputs,
  added: readonly (keyof PartnerPart)[],
  { existing, defaults }: Readonly<Record<"existing" | "defaults", AccessConfiguration>>,
): PartnerRecord {
  const first = foundBefore(inputs);
  if (first === undefined) return {};
  const [before, now] = [partIn(first, inputs), partIn(existing, inputs)];
  const landed = added.filter((name) => now[name] === inputs[name] && before[name] !== inputs[name]);
  return recordFrom(picked(inputs, landed), first, defaults);
}

/**
 * Writes the stack's part. A partner that was deleted a moment ago is still returned and cannot be
 * changed or created, so this tries until it has gone.
 */
async function apply(
  call: GraphCall,
  inputs: CrossTenantPartnerInputs,
  owned: Ownership,
  context: CallContext,
): Promise<CrossTenantPartnerState> {
  const { partnerTenantId } = inputs;
  const defaults = await getAccessDefault(call);
  const fresh = () => planPartner(inputs, undefined, defaults, {});
  let isPosted = false;
  const attempt = async (): Promise<CrossTenantPartnerState | undefined> => {
    const current = await getAccessPartner(call, partnerTenantId);
    if (current === undefined) {
      const plan = fresh();
      const wasPosted = isPosted;
      isPosted = true;
      const outs = stateOfPlan(inputs, plan, false);
      const post = () => createAccessPartner(call, partnerTenantId, plan.values);
      if (await landing(context, { id: partnerTenantId, outs }, post)) return outs;
      isPosted = wasPosted;
      return undefined;
    }
    // The answer of the create was lost.
    if (isPosted) return stateOfPlan(inputs, fresh(), false);
    const plan = planPartner(inputs, current, defaults, owned.record, owned.interrupted);
    const outs = stateOfPlan(inputs, plan, owned.adopted);
    if (Object.keys(plan.values).length > 0) {
      const patch = () => updateAccessPartner(call, partnerTenantId, plan.values);
      await landing(context, { id: partnerTenantId, outs }, patch);
    }
    return outs;
  };
  const isUnknown = (failure: ServiceError) =>
    goneStatuses.includes(failure.status) || (isCut(failure) && failure.method === "POST");
  const state = await untilSeen(waits.partnerEntry, attempt, { ...context, isUnknown });
  if (state !== undefined) return state;
  throw new VisibleError(
    `Graph says that tenant ${inputs.tenantId} has a partner entry for ${partnerTenantId}, and does not return it. Run this again with --refresh.`,
  );
}

function stateOfPlan(
  inputs: CrossTenantPartnerInputs,
  { record }: PartnerPlan,
  adopted: boolean,
): CrossTenantPartnerState {
  return { ...inputs, adopted, before: JSON.stringify(record) };
}

/** The settings of `crossTenantTrust`, for people. */
const settingNames: Readonly<Record<keyof PartnerPart, string>> = {
  isMfaAccepted: "mfa",
  isCompliantDeviceAccepted: "compliantDevice",
  isHybridAzureADJoinedDeviceAccepted: "hybridJoinedDevice",
  inboundConsentAllowed: "automaticConsent",
  limitToGroup: "limitToGroup",
  limitToApplication: "limitToDefenderPortal",
};

/**
 * Two stacks of one MSSP would each take the other's part away: an entry has no place for a mark.
 * So a stack refuses each key that the entry has already, if another stack is in the tenant: with
 * the value that this stack asks for, or with another one than the tenant's default.
 * @param keys those that this stack is about to set for the first time.
 */
async function refuseSecondStack(
  call: GraphCall,
  inputs: CrossTenantPartnerInputs,
  keys: readonly (keyof PartnerPart)[],
  { existing, defaults }: Readonly<Record<"existing" | "defaults", AccessConfiguration>>,
) {
  const { tenantId, partnerTenantId, managedBy } = inputs;
  const [current, inherited] = [partIn(existing, inputs), partIn(defaults, inputs)];
  const taken = keys.filter(
    (key) => current[key] !== undefined && (current[key] === inputs[key] || current[key] !== (inherited[key] ?? false)),
  );
  if (taken.length === 0) return;
  const other = await otherStackOf(call, partnerTenantId, managedBy.slice(0, managedBy.lastIndexOf("/")));
  if (other === undefined) return;
  const settings = taken.map((key) => `crossTenantTrust.${settingNames[key]}`).join(" and ");
  throw new VisibleError(
    `The partner entry of tenant ${tenantId} has ${settings} already, and the stack ${other} of the same MSSP works in it. ` +
      `A partner entry has no place for a mark, so only one of the two stacks may keep a key: remove ${settings} from this stack's settings.`,
  );
}

function foundBefore({ found }: CrossTenantPartnerInputs): AccessConfiguration | undefined {
  return found === undefined ? undefined : (JSON.parse(found) as AccessConfiguration);
}

function inputsOf(props: Properties): CrossTenantPartnerInputs {
  return picked(props, names) as unknown as CrossTenantPartnerInputs;
}

function stateOf(props: Properties): CrossTenantPartnerState {
  const { adopted, before } = props as unknown as CrossTenantPartnerState;
  return { ...inputsOf(props), adopted, before };
}

function advice({ status, serviceCode }: ServiceError): string {
  if (status !== 403) return "";
  if (/License/i.test(serviceCode)) return "Trust and B2B limits need Microsoft Entra ID P1 in the customer's tenant.";
  return (
    "The identity that runs this needs the application permission Policy.ReadWrite.CrossTenantAccess on Microsoft Graph in this tenant; " +
    "trust and B2B limits also need Microsoft Entra ID P1."
  );
}
