/** https://learn.microsoft.com/graph/api/resources/onpremisesdirectorysynchronization. Read only. */
import { boolean, complex, computed, int32, readOnly, string, type EntityProperties } from "./property";
import { plainSet } from "./entitySet";

const enabled = boolean({ ...readOnly, default: true });
const disabled = boolean({ ...readOnly, default: false });

/** The defaults are those of the page's example. */
const onPremisesDirectorySynchronization: EntityProperties = {
  id: string({ ...computed }),
  configuration: complex("onPremisesDirectorySynchronizationConfiguration", {
    ...readOnly,
    default: {
      accidentalDeletionPrevention: { synchronizationPreventionType: "enabledForCount", alertThreshold: 500 },
    },
  }),
  features: complex("onPremisesDirectorySynchronizationFeature", { ...readOnly, nullable: false, default: {} }),
};

export const onPremisesSynchronizationTypes: Readonly<Record<string, EntityProperties>> = {
  onPremisesDirectorySynchronizationConfiguration: {
    accidentalDeletionPrevention: complex("onPremisesAccidentalDeletionPrevention"),
  },
  onPremisesAccidentalDeletionPrevention: { synchronizationPreventionType: string(), alertThreshold: int32() },
  onPremisesDirectorySynchronizationFeature: {
    passwordSyncEnabled: disabled,
    passwordWritebackEnabled: disabled,
    directoryExtensionsEnabled: disabled,
    quarantineUponUpnConflictEnabled: enabled,
    quarantineUponProxyAddressesConflictEnabled: enabled,
    softMatchOnUpnEnabled: enabled,
    cloudPasswordPolicyForPasswordSyncedUsersEnabled: disabled,
    fopeConflictResolutionEnabled: disabled,
    unifiedGroupWritebackEnabled: disabled,
    userWritebackEnabled: disabled,
    deviceWritebackEnabled: disabled,
    synchronizeUpnForManagedUsersEnabled: enabled,
    userForcePasswordChangeOnLogonEnabled: disabled,
    concurrentOrgIdProvisioningEnabled: disabled,
    concurrentCredentialUpdateEnabled: disabled,
    groupWriteBackEnabled: disabled,
    blockSoftMatchEnabled: disabled,
    blockCloudObjectTakeoverThroughHardMatchEnabled: disabled,
    bypassDirSyncOverridesEnabled: disabled,
  },
};

export const onPremisesSynchronizationSets = {
  onPremisesSynchronization: plainSet("onPremisesDirectorySynchronization", onPremisesDirectorySynchronization, {
    path: "directory/onPremisesSynchronization",
  }),
};
