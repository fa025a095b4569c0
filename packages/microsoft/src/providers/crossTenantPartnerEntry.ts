/**
 * What the dynamic resource `CrossTenantPartnerEntry` does: it sees to it that a tenant's
 * cross-tenant access policy has an entry for a partner, and records what the entry said before
 * `CrossTenantPartner` changes it.
 *
 * An entry has no place for a mark. So this resource makes an entry that says nothing (every value
 * is inherited), and the engine writes that to the state before a second resource gives the trust.
 * If the engine dies in between, the state still knows whose entry it is and what was before. If it
 * dies before that, an entry without any effect stays (ADR 44).
 */
import { ServiceError, VisibleError } from "@defender-mssp/errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import {
  createAccessPartner,
  deleteAccessPartner,
  getAccessPartner,
  hasIdentitySynchronization,
} from "../graph/crossTenantAccess";
import { isCut } from "../graph/createOnce";
import { goneStatuses } from "../graph/gone";
import { configurationIn, isEmptyPartner } from "./accessPartnerPlan";
import { trustErrors } from "./crossTenantPartner";
import { checkUuid, differences, picked, type Properties } from "./provider";
import { landing, replicated } from "./replicated";
import { untilSeen, waits } from "../waits";

export type CrossTenantPartnerEntryInputs = {
  /** The customer's tenant. */
  readonly tenantId: string;
  /** The MSSP's tenant. */
  readonly partnerTenantId: string;
};

/** The resource's outputs. */
export type CrossTenantPartnerEntryState = CrossTenantPartnerEntryInputs & {
  /** Whether this resource made the entry; another party's is never deleted. */
  readonly isOwn: boolean;
  /** What the entry said when it was found, as JSON: the engine does not keep null in an output. */
  readonly found: string;
};

const names = ["tenantId", "partnerTenantId"] as const;

export const crossTenantPartnerEntryResource = replicated(
  {
    /** Checks what is known, and writes IDs in lower case. */
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      return { inputs, failures: names.flatMap((name) => checkUuid(inputs, name)) };
    },

    diff(_id: string, olds: Properties, news: Properties) {
      return differences(olds, news, { compared: names, replaces: names });
    },

    async create(news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      return { id: inputs.partnerTenantId, outs: { ...inputs, ...(await findOrMake(call, inputs, context)) } };
    },

    /** The ID is empty if the entry has gone. */
    async read(_id: string, props: Properties = {}, context: CallContext = {}) {
      const { isOwn, found } = props as unknown as CrossTenantPartnerEntryState;
      const inputs = inputsOf(props);
      const call = await graphCall(inputs.tenantId, context);
      if ((await getAccessPartner(call, inputs.partnerTenantId)) === undefined) return { id: "" };
      return { id: inputs.partnerTenantId, props: { ...inputs, isOwn, found }, inputs };
    },

    /** Nothing that can be updated: every change replaces. `CrossTenantPartner` makes an entry that is missing. */
    update(_id: string, olds: Properties, news: Properties) {
      return Promise.resolve({ outs: { ...olds, ...inputsOf(news) } });
    },

    /** Deletes an entry that this resource made, unless somebody has added something to it. */
    async delete(_id: string, props: Properties, context: CallContext = {}) {
      const { tenantId, partnerTenantId, isOwn } = props as unknown as CrossTenantPartnerEntryState;
      if (!isOwn) return;
      const call = await graphCall(tenantId, context);
      const current = await untilSeen(waits.missing, () => getAccessPartner(call, partnerTenantId), context);
      if (current === undefined || !isEmptyPartner(current)) return;
      if (await hasIdentitySynchronization(call, partnerTenantId)) return;
      await deleteAccessPartner(call, partnerTenantId, context);
    },
  },
  trustErrors,
);

/** A partner that was deleted a moment ago is still returned: its create conflicts until it has gone. */
async function findOrMake(
  call: GraphCall,
  inputs: CrossTenantPartnerEntryInputs,
  context: CallContext,
): Promise<Pick<CrossTenantPartnerEntryState, "isOwn" | "found">> {
  const { tenantId, partnerTenantId } = inputs;
  const own = { isOwn: true, found: JSON.stringify(configurationIn({})) };
  const post = () => createAccessPartner(call, partnerTenantId, {});
  let isPosted = false;
  const attempt = async () => {
    const current = await getAccessPartner(call, partnerTenantId);
    // After a lost answer of the create, an entry that says nothing is the one that it made.
    if (current !== undefined) {
      return { isOwn: isPosted && isEmptyPartner(current), found: JSON.stringify(configurationIn(current)) };
    }
    const wasPosted = isPosted;
    isPosted = true;
    if (await landing(context, { id: partnerTenantId, outs: { ...inputs, ...own } }, post)) return own;
    isPosted = wasPosted;
    return undefined;
  };
  const isUnknown = (failure: ServiceError) =>
    goneStatuses.includes(failure.status) || (isCut(failure) && failure.method === "POST");
  const made = await untilSeen(waits.partnerEntry, attempt, { ...context, isUnknown });
  if (made !== undefined) return made;
  throw new VisibleError(
    `Graph says that tenant ${tenantId} has a partner entry for ${partnerTenantId}, and does not return it. Run this again with --refresh.`,
  );
}

function inputsOf(props: Properties): CrossTenantPartnerEntryInputs {
  return picked(props, names) as unknown as CrossTenantPartnerEntryInputs;
}
