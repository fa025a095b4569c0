/** CI systems for which `mssp fleet manifests` writes a pipeline. */
export const pipelineSystems = ["github", "gitlab", "azure"] as const;
export type PipelineSystem = (typeof pipelineSystems)[number];

/** Most jobs of one matrix, by each system's documentation. */
export const partLimits: Readonly<Record<PipelineSystem, number>> = { github: 256, gitlab: 200, azure: 99 };
