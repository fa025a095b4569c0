/**
 * What the dynamic resource `MsspServicePrincipal` does: an application of another tenant's gets a
 * service principal in the customer's, which is the first half of what a click on the admin consent
 * URL makes.
 *
 * azuread's own resource can't: with `useExisting` it adopts, but sends the delete all the same.
 * Whose it is, is decided once, at the create, and said by `adopted`:
 * - made here: known by its mark in `notes`, also after a crash, and taken away by `destroy`;
 * - adopted (the customer had consented already): never changed and never taken away.
 */
import { ServiceError } from "@defender-mssp/errors";
import { graphCall, type CallContext, type GraphCall } from "../graph/call";
import { createOnce, isExisting } from "../graph/createOnce";
import { isDeletedItem } from "../graph/deletedItem";
import { deleteSeen, goneAdvice, goneStatuses, isGone } from "../graph/gone";
import { findServicePrincipal, graphServicePrincipals } from "../graph/servicePrincipal";
import { checkText, checkUuid, differences, type Properties } from "./provider";
import { replicated } from "./replicated";
import { waits } from "../waits";

export type ServicePrincipalInputs = {
  /** The customer's tenant. */
  tenantId: string;
  /** Application (client) ID of the MSSP's multitenant application. */
  applicationId: string;
  /**
   * What the service principal is marked with, so that a second create after a crash recognises its
   * own.
   */
  managedBy: string;
};

/** The resource's outputs: its inputs, and what was found. */
export type ServicePrincipalState = ServicePrincipalInputs & {
  /** Object ID of the service principal in the customer's tenant. */
  objectId: string;
  displayName: string;
  /** The customer had consented already: `destroy` leaves it. */
  adopted: boolean;
};

export const servicePrincipalResource = replicated(
  {
    check(_olds: Properties, news: Properties) {
      const inputs: Record<string, unknown> = { ...news };
      const failures = [
        ...["tenantId", "applicationId"].flatMap((name) => checkUuid(inputs, name)),
        ...checkText(inputs, "managedBy"),
      ];
      return { inputs, failures };
    },

    diff(_id: string, olds: Properties, news: Properties) {
      return differences(olds, news, {
        compared: ["tenantId", "applicationId", "managedBy"],
        replaces: ["tenantId", "applicationId"],
      });
    },

    async create(news: Properties, context: CallContext = {}) {
      const inputs = inputsOf(news);
      const call = await graphCall(inputs.tenantId, context);
      const found = (await find(call, inputs)) ?? (await make(call, inputs, context));
      const outs: ServicePrincipalState = {
        ...inputs,
        objectId: found.id,
        displayName: found.displayName ?? "",
        adopted: found.notes !== mark(inputs),
      };
      return { id: found.id, outs };
    },

    /**
     * The service principal as it is; the ID is empty where it has gone, which tells the engine so.
     */
    async read(id: string, props: Properties = {}, context: CallContext = {}) {
      const state = stateOf(props);
      const call = await graphCall(state.tenantId, context);
      const found = await get(call, id);
      if (found === undefined) return { id: "", isDeleted: await isDeletedItem(call, id) };
      return { id, props: { ...state, displayName: found.displayName ?? "" }, inputs: inputsOf(props) };
    },

    /** Only the mark can change without a replacement: the stack has got another name. */
    async update(id: string, olds: Properties, news: Properties, context: CallContext = {}) {
      const [state, inputs] = [stateOf(olds), inputsOf(news)];
      if (!state.adopted) {
        const call = await graphCall(inputs.tenantId, context);
        await call(graphServicePrincipals.item(id), {
          method: "PATCH",
          json: { notes: mark(inputs) },
          idempotent: true,
        });
      }
      return { outs: { ...state, ...inputs } };
    },

    /** Takes away what was made here. */
    async delete(id: string, props: Properties, context: CallContext = {}) {
      const state = stateOf(props);
      if (state.adopted) return;
      const call = await graphCall(state.tenantId, context);
      await deleteSeen(call, graphServicePrincipals.item(id), context);
    },
  },
  { what: (step) => `The ${step} of the MSSP application's service principal`, advice: adviceFor },
);

interface Found {
  readonly id: string;
  readonly displayName?: string;
  readonly notes?: string | null;
}

function find(call: GraphCall, { applicationId }: ServicePrincipalInputs): Promise<Found | undefined> {
  return findServicePrincipal<Found>(call, applicationId);
}

async function get(call: GraphCall, id: string): Promise<Found | undefined> {
  const answer = await call(graphServicePrincipals.item(id), { accept: goneStatuses });
  return isGone(answer) ? undefined : (answer.body as Found);
}

/** The customer's click, or a create of ours whose answer was lost, may be there before. */
async function make(call: GraphCall, inputs: ServicePrincipalInputs, context: CallContext): Promise<Found> {
  const json = { appId: inputs.applicationId, notes: mark(inputs) };
  const post = async () =>
    (await call(graphServicePrincipals.path, { method: "POST", json, idempotent: false })).body as Found;
  const { made } = await createOnce(waits.servicePrincipal, { post, find: () => find(call, inputs) }, context);
  return made;
}

/**
 * Free text that the Entra admin center shows on the enterprise application's page "Properties".
 */
function mark({ managedBy }: ServicePrincipalInputs): string {
  return `Managed by Pulumi: ${managedBy}`;
}

function inputsOf(props: Properties): ServicePrincipalInputs {
  const { tenantId, applicationId, managedBy } = props as unknown as ServicePrincipalInputs;
  return { tenantId, applicationId, managedBy };
}

function stateOf(props: Properties): ServicePrincipalState {
  const { objectId, displayName, adopted } = props as unknown as ServicePrincipalState;
  return { ...inputsOf(props), objectId, displayName, adopted };
}

function adviceFor(failure: ServiceError): string {
  const { status, message } = failure;
  if (isExisting(failure))
    return "Entra says that the application has a service principal, and has not shown it for ten minutes: run `npx pulumi up` again.";
  if (status === 400 && /does not reference a valid application object/.test(message)) {
    return (
      "There is no such application that other tenants may use: check connector.applicationId, and that its " +
      "supported account types are any directory (AzureADMultipleOrgs)."
    );
  }
  if (status !== 403) return goneAdvice(failure);
  return "The identity that runs this needs Application.ReadWrite.All; where the customer has clicked the admin consent URL, Application.Read.All is enough.";
}
