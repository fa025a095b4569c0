/**
 * Microsoft Defender in the emulated cloud: the legacy alert API, Graph's alerts_v2, and the authorization of applications
 * for the legacy API and the e-mail notification rules, which have no public API and are ours.
 */
import type { Cloud, Routes } from "../cloud/model";
import { answerErrors } from "../cloud/serviceError";
import { defenderEnvelope } from "./errors";
import { legacyAlertRoutes } from "./legacyAlerts";
import { notificationRuleRoutes } from "./notificationRules";
import { securityAlertRoutes } from "./securityAlerts";
import { siemAuthorizationRoutes } from "./siemAuthorizations";

export {
  detectionsBetween,
  detectionInterval,
  detectionIntervalFor,
  detectionRetention,
  latestDetections,
  legacyAlert,
  securityAlert,
} from "./detections";
export { portalSettingsRole } from "./settingsManager";

/** Routes that no document of Microsoft's has, by path. */
export const ownRoutes: readonly string[] = ["/siemAuthorizations/{applicationId}", "/notificationRules/{name}"];

export const defenderRoutes: Routes = (app, cloud: Cloud) => {
  void app.register((scope, _options, done) => {
    answerErrors(scope, defenderEnvelope);
    siemAuthorizationRoutes(scope, cloud);
    notificationRuleRoutes(scope, cloud);
    legacyAlertRoutes(scope, cloud);
    done();
  });
  securityAlertRoutes(app, cloud);
};
