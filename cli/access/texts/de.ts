import type { Texts } from "./texts";
import type { Translation } from "./translated";

export const de: Translation<Texts> = {
  words: {
    skipToText: "Zum Text springen",
    contents: "Inhalt",
    filter: "Zeilen filtern",
    all: "{column}: alle",
    rowsShown: "{shown} von {all} Zeilen",
    inWords: "Das Bild in Worten",
    reaches: "{from} → {to}",
    today: "heute",
    unit: "Jahr und Monat, UTC",
    noEnd: "kein Ende",
    none: "Keine",
  },
  kinds: {
    guest: {
      name: "Gastbenutzer",
      meaning:
        "Eine Person des MSSP, die sich im Mandanten anmelden kann. Rechte bekommt sie nur durch Gruppen, Rollen und Zugriffspakete.",
    },
    group: {
      name: "Sicherheitsgruppe",
      meaning: "Ihre Mitglieder erhalten die Rollen, die die Gruppe hat. Wer daraus entfernt wird, verliert sie.",
    },
    directoryRole: {
      name: "Entra-Verzeichnisrolle",
      meaning: "Eine Rolle für den gesamten Mandanten. Sie reicht weiter als Microsoft Defender.",
    },
    defenderRole: {
      name: "Defender-Rolle",
      meaning: "Die genannten Aktionen im Microsoft Defender-Portal und nichts außerhalb davon.",
    },
    connectedOrganization: {
      name: "Verbundene Organisation",
      meaning:
        "Personen aus dem Mandanten des MSSP dürfen die Zugriffspakete anfordern. Für sich allein gewährt sie nichts.",
    },
    tenantTrust: {
      name: "Vertrauen in den Mandanten des MSSP",
      meaning:
        "Dieser Mandant erkennt an, was der Eintrag vom Mandanten des MSSP nennt, etwa dessen mehrstufige " +
        "Authentifizierung. Für sich allein gewährt er keinen Zugriff.",
    },
    conditionalAccessPolicy: {
      name: "Richtlinie für bedingten Zugriff",
      meaning:
        "Was Personen aus dem Mandanten des MSSP bei der Anmeldung erfüllen müssen. Sie gilt für niemanden aus Ihrer Organisation.",
    },
    accessPackage: {
      name: "Zugriffspaket",
      meaning: "Wer es anfordert und genehmigt bekommt, wird für begrenzte Zeit Mitglied einer Gruppe.",
    },
    application: {
      name: "App-Registrierung",
      meaning:
        "Der Eintrag des SIEM-Connectors im Mandanten. Er darf, was seine Berechtigungen unten sagen, und sonst nichts.",
    },
    servicePrincipal: {
      name: "Unternehmensanwendung",
      meaning:
        "Die Identität, mit der sich das SIEM im Mandanten anmeldet. Wird sie gelöscht, endet das Lesen der Warnungen.",
    },
    clientSecret: {
      name: "Geheimer Clientschlüssel",
      meaning: "Ein Kennwort des SIEM-Connectors. Die Seite zeigt, wann es endet, nie seinen Wert.",
    },
    certificate: {
      name: "Zertifikat",
      meaning: "Ein Zertifikat, mit dem sich der SIEM-Connector anmeldet. Im Mandanten liegt nur der öffentliche Teil.",
    },
    federatedCredential: {
      name: "Verbundanmeldeinformation",
      meaning: "Ein bestimmter Dienst des MSSP kann sich ohne Geheimnis als SIEM-Connector anmelden.",
    },
    permission: {
      name: "API-Berechtigung",
      meaning: "Was der SIEM-Connector über diese API tun darf. Eine Berechtigung mit dem Namen Read ändert nichts.",
    },
    notificationRule: {
      name: "E-Mail-Benachrichtigungsregel",
      meaning: "Microsoft Defender sendet zu Warnungen dieser Schweregrade eine E-Mail an diese Adressen.",
    },
    detectionRule: {
      name: "Erkennungsregel",
      meaning:
        "Eine Abfrage, die in Ihrem Microsoft Defender von selbst läuft und Warnungen auslöst; mit einer automatischen Aktion greift sie auch ein.",
    },
    siemAuthorization: {
      name: "SIEM-Autorisierung",
      meaning:
        "Erlaubt dem SIEM-Connector, Warnungen über die alte Warnungs-API zu lesen, die Microsoft abgekündigt hat.",
    },
    delegation: {
      name: "Azure Lighthouse-Delegierung",
      meaning: "Eine Gruppe des MSSP hat eine Rolle in einem Abonnement oder einer Ressourcengruppe von Azure.",
    },
    vaultSecret: {
      name: "Geheimnis im Key Vault des MSSP",
      meaning:
        "Hier bewahrt der MSSP den geheimen Clientschlüssel für sein SIEM auf. Es liegt nicht in Ihrem Mandanten.",
    },
    governanceGroup: {
      name: "Gruppe im Mandanten des MSSP",
      meaning:
        "Ihre Mitglieder haben Verzeichnisrollen in Ihrem Mandanten, ohne Konten dort, solange die Governance-Beziehung aktiv ist.",
    },
    governanceRole: {
      name: "Verzeichnisrolle durch eine Governance-Beziehung",
      meaning: "Was die Mitglieder der Gruppe in Ihrem Mandanten dürfen.",
    },
    eligibility: {
      name: "Berechtigte Gruppenmitgliedschaft",
      meaning:
        "Die Personen können ihre Mitgliedschaft in der Gruppe für einige Stunden aktivieren. Bis dahin haben sie die Rollen der Gruppe nicht.",
    },
    defenderRoleAssignment: { name: "Zuweisung einer Defender-Rolle", meaning: "Gibt den Gruppen die Defender-Rolle." },
    accessPackageCatalog: {
      name: "Katalog der Zugriffspakete",
      meaning: "Enthält die Zugriffspakete und die Gruppen, die sie geben. Für sich allein gewährt er nichts.",
    },
    catalogResource: {
      name: "Ressource des Katalogs",
      meaning: "Die Zugriffspakete des Katalogs dürfen Mitgliedschaften in dieser Gruppe geben.",
    },
    accessPackageResource: {
      name: "Rolle im Zugriffspaket",
      meaning: "Wer das Zugriffspaket hat, wird Mitglied dieser Gruppe.",
    },
    assignmentPolicy: {
      name: "Zuweisungsrichtlinie",
      meaning: "Bestimmt, wer das Zugriffspaket anfordern darf, wer es genehmigt und wann es endet.",
    },
    redirectUri: {
      name: "Umleitungs-URI",
      meaning: "Wo eine Anmeldung beim SIEM-Connector endet. Für sich allein gewährt sie nichts.",
    },
    requestedPermission: {
      name: "Angeforderte API-Berechtigung",
      meaning: "Was die App-Registrierung anfordert. Ohne Einwilligung gewährt sie nichts.",
    },
    lighthouseAssignment: {
      name: "Azure Lighthouse-Zuweisung",
      meaning: "Das Abonnement oder die Ressourcengruppe, für die die Delegierung gilt.",
    },
    sentinelRole: {
      name: "Microsoft Sentinel-Rolle",
      meaning:
        "Mitglieder der Gruppe sehen diesen Microsoft Sentinel-Arbeitsbereich; mit Responder ändern sie auch Incidents.",
    },
    keyVault: {
      name: "Key Vault des MSSP",
      meaning: "Hier bewahrt der MSSP das Geheimnis auf. Er liegt nicht in Ihrem Mandanten.",
    },
    vaultReader: {
      name: "Leser des Geheimnisses im Key Vault des MSSP",
      meaning: "Wer beim MSSP das Geheimnis lesen darf. Die Zuweisung liegt nicht in Ihrem Mandanten.",
    },
    resourceGroup: {
      name: "Ressourcengruppe des MSSP",
      meaning: "Enthält den Key Vault. Sie liegt nicht in Ihrem Mandanten.",
    },
    unknown: {
      name: "Objekt eines unbekannten Typs",
      meaning: "Eine Erweiterung des MSSP verwaltet es. Diese Seite weiß nicht, was es gewährt: Fragen Sie den MSSP.",
    },
  },
  roles: {
    "SecurityAlert.Read.All": "Liest die Warnungen von Microsoft Defender.",
    "SecurityIncident.Read.All": "Liest die Incidents von Microsoft Defender.",
    "ThreatHunting.Read.All":
      "Fragt die Daten der erweiterten Bedrohungssuche ab: Ereignisse von Geräten, Postfächern, Identitäten und Cloud-Apps.",
    "SecurityAlert.ReadWrite.All": "Ändert Warnungen: Status, Zuweisung, Klassifizierung, Bestimmung und Kommentare.",
    "SecurityIncident.ReadWrite.All":
      "Ändert Incidents: Status, Zuweisung, Klassifizierung, Bestimmung, Tags und Kommentare.",
    "Machine.Read.All": "Liest die Liste der Geräte und den Stand von Reaktionsmaßnahmen.",
    "Machine.Isolate": "Isoliert ein Gerät vom Netzwerk und hebt die Isolation auf.",
    "Machine.Scan": "Startet eine Virenprüfung auf einem Gerät.",
    "Machine.CollectForensics": "Sammelt ein Untersuchungspaket von einem Gerät und lädt es herunter.",
    "Machine.LiveResponse": "Führt Live-Response-Befehle auf einem Gerät aus.",
    "Ti.ReadWrite":
      "Erstellt, ändert und löscht eigene Indikatoren, die Dateien, Adressen, URLs und Zertifikate blockieren.",
  },
  approval:
    "Der SIEM-Connector darf ändern, was die Berechtigungen mit ReadWrite, Machine und Ti im Namen sagen. {approver} hat das bis {until} genehmigt.",
  detectionApproval:
    "Erkennungsregeln greifen von selbst ein, wo die Tabelle es sagt. {actionsApprover} hat diese Aktionen bis {actionsUntil} genehmigt: {actions}.",
  title: "Zugriff von {mssp} auf Microsoft Defender von {customer}",
  subtitleBefore: "Was {mssp} in Ihrem Mandanten {tenant} anlegen wird. Stand: {date}.",
  subtitleAfter: "Was {mssp} in Ihrem Mandanten {tenant} hat. Stand: {date}.",
  contact: "Fragen? {contact}",
  noSecret:
    "Diese Seite enthält kein Kennwort, kein Geheimnis und kein Token. Jeder in Ihrer Organisation darf sie lesen.",
  mail: {
    subject: "Zugriff von {mssp} auf Ihren Microsoft Defender",
    before:
      "Guten Tag,\n\n{mssp} wird Microsoft Defender von {customer} überwachen. Die angehängte Seite führt alles auf, was wir in Ihrem Mandanten {tenant} anlegen werden, was jeder Eintrag erlaubt und wie Sie ihn ohne uns prüfen und beenden.\n\nBitte lesen Sie sie, bevor Sie zustimmen. Bis dahin wird nichts angelegt. Fragen: {contact}.",
    after:
      "Guten Tag,\n\n{mssp} überwacht Microsoft Defender von {customer}. Die angehängte Seite führt alles auf, was wir in Ihrem Mandanten {tenant} haben, was jeder Eintrag erlaubt, wann er endet und wie Sie ihn ohne uns prüfen und beenden.\n\nBitte vergleichen Sie sie mit Ihrem Mandanten und sagen Sie uns, was nicht stimmt: {contact}.",
    consent: "Öffnen Sie zum Zustimmen als Administrator diese Seite: {link}",
  },
  consent: {
    titleBefore: "Bevor Sie zustimmen",
    titleAfter: "Die Anwendungen, denen Sie zugestimmt haben",
    intro:
      "Microsoft zeigt jede Anwendung auf einer eigenen Seite. Stimmen Sie als Globaler Administrator oder Administrator für privilegierte Rollen zu.",
    see: "Die Seite zeigt den Namen der Anwendung, ihren Herausgeber und diese Berechtigungen in Microsofts Worten. „Nicht überprüft“ heißt, dass Microsoft den Herausgeber nicht überprüft hat: Vergleichen Sie dann die Anwendungs-ID mit client_id in der Adresse der Seite.",
    more: "Stimmen Sie nur zu, wenn Name und Berechtigungen übereinstimmen. Nennt die Seite mehr, fragen Sie zuerst.",
    undo: "Um es rückgängig zu machen, löschen Sie die Anwendung im Microsoft Entra Admin Center ({entra}) unter „Enterprise applications > die Anwendung > Properties > Delete“.",
    uses: {
      automation: "Automatisierungsanwendung von {mssp}",
      preview: "Vorschauanwendung von {mssp}",
      connector: "SIEM-Connector: Anwendung von {mssp}",
    },
    name: "Bezeichnung",
    applicationId: "Anwendungs-ID",
    permission: "In Microsofts Worten (englisch)",
    permissionName: "Berechtigung",
    defender:
      "Microsofts Worte zu RoleManagement.ReadWrite.Defender sagen nur „Read“. Die Berechtigung schreibt die Rollen von Defender auch.",
    link: "Zustimmungsseite von Microsoft öffnen",
    extension:
      "{mssp} verwendet eine Erweiterung, die mehr anlegen kann, als diese Seite nennt. Die Seite nach der Einrichtung nennt es.",
    none: "Für den SIEM-Connector ist keine Zustimmungsseite nötig: Er ist eine Anwendung Ihres eigenen Mandanten.",
  },
  who: {
    title: "Wer was bis wann darf",
    people: "Diese Personen von {mssp} können in Ihrem Microsoft Defender arbeiten: {names}.",
    nobody: "Niemand von {mssp} hat ein Konto in Ihrem Mandanten.",
    onRequest: "Personen von {mssp} erhalten Zugriff nur auf Zeit, wenn sie ihn anfordern und jemand genehmigt.",
    siemReads: "Das SIEM von {mssp} liest Ihre Warnungen und ändert nichts.",
    siemWrites: "Das SIEM von {mssp} liest Ihre Warnungen und darf ändern, was die Tabelle sagt.",
    noSiem: "Das SIEM von {mssp} hat keinen Zugriff.",
    automation:
      "Die Automatisierungsanwendung von {mssp} legt all das an und entfernt es. Sie können sie jederzeit löschen: Von da an kann sie nichts mehr ändern. Die Personen und das SIEM von {mssp} behalten, was die Tabelle ihnen gibt, bis Sie es beenden.",
    columns: {
      who: "Wer",
      by: "Wodurch",
      may: "Darf",
      mayNot: "Darf nicht",
      until: "Bis",
    },
    automationRow: "Automatisierung von {mssp}",
    previewRow: "Vorschau von {mssp}",
    siemRow: "SIEM von {mssp}",
    requestRow: "Personen von {mssp}, die es anfordern und genehmigt bekommen",
    groupRow: "Mitglieder einer Gruppe von {mssp}",
    automationMay: "Alles auf dieser Seite anlegen, ändern und entfernen.",
    widens: "Mit AppRoleAssignment.ReadWrite.All kann sie sich auch jede andere Berechtigung geben.",
    widensAll: "Nichts begrenzt sie, solange sie diese Berechtigung hat.",
    othersNot: "Was ihre Berechtigungen nicht nennen.",
    previewMay: "Einstellungen Ihres Mandanten lesen.",
    changeNot: "Etwas in Ihrem Mandanten ändern.",
    untilDeleted: "kein Ende: bis Sie sie löschen",
    afterApproval: "{days} Tage nach jeder Genehmigung",
    eligible: "Nach der Aktivierung für einige Stunden:",
    nothing: "Für sich allein nichts in Defender.",
    directoryRole: "Alles, was Microsofts Verzeichnisrolle {role} erlaubt, im ganzen Mandanten.",
    rawNames: "Namen der Rechte",
    capabilities: {
      seeAlerts: "Warnungen, Incidents und Geräte sehen und ihre Ereignisse durchsuchen.",
      manageAlerts: "Warnungen und Incidents zuweisen, einordnen und schließen.",
      respond: "Geräte isolieren, Virenprüfungen starten und Bereinigungen genehmigen.",
      liveResponse: "Befehle auf Geräten ausführen (Live Response) und Dateien einsammeln.",
      vulnerabilities: "Schwachstellen sehen, Ausnahmen und Baselines festlegen.",
      mail: "E-Mails lesen oder freigeben.",
      settings: "Sicherheitseinstellungen oder Rechte ändern.",
    },
    pictureTitle: "Wer was erreicht",
    pictureText:
      "Links {mssp}, rechts, was dessen Personen und SIEM dürfen. Jedes Kästchen führt zu seiner Zeile in der Tabelle.",
    pictureColumns: {
      mssp: "Der MSSP",
      who: "Wer",
      by: "Wodurch",
      identity: "Gruppe oder Identität",
      right: "Recht",
    },
  },
  objects: {
    titleBefore: "Was angelegt wird",
    titleAfter: "Was wir in Ihrem Mandanten haben",
    intro:
      "Diese Tabelle enthält alles, was das Programm des MSSP für diesen Zugriff verwaltet. Nicht in der Tabelle steht, was Ihre Administratoren gegeben haben: die Einwilligungen in die Automatisierungsanwendung und in die Vorschauanwendung des MSSP sowie die Zugriffspakete, die Personen haben.",
    kind: "Art",
    name: "Name",
    meaning: "Bedeutung",
    who: "Bei wem",
    objectId: "Objekt-ID",
    since: "Seit",
    until: "Bis",
  },
  ends: { title: "Was wann endet", intro: "Was kein Ende hat, bleibt, bis {mssp} oder Sie es entfernen." },
  retirements: {
    title: "Was Microsoft beendet",
    intro:
      "Produkte und Schnittstellen von Microsoft, die dieser Zugriff nutzt und deren Ende Microsoft angekündigt hat.",
    what: "Was",
    when: "Wann",
    successor: "Was es ersetzt",
    usedBy: "Genutzt durch",
    ended: "beendet: {date}",
    mayBeOff: "nicht mehr unterstützt, möglicherweise abgeschaltet seit {date}",
    ends: "endet: {date}",
    undated: "kein Datum veröffentlicht",
  },
  check: {
    title: "Prüfen, ohne {mssp} zu vertrauen",
    intro:
      "Melden Sie sich mit eigenen Lesezeichen in Ihrem Mandanten an, nicht mit Links dieser Seite. Vergleichen Sie die Objekt-IDs mit der Tabelle oben. Menüs stehen hier auf Englisch.",
    analysts:
      "Personen: Microsoft Entra Admin Center ({entra}), „Users“, Benutzertyp „Guest“. Öffnen Sie jede Gruppe der Tabelle und vergleichen Sie ihre Mitglieder.",
    roles:
      "Rollen: Microsoft Defender-Portal, „Settings > Microsoft Defender XDR > Permissions and roles“. Verzeichnisrollen: Entra Admin Center, „Roles and administrators“.",
    packages:
      "Zugriffspakete: Entra Admin Center, „Identity Governance“, Katalog „MSSP Accesses“. Dort steht, wer welches Paket hat.",
    connector:
      "SIEM-Connector: Entra Admin Center, „App registrations“ und „Enterprise applications“. Vergleichen Sie Anwendungs-ID, Berechtigungen und Anmeldeinformationen.",
    logs: "Was getan wurde: Entra Admin Center, „Audit logs“ und „Sign-in logs“, gefiltert nach den Gästen und der Anwendung der Tabelle.",
    notifications:
      "E-Mail-Benachrichtigungen: Microsoft Defender-Portal, „Settings > Endpoints > General > Email notifications“.",
    detections:
      "Erkennungsregeln: Microsoft Defender-Portal, „Investigation & response > Hunting > Custom detection rules“.",
    trust:
      "Vertrauen und Anmeldebedingungen: Microsoft Entra Admin Center ({entra}), „External Identities > Cross-tenant access settings“ und „Conditional Access > Policies“.",
    azure: "Azure: Azure-Portal, „Service providers“.",
    sentinel:
      "Microsoft Sentinel: Azure-Portal, Ressourcengruppe des Arbeitsbereichs, Zugriffssteuerung (IAM), Rollenzuweisungen.",
    guestLimits:
      "Gäste können keine Nachrichten aus der Quarantäne freigeben, die Zulassungs-/Sperrliste des Mandanten nicht ändern und Threat Explorer nicht öffnen. Dafür braucht ein Analyst ein Konto in Ihrem Mandanten.",
  },
  notLooked: {
    title: "Was diese Seite nicht prüft",
    intro:
      "Auch auf diesen Wegen kann Zugriff entstehen. Das Programm von {mssp} prüft sie nicht, und diese Seite sagt nichts über sie: Sehen Sie selbst nach (die Tabelle ist auf Englisch).",
    fromRecord: "Diese Seite stammt aus den Aufzeichnungen von {mssp} und wurde nicht mit Ihrem Mandanten verglichen.",
    what: "Was",
    look: "Wo Sie nachsehen",
  },
  signature: {
    title: "Signatur",
    notSigned: "Nicht signiert: Wer diese Dateien hat, kann sie samt Prüfsummen ändern.",
    signed:
      "Schritt {step}, signiert von {mssp} mit dem Schlüssel `{key}`. Prüfsumme des Schritts davor: `{previous}`.\nDie Signatur beweist, wer signiert hat, dass seitdem nichts geändert wurde, und die Reihenfolge der Schritte: gegenüber der letzten Prüfsumme, die Sie haben. {mssp} hat den Schlüssel: Ohne eine Prüfsumme, die Sie haben, könnte der Inhaber des Schlüssels alle Schritte neu geschrieben haben.\nBewahren Sie die Prüfsumme jedes Schritts auf: Sie ist die SHA-256 der Datei `{file}` neben dieser Seite.\nUm diesen Schritt ohne {mssp} zu prüfen, beschaffen Sie den öffentlichen Schlüssel auf anderem Weg, und führen Sie diese Zeilen im Ordner der Datei aus:",
    mail: "Prüfsumme dieses signierten Schritts, zum Aufbewahren:",
  },
  stop: {
    title: "Selbst beenden",
    intro: "Sie brauchen dafür niemanden. In dieser Reihenfolge kommt nichts von selbst zurück:",
    people: {
      automationConsent:
        "Löschen Sie die Automatisierungsanwendung des MSSP unter „Enterprise applications“. Von da an kann {mssp} in Ihrem Mandanten nichts mehr ändern.",
      previewConsent:
        "Haben Sie in die Vorschauanwendung des MSSP eingewilligt, löschen Sie dort auch diese. Von da an liest {mssp} keine Einstellungen Ihres Mandanten mehr.",
      directoryRoleEligibility:
        "Wenn jemand Gäste oder Gruppen des MSSP für Verzeichnisrollen berechtigt hat, beenden Sie das: Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Eligible assignments > Remove.",
      accessPackageAssignment:
        "Beenden Sie die Zugriffspakete, die Personen haben: Entra admin center > Identity Governance > Access packages > Assignments > Remove.",
      refreshToken:
        "Widerrufen Sie die Sitzungen des Kontos, das sich für die alte Warnungs-API angemeldet hat: Entra admin center > Users > das Konto > Revoke sessions. Sonst kann das SIEM des MSSP sein Aktualisierungstoken weiter verwenden.",
      governanceRelationship:
        "Beenden Sie die Governance-Beziehung: Microsoft Entra admin center ({entra}), Tenant governance > Governing tenants > der Mandant von {mssp} > Terminate governance. Microsoft entfernt ihre Rollen und Anwendungen.",
      gdapRelationship:
        "Ist der MSSP Ihr Microsoft-Partner, beenden Sie seine delegierten Administratorrechte: Microsoft 365 admin center > Settings > Partner relationships.",
    },
    endsWith: "Damit endet auch:",
  },
  stays: {
    tokens:
      "Ein vorher ausgestelltes Zugriffstoken gilt weiter, bis es abläuft: normalerweise nach 60 bis 90 Minuten, mit fortlaufender Zugriffsevaluierung nach bis zu 28 Stunden, sofern Sie die Sitzungen des Kontos nicht widerrufen.",
    restorable:
      "Entra bewahrt gelöschte Benutzer, Gruppen und Anwendungen 30 Tage auf; solange kann ein Administrator sie wiederherstellen. Gelöscht geben sie keinen Zugriff.",
    vault:
      "Azure bewahrt einen gelöschten Key Vault und seine Geheimnisse für die Aufbewahrungsfrist des Tresors auf; solange kann der MSSP sie wiederherstellen.",
  },
  certificate: {
    proven: "{mssp} hat auf keinem der geprüften Wege Zugriff auf {customer}",
    toConfirm: "Außer dem, was Ihnen noch zu tun bleibt, wurde kein Zugriff von {mssp} auf {customer} gefunden",
    accessLeft: "{mssp} hat noch Zugriff auf {customer}",
    left: "Was Ihnen noch zu tun bleibt",
    removed: "Was entfernt wurde",
    removedOn: "Entfernt am (UTC)",
    stays: "Was bleibt, und warum",
    logs: "Einträge in den Protokollen von Microsoft Entra und Microsoft Purview kann niemand löschen: Sie enden mit der Aufbewahrungsfrist Ihrer Lizenz.",
    rules: "Die Listen des Dienstes können eine gelöschte Erkennungsregel noch einige Stunden zeigen.",
    agreed: "Prüfungen in Folge, die das zeigen: {agreed}, die letzte am {last} UTC.",
    later: "Das sind zu wenige: Bitten Sie {mssp} um eine Seite, die nach dem {later} UTC erstellt ist.",
    consentEnded:
      "Am {ended} UTC hat Entra die Anmeldung der Automatisierung von {mssp} abgelehnt: Ihre Anwendung ist nicht mehr in Ihrem Mandanten. Zwischen {last} UTC und diesem Zeitpunkt hat niemand geprüft.",
    looked: "Was geprüft wurde",
    cli: "Mit der Azure CLI",
    evidence: "Nachweise über das, was {mssp} getan hat",
  },
  footer:
    "Die Menüs folgen den Dokumenten von Microsoft; Microsoft kann seitdem eines verschoben haben. Die Schritte wurden nie an einem echten Mandanten erprobt.",
};
