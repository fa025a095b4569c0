import type { Texts } from "./texts";
import type { Translation } from "./translated";

export const fr: Translation<Texts> = {
  words: {
    skipToText: "Aller au texte",
    contents: "Sommaire",
    filter: "Filtrer les lignes",
    all: "{column} : tout",
    rowsShown: "{shown} lignes sur {all}",
    inWords: "L’image en mots",
    reaches: "{from} → {to}",
    today: "aujourd’hui",
    unit: "Année et mois, UTC",
    noEnd: "sans fin",
    none: "Aucun élément",
  },
  kinds: {
    guest: {
      name: "Utilisateur invité",
      meaning:
        "Une personne du MSSP qui peut se connecter au locataire. Elle n’a de droits que par des groupes, des rôles et des packages d’accès.",
    },
    group: {
      name: "Groupe de sécurité",
      meaning: "Ses membres reçoivent les rôles du groupe. Qui en est retiré les perd.",
    },
    directoryRole: {
      name: "Rôle d’annuaire Entra",
      meaning: "Un rôle pour tout le locataire. Il va plus loin que Microsoft Defender.",
    },
    defenderRole: {
      name: "Rôle Defender",
      meaning: "Les actions indiquées dans le portail Microsoft Defender, et rien en dehors.",
    },
    connectedOrganization: {
      name: "Organisation connectée",
      meaning: "Les personnes du locataire du MSSP peuvent demander les packages d’accès. Seule, elle n’accorde rien.",
    },
    tenantTrust: {
      name: "Confiance dans le locataire du MSSP",
      meaning:
        "Ce locataire accepte ce que l’entrée indique du locataire du MSSP, comme son authentification multifacteur. Seule, elle n’accorde aucun accès.",
    },
    conditionalAccessPolicy: {
      name: "Stratégie d’accès conditionnel",
      meaning:
        "Ce que les personnes du locataire du MSSP doivent remplir pour se connecter. Elle ne s’applique à personne de votre organisation.",
    },
    accessPackage: {
      name: "Package d’accès",
      meaning: "Les personnes dont la demande est approuvée deviennent membres d’un groupe pour une durée limitée.",
    },
    application: {
      name: "Inscription d’application",
      meaning:
        "L’entrée du connecteur SIEM dans le locataire. Il peut faire ce que disent ses autorisations ci-dessous, et rien d’autre.",
    },
    servicePrincipal: {
      name: "Application d’entreprise",
      meaning:
        "L’identité avec laquelle le SIEM se connecte au locataire. La supprimer met fin à la lecture des alertes.",
    },
    clientSecret: {
      name: "Secret client",
      meaning: "Un mot de passe du connecteur SIEM. La page indique quand il expire, jamais sa valeur.",
    },
    certificate: {
      name: "Certificat",
      meaning: "Un certificat avec lequel le connecteur SIEM se connecte. Le locataire n’en a que la partie publique.",
    },
    federatedCredential: {
      name: "Identifiant fédéré",
      meaning: "Permet à un service précis du MSSP de se connecter comme connecteur SIEM, sans secret.",
    },
    permission: {
      name: "Autorisation d’API",
      meaning: "Ce que le connecteur SIEM peut faire par cette API. Une autorisation nommée Read ne modifie rien.",
    },
    notificationRule: {
      name: "Règle de notification par e-mail",
      meaning: "Microsoft Defender envoie un e-mail à ces adresses pour les alertes de ces niveaux de gravité.",
    },
    detectionRule: {
      name: "Règle de détection",
      meaning:
        "Une requête qui s’exécute d’elle-même dans votre Microsoft Defender et déclenche des alertes ; avec une action automatique, elle agit aussi sur ce qu’elle trouve.",
    },
    siemAuthorization: {
      name: "Autorisation SIEM",
      meaning: "Permet au connecteur SIEM de lire les alertes par l’ancienne API d’alertes, que Microsoft a dépréciée.",
    },
    delegation: {
      name: "Délégation Azure Lighthouse",
      meaning: "Un groupe du MSSP a un rôle dans un abonnement ou un groupe de ressources Azure.",
    },
    vaultSecret: {
      name: "Secret dans le Key Vault du MSSP",
      meaning: "L’endroit où le MSSP garde le secret client pour son SIEM. Il n’est pas dans votre locataire.",
    },
    governanceGroup: {
      name: "Groupe du locataire du MSSP",
      meaning:
        "Ses membres ont des rôles d’annuaire dans votre locataire, sans y avoir de compte, tant que la relation de gouvernance est active.",
    },
    governanceRole: {
      name: "Rôle d’annuaire par une relation de gouvernance",
      meaning: "Ce que les membres du groupe peuvent faire dans votre locataire.",
    },
    eligibility: {
      name: "Appartenance éligible à un groupe",
      meaning:
        "Les personnes peuvent activer leur appartenance au groupe pour quelques heures. D’ici là, elles n’ont pas les rôles du groupe.",
    },
    defenderRoleAssignment: { name: "Attribution d’un rôle Defender", meaning: "Donne le rôle Defender aux groupes." },
    accessPackageCatalog: {
      name: "Catalogue des packages d’accès",
      meaning: "Contient les packages d’accès et les groupes qu’ils donnent. Seul, il n’accorde rien.",
    },
    catalogResource: {
      name: "Ressource du catalogue",
      meaning: "Les packages d’accès du catalogue peuvent donner l’appartenance à ce groupe.",
    },
    accessPackageResource: {
      name: "Rôle dans le package d’accès",
      meaning: "Qui détient le package d’accès devient membre de ce groupe.",
    },
    assignmentPolicy: {
      name: "Stratégie d’attribution",
      meaning: "Indique qui peut demander le package d’accès, qui l’approuve et quand il prend fin.",
    },
    redirectUri: {
      name: "URI de redirection",
      meaning: "Là où se termine une connexion au connecteur SIEM. Seule, elle n’accorde rien.",
    },
    requestedPermission: {
      name: "Autorisation d’API demandée",
      meaning: "Ce que l’inscription d’application demande. Sans consentement, elle n’accorde rien.",
    },
    lighthouseAssignment: {
      name: "Affectation Azure Lighthouse",
      meaning: "L’abonnement ou le groupe de ressources auquel la délégation s’applique.",
    },
    sentinelRole: {
      name: "Rôle Microsoft Sentinel",
      meaning:
        "Les membres du groupe voient cet espace de travail Microsoft Sentinel ; avec Responder, ils modifient aussi les incidents.",
    },
    keyVault: {
      name: "Key Vault du MSSP",
      meaning: "L’endroit où le MSSP garde le secret. Il n’est pas dans votre locataire.",
    },
    vaultReader: {
      name: "Lecteur du secret dans le Key Vault du MSSP",
      meaning: "Qui, chez le MSSP, peut lire le secret. Il n’est pas dans votre locataire.",
    },
    resourceGroup: {
      name: "Groupe de ressources du MSSP",
      meaning: "Contient le Key Vault. Il n’est pas dans votre locataire.",
    },
    unknown: {
      name: "Objet d’un type inconnu",
      meaning: "Une extension du MSSP le gère. Cette page ne sait pas ce qu’il accorde : demandez au MSSP.",
    },
  },
  roles: {
    "SecurityAlert.Read.All": "Lit les alertes de Microsoft Defender.",
    "SecurityIncident.Read.All": "Lit les incidents de Microsoft Defender.",
    "ThreatHunting.Read.All":
      "Interroge les données de la chasse avancée : événements des appareils, des boîtes aux lettres, des identités et des applications cloud.",
    "SecurityAlert.ReadWrite.All":
      "Modifie les alertes : état, affectation, classification, détermination et commentaires.",
    "SecurityIncident.ReadWrite.All":
      "Modifie les incidents : état, affectation, classification, détermination, balises et commentaires.",
    "Machine.Read.All": "Lit la liste des appareils et l’état des actions de réponse.",
    "Machine.Isolate": "Isole un appareil du réseau et lève l’isolement.",
    "Machine.Scan": "Lance une analyse antivirus sur un appareil.",
    "Machine.CollectForensics": "Collecte un package d’examen sur un appareil et le télécharge.",
    "Machine.LiveResponse": "Exécute des commandes de réponse en direct sur un appareil.",
    "Ti.ReadWrite":
      "Crée, modifie et supprime ses propres indicateurs, qui bloquent des fichiers, des adresses, des URL et des certificats.",
  },
  approval:
    "Le connecteur SIEM peut modifier ce qu’indiquent les autorisations nommées ReadWrite, Machine et Ti. {approver} l’a approuvé jusqu’au {until}.",
  detectionApproval:
    "Les règles de détection agissent d’elles-mêmes là où le tableau l’indique. {actionsApprover} a approuvé ces actions jusqu’au {actionsUntil} : {actions}.",
  title: "Accès de {mssp} au Microsoft Defender de {customer}",
  subtitleBefore: "Ce que {mssp} va créer dans votre locataire {tenant}. État au {date}.",
  subtitleAfter: "Ce que {mssp} possède dans votre locataire {tenant}. État au {date}.",
  contact: "Des questions ? {contact}",
  noSecret:
    "Cette page ne contient ni mot de passe, ni secret, ni jeton. Toute personne de votre organisation peut la lire.",
  mail: {
    subject: "Accès de {mssp} à votre Microsoft Defender",
    before:
      "Bonjour,\n\n{mssp} va surveiller le Microsoft Defender de {customer}. La page jointe énumère tout ce que nous allons créer dans votre locataire {tenant}, ce que chaque élément permet, et comment vous pouvez le vérifier et y mettre fin sans nous.\n\nMerci de la lire avant de donner votre accord. Rien n’est créé avant. Questions : {contact}.",
    after:
      "Bonjour,\n\n{mssp} surveille le Microsoft Defender de {customer}. La page jointe énumère tout ce que nous avons dans votre locataire {tenant}, ce que chaque élément permet, quand il prend fin, et comment vous pouvez le vérifier et y mettre fin sans nous.\n\nMerci de la comparer avec votre locataire et de nous dire ce qui ne va pas : {contact}.",
    consent: "Pour donner votre consentement, ouvrez cette page en tant qu’administrateur : {link}",
  },
  consent: {
    titleBefore: "Avant de donner votre consentement",
    titleAfter: "Les applications auxquelles vous avez consenti",
    intro:
      "Microsoft montre chaque application sur une page à part. Acceptez en tant qu’administrateur général ou administrateur de rôle privilégié.",
    see: "La page montre le nom de l’application, son éditeur et ces autorisations dans les mots de Microsoft. « Non vérifié » signifie que Microsoft n’a pas vérifié l’éditeur : comparez alors l’ID d’application avec client_id dans l’adresse de la page.",
    more: "N’acceptez que si le nom et les autorisations correspondent. Si la page en montre plus, demandez d’abord.",
    undo: "Pour revenir en arrière, supprimez l’application dans le centre d’administration Microsoft Entra ({entra}), sous « Enterprise applications > l’application > Properties > Delete ».",
    uses: {
      automation: "Application d’automatisation de {mssp}",
      preview: "Application d’aperçu de {mssp}",
      connector: "Connecteur SIEM : application de {mssp}",
    },
    name: "Nom",
    applicationId: "ID d’application",
    permission: "Dans les mots de Microsoft (anglais)",
    permissionName: "Autorisation",
    defender:
      "Les mots de Microsoft pour RoleManagement.ReadWrite.Defender ne disent que « Read ». L’autorisation écrit aussi les rôles de Defender.",
    link: "Ouvrir la page de consentement de Microsoft",
    extension:
      "{mssp} utilise une extension, qui peut créer plus que ce que liste cette page. La page après la mise en place le montre.",
    none: "Aucune page de consentement n’est nécessaire pour le connecteur SIEM : c’est une application de votre propre locataire.",
  },
  who: {
    title: "Qui peut faire quoi, jusqu’à quand",
    people: "Ces personnes de {mssp} peuvent travailler dans votre Microsoft Defender : {names}.",
    nobody: "Personne de {mssp} n’a de compte dans votre locataire.",
    onRequest: "Les personnes de {mssp} n’obtiennent un accès que pour un temps, sur demande et après approbation.",
    siemReads: "Le SIEM de {mssp} lit vos alertes et ne change rien.",
    siemWrites: "Le SIEM de {mssp} lit vos alertes et peut changer ce que dit le tableau.",
    noSiem: "Le SIEM de {mssp} n’a pas d’accès.",
    automation:
      "L’application d’automatisation de {mssp} crée et supprime tout cela. Vous pouvez la supprimer à tout moment : elle ne peut alors plus rien changer. Les personnes et le SIEM de {mssp} gardent ce que le tableau leur donne, jusqu’à ce que vous y mettiez fin.",
    columns: {
      who: "Qui",
      by: "Par quoi",
      may: "Peut",
      mayNot: "Ne peut pas",
      until: "Jusqu’au",
    },
    automationRow: "Automatisation de {mssp}",
    previewRow: "Aperçus de {mssp}",
    siemRow: "SIEM de {mssp}",
    requestRow: "Personnes de {mssp} dont la demande est approuvée",
    groupRow: "Membres d’un groupe de {mssp}",
    automationMay: "Créer, modifier et supprimer tout ce qui est sur cette page.",
    widens: "Avec AppRoleAssignment.ReadWrite.All, elle peut aussi se donner toute autre autorisation.",
    widensAll: "Rien ne la limite tant qu’elle a cette autorisation.",
    othersNot: "Ce que ses autorisations ne nomment pas.",
    previewMay: "Lire les paramètres de votre locataire.",
    changeNot: "Modifier quoi que ce soit dans votre locataire.",
    untilDeleted: "sans fin : jusqu’à ce que vous la supprimiez",
    afterApproval: "{days} jours après chaque approbation",
    eligible: "Pendant quelques heures après activation :",
    nothing: "Rien dans Defender par lui-même.",
    directoryRole: "Tout ce que permet le rôle d’annuaire {role} de Microsoft, dans tout le locataire.",
    rawNames: "Noms des droits",
    capabilities: {
      seeAlerts: "Voir les alertes, les incidents et les appareils, et chercher dans leurs événements.",
      manageAlerts: "Attribuer, classer et fermer les alertes et les incidents.",
      respond: "Isoler des appareils, lancer des analyses et approuver des corrections.",
      liveResponse: "Exécuter des commandes sur des appareils (réponse en direct) et recueillir des fichiers.",
      vulnerabilities: "Voir les vulnérabilités, et fixer exceptions et bases de référence.",
      mail: "Lire ou libérer des e-mails.",
      settings: "Modifier les paramètres de sécurité ou les droits.",
    },
    pictureTitle: "Qui atteint quoi",
    pictureText:
      "De {mssp}, à gauche, à ce que ses personnes et son SIEM peuvent faire, à droite. Chaque case mène à sa ligne du tableau.",
    pictureColumns: {
      mssp: "Le MSSP",
      who: "Qui",
      by: "Par quoi",
      identity: "Groupe ou identité",
      right: "Droit",
    },
  },
  objects: {
    titleBefore: "Ce qui sera créé",
    titleAfter: "Ce que nous avons dans votre locataire",
    intro:
      "Ce tableau contient tout ce que le programme du MSSP gère pour cet accès. N’y figure pas ce que vos administrateurs ont donné : les consentements à l’application d’automatisation et à l’application d’aperçu du MSSP, et les packages d’accès que des personnes détiennent.",
    kind: "Type",
    name: "Nom",
    meaning: "Signification",
    who: "Détenu par",
    objectId: "ID d’objet",
    since: "Depuis",
    until: "Jusqu’au",
  },
  ends: {
    title: "Ce qui prend fin, et quand",
    intro: "Ce qui n’a pas de fin reste jusqu’à ce que {mssp} ou vous le supprimiez.",
  },
  retirements: {
    title: "Ce que Microsoft retire",
    intro: "Produits et interfaces de Microsoft que cet accès utilise et dont Microsoft a annoncé la fin.",
    what: "Quoi",
    when: "Quand",
    successor: "Ce qui le remplace",
    usedBy: "Utilisé par",
    ended: "retiré : {date}",
    mayBeOff: "non pris en charge, peut-être désactivé depuis {date}",
    ends: "prend fin : {date}",
    undated: "aucune date publiée",
  },
  check: {
    title: "Vérifier sans faire confiance à {mssp}",
    intro:
      "Connectez-vous à votre locataire avec vos propres favoris, pas avec les liens de cette page. Comparez les ID d’objet avec le tableau ci-dessus. Les menus sont indiqués en anglais.",
    analysts:
      "Personnes : centre d’administration Microsoft Entra ({entra}), « Users », type d’utilisateur « Guest ». Ouvrez chaque groupe du tableau et comparez ses membres.",
    roles:
      "Rôles : portail Microsoft Defender, « Settings > Microsoft Defender XDR > Permissions and roles ». Rôles d’annuaire : centre d’administration Entra, « Roles and administrators ».",
    packages:
      "Packages d’accès : centre d’administration Entra, « Identity Governance », catalogue « MSSP Accesses ». On y voit qui détient quel package.",
    connector:
      "Connecteur SIEM : centre d’administration Entra, « App registrations » et « Enterprise applications ». Comparez l’ID d’application, les autorisations et les identifiants.",
    logs: "Ce qui a été fait : centre d’administration Entra, « Audit logs » et « Sign-in logs », filtrés sur les invités et l’application du tableau.",
    notifications:
      "Notifications par e-mail : portail Microsoft Defender, « Settings > Endpoints > General > Email notifications ».",
    detections:
      "Règles de détection : portail Microsoft Defender, « Investigation & response > Hunting > Custom detection rules ».",
    trust:
      "Confiance et conditions de connexion : centre d’administration Microsoft Entra ({entra}), « External Identities > Cross-tenant access settings » et « Conditional Access > Policies ».",
    azure: "Azure : portail Azure, « Service providers ».",
    sentinel:
      "Microsoft Sentinel : portail Azure, groupe de ressources de l’espace de travail, Contrôle d’accès (IAM), Attributions de rôles.",
    guestLimits:
      "Les invités ne peuvent ni libérer des messages de la quarantaine, ni modifier la liste verte/bloquée du locataire, ni ouvrir Threat Explorer. Pour cela, un analyste a besoin d’un compte dans votre locataire.",
  },
  notLooked: {
    title: "Ce que cette page ne vérifie pas",
    intro:
      "Un accès peut aussi exister par ces voies. Le programme de {mssp} ne les vérifie pas, et cette page n’en dit rien : vérifiez-les vous-même (le tableau est en anglais).",
    fromRecord: "Cette page provient des enregistrements de {mssp} et n’a pas été comparée à votre locataire.",
    what: "Quoi",
    look: "Où vérifier",
  },
  signature: {
    title: "Signature numérique",
    notSigned: "Non signé : quiconque détient ces fichiers peut les modifier, empreintes comprises.",
    signed:
      "Étape {step}, signée par {mssp} avec la clé `{key}`. Empreinte de l’étape précédente : `{previous}`.\nLa signature prouve qui a signé, que rien n’a changé depuis, et l’ordre des étapes : par rapport à la dernière empreinte que vous détenez. {mssp} détient la clé : sans une empreinte que vous détenez, le détenteur de la clé pourrait avoir réécrit les étapes.\nConservez l’empreinte de chaque étape : c’est le SHA-256 du fichier `{file}` à côté de cette page.\nPour vérifier cette étape sans {mssp}, obtenez sa clé publique par un autre moyen, et exécutez ces lignes dans le dossier de ce fichier :",
    mail: "Empreinte de cette étape signée, à conserver :",
  },
  stop: {
    title: "Y mettre fin vous-même",
    intro: "Vous n’avez besoin de personne pour cela. Dans cet ordre, rien ne revient de soi-même :",
    people: {
      automationConsent:
        "Supprimez l’application d’automatisation du MSSP sous « Enterprise applications ». Dès lors, {mssp} ne peut plus rien modifier dans votre locataire.",
      previewConsent:
        "Si vous avez consenti à l’application d’aperçu du MSSP, supprimez-la aussi au même endroit. Dès lors, {mssp} ne lit plus aucun paramètre de votre locataire.",
      directoryRoleEligibility:
        "Si quelqu’un a rendu des invités ou des groupes du MSSP éligibles à des rôles d’annuaire, mettez-y fin : Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Eligible assignments > Remove.",
      accessPackageAssignment:
        "Mettez fin aux packages d’accès que des personnes détiennent : Entra admin center > Identity Governance > Access packages > Assignments > Remove.",
      refreshToken:
        "Révoquez les sessions du compte qui s’est connecté pour l’ancienne API d’alertes : Entra admin center > Users > le compte > Revoke sessions. Sinon, le SIEM du MSSP peut encore utiliser son jeton d’actualisation.",
      governanceRelationship:
        "Mettez fin à la relation de gouvernance : Microsoft Entra admin center ({entra}), Tenant governance > Governing tenants > le locataire de {mssp} > Terminate governance. Microsoft supprime ses rôles et ses applications.",
      gdapRelationship:
        "Si le MSSP est votre partenaire Microsoft, mettez fin à ses privilèges d’administration délégués : Microsoft 365 admin center > Settings > Partner relationships.",
    },
    endsWith: "Prend fin avec :",
  },
  stays: {
    tokens:
      "Un jeton d’accès émis auparavant reste valable jusqu’à son expiration : par défaut après 60 à 90 minutes, avec l’évaluation continue de l’accès jusqu’à 28 heures, sauf si vous révoquez les sessions du compte.",
    restorable:
      "Entra conserve pendant 30 jours les utilisateurs, groupes et applications supprimés ; un administrateur peut les restaurer pendant ce temps. Supprimés, ils ne donnent aucun accès.",
    vault:
      "Azure conserve un Key Vault supprimé et ses secrets pendant la durée de conservation du coffre ; le MSSP peut les récupérer pendant ce temps.",
  },
  certificate: {
    proven: "{mssp} n’a aucun accès à {customer} par les voies examinées",
    toConfirm: "Hormis ce qu’il vous reste à faire, aucun accès de {mssp} à {customer} n’a été trouvé",
    accessLeft: "{mssp} a encore accès à {customer}",
    left: "Ce qu’il vous reste à faire",
    removed: "Ce qui a été supprimé",
    removedOn: "Supprimé le (UTC)",
    stays: "Ce qui reste, et pourquoi",
    logs: "Personne ne peut supprimer les entrées des journaux de Microsoft Entra et de Microsoft Purview : elles prennent fin avec la durée de conservation de votre licence.",
    rules: "Les listes du service peuvent montrer une règle de détection supprimée pendant quelques heures.",
    agreed: "Examens consécutifs qui le montrent : {agreed}, le dernier le {last} UTC.",
    later: "C’est trop peu : demandez à {mssp} une page établie après le {later} UTC.",
    consentEnded:
      "Le {ended} UTC, Entra a refusé la connexion de l’automatisation de {mssp} : son application n’est plus dans votre locataire. Entre {last} UTC et ce moment, personne n’a examiné le locataire.",
    looked: "Ce qui a été examiné",
    cli: "Avec Azure CLI",
    evidence: "Preuves de ce que {mssp} a fait",
  },
  footer:
    "Les menus suivent les documents de Microsoft ; Microsoft peut en avoir déplacé un depuis. Ces étapes n’ont jamais été essayées sur un locataire réel.",
};
