/** The areas of the emulated cloud besides Entra. */
import { azureRoutes } from "../azure/index";
import type { Routes } from "../cloud/model";
import { defenderRoutes } from "../defender/index";
import { graphRoutes } from "../graph/index";

export const areas: readonly Routes[] = [graphRoutes, defenderRoutes, azureRoutes];
