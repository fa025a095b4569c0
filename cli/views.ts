/** The views of `mssp status`, by the value of `--show`. A view loads its commands when it prints. */
import type { StatusView } from "./selection/statusView";
import { analystsView } from "./fleet/analyst/analystsView";
import { customersView, runsView } from "./fleet/views";
import { onboardingView } from "./customer/onboard/onboardingView";
import { changesView } from "./siem/retirements/changesView";
import { retirementsView } from "./siem/retirements/retirementsView";
import { secretsView } from "./customer/secrets/secretsView";

export const views: Readonly<Record<string, StatusView>> = {
  onboarding: onboardingView,
  secrets: secretsView,
  runs: runsView,
  customers: customersView,
  analysts: analystsView,
  changes: changesView,
  retirements: retirementsView,
};
