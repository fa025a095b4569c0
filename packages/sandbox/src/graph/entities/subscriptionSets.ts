/** Subscriptions to change notifications. https://learn.microsoft.com/graph/api/resources/subscription */
import type { EntityProperties } from "./property";
import { boolean, computed, dateTime, each, readOnly, string } from "./property";
import { plainSet } from "./entitySet";

const create = { write: "create" } as const;
const needed = { nullable: false, default: undefined, write: "create" } as const;

const subscription: EntityProperties = {
  id: string({ ...computed }),
  resource: string({ ...needed }),
  applicationId: string(readOnly),
  changeType: string({ ...needed }),
  clientState: string(create),
  notificationUrl: string({ ...needed }),
  notificationQueryOptions: string({ ...create, only: "v1.0" }),
  lifecycleNotificationUrl: string(create),
  expirationDateTime: dateTime({ nullable: false, default: undefined }),
  creatorId: string(readOnly),
  includeResourceData: boolean(create),
  latestSupportedTlsVersion: string({ ...create, default: "v1_2", values: ["v1_0", "v1_1", "v1_2", "v1_3"] }),
  ...each(string(create), "encryptionCertificate", "encryptionCertificateId"),
  notificationUrlAppId: string({ ...create, only: "v1.0" }),
};

export const subscriptionSets = { subscriptions: plainSet("subscription", subscription) };
