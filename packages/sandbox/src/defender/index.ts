/**
 * Microsoft Defender in the emulated cloud: the legacy alert API, Graph's alerts, incidents,
 * hunting and custom detection rules, and the sandbox's own routes for what has no public API: the authorization of applications for the legacy
 * API, and e-mail notification rules.
 */
import type { Cloud, Routes } from "../cloud/model";
import { answerErrors } from "../cloud/serviceError";
import { detectionRuleRoutes } from "./detectionRules/detectionRuleRoutes";
import { defenderEnvelope } from "./defenderErrors";
import { huntingRoutes } from "./hunting";
import { incidentRoutes } from "./incidentRoutes";
import { legacyAlertRoutes } from "./legacyAlerts";
import { notificationRuleRoutes } from "./notificationRules";
import { securityAlertRoutes } from "./securityAlerts";
import { siemAuthorizationRoutes } from "./siemAuthorizations";

export {
  detectionsBetween,
  detectionIntervalFor,
  detectionRetention,
  latestDetections,
  legacyAlert,
  securityAlert,
} from "./detections";
export { Incidents } from "./incidents";
export { portalSettingsRole } from "./settingsManager";

/** The sandbox's own routes, which no document of Microsoft has, by path. */
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
  incidentRoutes(app, cloud);
  huntingRoutes(app, cloud);
  detectionRuleRoutes(app, cloud);
};
