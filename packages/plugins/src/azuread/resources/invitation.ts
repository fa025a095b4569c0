/** https://www.pulumi.com/registry/packages/azuread/api-docs/invitation/ */
import { object, single, string, type ResourceProperties } from "../../schema/property";
import type { Fields } from "../../schema/fields";
import type { ValueRecord } from "../../protocol/values";
import { emailAddress, httpUrl, language, notEmpty, oneOf } from "../../schema/validators";
import { odataType } from "@defender-mssp/sandbox/entities";
import { graphBody, nullIfEmpty, required, textAt } from "../mapping";
import { type AzureadResource, notReplicated } from "../types";

const properties: ResourceProperties = {
  redirectUrl: string("required", { graph: "inviteRedirectUrl", forceNew: true, check: httpUrl }),
  userEmailAddress: string("required", { graph: "invitedUserEmailAddress", forceNew: true, check: emailAddress }),
  userDisplayName: string("optional", { forceNew: true, check: notEmpty }),
  message: object(
    "optional",
    {
      additionalRecipients: single("optional", { check: notEmpty }),
      body: string("optional", { conflictsWith: ["message.0.language"], check: notEmpty }),
      language: string("optional", { conflictsWith: ["message.0.body"], check: language }),
    },
    { forceNew: true },
  ),
  userType: string("optional", {
    graph: "invitedUserType",
    forceNew: true,
    default: "Guest",
    check: oneOf("Guest", "Member"),
  }),
  redeemUrl: string("computed"),
  userId: string("computed"),
};

export const invitation: AzureadResource = {
  name: "Invitation",
  terraform: "azuread_invitation",
  properties,
  schemaVersion: 0,
  minutes: { create: 5, read: 5, delete: 5 },
  async create(plan, call, created) {
    const invited = await call.post("/invitations", bodyFor(plan));
    const userId = required(textAt(invited, "invitedUser.id"), "invited user's object ID");
    const redeemUrl = required(textAt(invited, "inviteRedeemUrl"), "redeem URL");
    created(required(invited.id, "object ID returned for invitation"), { userId, redeemUrl });
    // The official plugin uses this field to test for the user, and leaves it empty.
    const body = (companyName: string | null) => ({ "@odata.type": odataType("users"), companyName });
    if (!call.hasReplicas) return call.patch(`/users/${userId}`, body(null), "v1.0", { notFound: true });
    await call.patch(`/users/${userId}`, body("TERRAFORM_UPDATE"), "v1.0", { notFound: true });
    // The second PATCH is not repeated; five reads follow, of which a 404 counts as well.
    await call.patch(`/users/${userId}`, body(null)).catch((error: unknown) => {
      throw notReplicated(call, error, "guest user");
    });
    await call.poll(`creation of invited User (User: "${userId}")`, async () => {
      await call.find(`/users/${userId}`);
      return true;
    });
  },
  async read(_, call, state): Promise<ValueRecord | undefined> {
    const userId = state.text("userId");
    if (userId === "") return {};
    const user = await call.find(`/users/${userId}`);
    // As the official plugin: the resource stays in the state, without its user.
    if (user === undefined) return { userId: "" };
    return { userId, userEmailAddress: textAt(user, "mail") };
  },
  async delete(_, call, state) {
    // Without a user the path is that of the list, and the request fails, as in the official
    // plugin.
    const userId = state.text("userId");
    await call.remove(`invited User (User: "${userId}")`, `/users/${userId}`);
  },
};

function bodyFor(plan: Fields): object {
  const body = graphBody("invitations", properties, plan);
  if (plan.has("userDisplayName")) body.invitedUserDisplayName = plan.text("userDisplayName");
  if (!plan.isSet("message")) return body;
  const message = plan.block("message");
  const recipient = message.text("additionalRecipients");
  return {
    ...body,
    sendInvitationMessage: true,
    invitedUserMessageInfo: {
      ...(recipient === "" ? {} : { ccRecipients: [{ emailAddress: { address: recipient } }] }),
      customizedMessageBody: nullIfEmpty(message.text("body")),
      messageLanguage: message.text("language"),
    },
  };
}
