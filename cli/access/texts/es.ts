import type { Texts } from "./texts";
import type { Translation } from "./translated";

export const es: Translation<Texts> = {
  words: {
    skipToText: "Ir al texto",
    contents: "Contenido",
    filter: "Filtrar filas",
    all: "{column}: todo",
    rowsShown: "{shown} de {all} filas",
    inWords: "La imagen en palabras",
    reaches: "{from} → {to}",
    today: "hoy",
    unit: "Año y mes, UTC",
    noEnd: "sin fin",
    none: "Ninguno",
  },
  kinds: {
    guest: {
      name: "Usuario invitado",
      meaning:
        "Una persona del MSSP que puede iniciar sesión en el inquilino. Solo tiene permisos por grupos, roles y paquetes de acceso.",
    },
    group: {
      name: "Grupo de seguridad",
      meaning: "Sus miembros reciben los roles del grupo. Quien sale del grupo los pierde.",
    },
    directoryRole: {
      name: "Rol de directorio de Entra",
      meaning: "Un rol para todo el inquilino. Alcanza más que Microsoft Defender.",
    },
    defenderRole: {
      name: "Rol de Defender",
      meaning: "Las acciones indicadas en el portal de Microsoft Defender, y nada fuera de él.",
    },
    connectedOrganization: {
      name: "Organización conectada",
      meaning:
        "Las personas del inquilino del MSSP pueden solicitar los paquetes de acceso. Por sí sola no concede nada.",
    },
    tenantTrust: {
      name: "Confianza en el inquilino del MSSP",
      meaning:
        "Este inquilino acepta lo que la entrada indica del inquilino del MSSP, como su autenticación multifactor. Por sí sola no concede acceso.",
    },
    conditionalAccessPolicy: {
      name: "Directiva de acceso condicional",
      meaning:
        "Lo que deben cumplir las personas del inquilino del MSSP al iniciar sesión. No se aplica a nadie de su organización.",
    },
    accessPackage: {
      name: "Paquete de acceso",
      meaning: "Quien lo solicita y recibe la aprobación pasa a ser miembro de un grupo por un tiempo limitado.",
    },
    application: {
      name: "Registro de aplicación",
      meaning:
        "La entrada del conector SIEM en el inquilino. Puede hacer lo que dicen sus permisos de abajo, y nada más.",
    },
    servicePrincipal: {
      name: "Aplicación empresarial",
      meaning:
        "La identidad con la que el SIEM inicia sesión en el inquilino. Si se elimina, termina la lectura de alertas.",
    },
    clientSecret: {
      name: "Secreto de cliente",
      meaning: "Una contraseña del conector SIEM. La página muestra cuándo caduca, nunca su valor.",
    },
    certificate: {
      name: "Certificado",
      meaning: "Un certificado con el que el conector SIEM inicia sesión. El inquilino solo tiene la parte pública.",
    },
    federatedCredential: {
      name: "Credencial federada",
      meaning: "Permite que un servicio concreto del MSSP inicie sesión como conector SIEM, sin secreto.",
    },
    permission: {
      name: "Permiso de API",
      meaning: "Lo que el conector SIEM puede hacer mediante esta API. Un permiso llamado Read no modifica nada.",
    },
    notificationRule: {
      name: "Regla de notificación por correo",
      meaning: "Microsoft Defender envía un correo a estas direcciones sobre las alertas de estas gravedades.",
    },
    detectionRule: {
      name: "Regla de detección",
      meaning:
        "Una consulta que se ejecuta por sí sola en su Microsoft Defender y genera alertas; con una acción automática también actúa sobre lo que encuentra.",
    },
    siemAuthorization: {
      name: "Autorización SIEM",
      meaning:
        "Permite que el conector SIEM lea alertas mediante la antigua API de alertas, que Microsoft ha declarado obsoleta.",
    },
    delegation: {
      name: "Delegación de Azure Lighthouse",
      meaning: "Un grupo del MSSP tiene un rol en una suscripción o un grupo de recursos de Azure.",
    },
    vaultSecret: {
      name: "Secreto en el Key Vault del MSSP",
      meaning: "Donde el MSSP guarda el secreto de cliente para su SIEM. No está en su inquilino.",
    },
    governanceGroup: {
      name: "Grupo del inquilino del MSSP",
      meaning:
        "Sus miembros tienen roles de directorio en su inquilino, sin cuentas en él, mientras la relación de gobernanza esté activa.",
    },
    governanceRole: {
      name: "Rol de directorio por una relación de gobernanza",
      meaning: "Lo que los miembros del grupo pueden hacer en su inquilino.",
    },
    eligibility: {
      name: "Pertenencia elegible a un grupo",
      meaning:
        "Las personas pueden activar su pertenencia al grupo durante unas horas. Hasta entonces no tienen los roles del grupo.",
    },
    defenderRoleAssignment: {
      name: "Asignación de un rol de Defender",
      meaning: "Da el rol de Defender a los grupos.",
    },
    accessPackageCatalog: {
      name: "Catálogo de paquetes de acceso",
      meaning: "Contiene los paquetes de acceso y los grupos que dan. Por sí solo no concede nada.",
    },
    catalogResource: {
      name: "Recurso del catálogo",
      meaning: "Los paquetes de acceso del catálogo pueden dar la pertenencia a este grupo.",
    },
    accessPackageResource: {
      name: "Rol en el paquete de acceso",
      meaning: "Quien tiene el paquete de acceso pasa a ser miembro de este grupo.",
    },
    assignmentPolicy: {
      name: "Directiva de asignación",
      meaning: "Indica quién puede solicitar el paquete de acceso, quién lo aprueba y cuándo termina.",
    },
    redirectUri: {
      name: "URI de redirección",
      meaning: "Donde termina un inicio de sesión en el conector SIEM. Por sí solo no concede nada.",
    },
    requestedPermission: {
      name: "Permiso de API solicitado",
      meaning: "Lo que solicita el registro de aplicación. Sin consentimiento no concede nada.",
    },
    lighthouseAssignment: {
      name: "Asignación de Azure Lighthouse",
      meaning: "La suscripción o el grupo de recursos al que se aplica la delegación.",
    },
    sentinelRole: {
      name: "Rol de Microsoft Sentinel",
      meaning:
        "Los miembros del grupo ven esta área de trabajo de Microsoft Sentinel; con Responder también cambian incidentes.",
    },
    keyVault: { name: "Key Vault del MSSP", meaning: "Donde el MSSP guarda el secreto. No está en su inquilino." },
    vaultReader: {
      name: "Lector del secreto en el Key Vault del MSSP",
      meaning: "Quién del MSSP puede leer el secreto. No está en su inquilino.",
    },
    resourceGroup: { name: "Grupo de recursos del MSSP", meaning: "Contiene el Key Vault. No está en su inquilino." },
    unknown: {
      name: "Objeto de un tipo desconocido",
      meaning: "Una extensión del MSSP lo administra. Esta página no sabe qué concede: pregunte al MSSP.",
    },
  },
  roles: {
    "SecurityAlert.Read.All": "Lee las alertas de Microsoft Defender.",
    "SecurityIncident.Read.All": "Lee los incidentes de Microsoft Defender.",
    "ThreatHunting.Read.All":
      "Consulta los datos de la búsqueda avanzada: eventos de dispositivos, buzones, identidades y aplicaciones en la nube.",
    "SecurityAlert.ReadWrite.All": "Modifica alertas: estado, asignación, clasificación, determinación y comentarios.",
    "SecurityIncident.ReadWrite.All":
      "Modifica incidentes: estado, asignación, clasificación, determinación, etiquetas y comentarios.",
    "Machine.Read.All": "Lee la lista de dispositivos y el estado de las acciones de respuesta.",
    "Machine.Isolate": "Aísla un dispositivo de la red y lo libera.",
    "Machine.Scan": "Inicia un examen antivirus en un dispositivo.",
    "Machine.CollectForensics": "Recopila un paquete de investigación de un dispositivo y lo descarga.",
    "Machine.LiveResponse": "Ejecuta comandos de respuesta inmediata en un dispositivo.",
    "Ti.ReadWrite":
      "Crea, modifica y elimina sus propios indicadores, que bloquean archivos, direcciones, URL y certificados.",
  },
  approval:
    "El conector SIEM puede modificar lo que indican los permisos llamados ReadWrite, Machine y Ti. {approver} lo aprobó hasta el {until}.",
  detectionApproval:
    "Las reglas de detección actúan por sí solas donde la tabla lo indica. {actionsApprover} aprobó estas acciones hasta el {actionsUntil}: {actions}.",
  title: "Acceso de {mssp} a Microsoft Defender de {customer}",
  subtitleBefore: "Lo que {mssp} creará en su inquilino {tenant}. A fecha de {date}.",
  subtitleAfter: "Lo que {mssp} tiene en su inquilino {tenant}. A fecha de {date}.",
  contact: "¿Preguntas? {contact}",
  noSecret:
    "Esta página no contiene ninguna contraseña, ningún secreto ni ningún token. Cualquier persona de su organización puede leerla.",
  mail: {
    subject: "Acceso de {mssp} a su Microsoft Defender",
    before:
      "Buenos días:\n\n{mssp} va a supervisar Microsoft Defender de {customer}. La página adjunta enumera todo lo que crearemos en su inquilino {tenant}, qué permite cada elemento y cómo puede comprobarlo y terminarlo sin nosotros.\n\nLéala antes de dar su acuerdo. Hasta entonces no se crea nada. Preguntas: {contact}.",
    after:
      "Buenos días:\n\n{mssp} supervisa Microsoft Defender de {customer}. La página adjunta enumera todo lo que tenemos en su inquilino {tenant}, qué permite cada elemento, cuándo termina y cómo puede comprobarlo y terminarlo sin nosotros.\n\nCompárela con su inquilino y díganos qué no es como debería: {contact}.",
    consent: "Para dar su consentimiento, abra esta página como administrador: {link}",
  },
  consent: {
    titleBefore: "Antes de dar su consentimiento",
    titleAfter: "Las aplicaciones a las que dio su consentimiento",
    intro:
      "Microsoft muestra cada aplicación en una página propia. Acepte como administrador global o administrador de roles con privilegios.",
    see: "La página muestra el nombre de la aplicación, su editor y estos permisos en palabras de Microsoft. «No comprobado» significa que Microsoft no ha comprobado el editor: compare entonces el ID de aplicación con client_id en la dirección de la página.",
    more: "Acepte solo si el nombre y los permisos coinciden. Si la página muestra más, pregunte antes.",
    undo: "Para deshacerlo, elimine la aplicación en el centro de administración de Microsoft Entra ({entra}), en «Enterprise applications > la aplicación > Properties > Delete».",
    uses: {
      automation: "Aplicación de automatización de {mssp}",
      preview: "Aplicación de vistas previas de {mssp}",
      connector: "Conector SIEM: aplicación de {mssp}",
    },
    name: "Nombre",
    applicationId: "ID de aplicación",
    permission: "En palabras de Microsoft (inglés)",
    permissionName: "Permiso",
    defender:
      "Las palabras de Microsoft para RoleManagement.ReadWrite.Defender solo dicen «Read». El permiso también escribe los roles de Defender.",
    link: "Abrir la página de consentimiento de Microsoft",
    extension:
      "{mssp} usa una extensión, que puede crear más de lo que muestra esta página. La página posterior a la incorporación lo muestra.",
    none: "El conector SIEM no necesita página de consentimiento: es una aplicación de su propio inquilino.",
  },
  who: {
    title: "Quién puede hacer qué y hasta cuándo",
    people: "Estas personas de {mssp} pueden trabajar en su Microsoft Defender: {names}.",
    nobody: "Nadie de {mssp} tiene una cuenta en su inquilino.",
    onRequest: "Las personas de {mssp} solo obtienen acceso por un tiempo, cuando lo solicitan y alguien lo aprueba.",
    siemReads: "El SIEM de {mssp} lee sus alertas y no cambia nada.",
    siemWrites: "El SIEM de {mssp} lee sus alertas y puede cambiar lo que dice la tabla.",
    noSiem: "El SIEM de {mssp} no tiene acceso.",
    automation:
      "La aplicación de automatización de {mssp} crea y elimina todo esto. Puede eliminarla en cualquier momento: desde entonces ella no puede cambiar nada. Las personas y el SIEM de {mssp} conservan lo que la tabla les da hasta que usted lo termine.",
    columns: {
      who: "Quién",
      by: "Por qué medio",
      may: "Puede",
      mayNot: "No puede",
      until: "Hasta",
    },
    automationRow: "Automatización de {mssp}",
    previewRow: "Vistas previas de {mssp}",
    siemRow: "SIEM de {mssp}",
    requestRow: "Personas de {mssp} que lo solicitan y reciben aprobación",
    groupRow: "Miembros de un grupo de {mssp}",
    automationMay: "Crear, cambiar y eliminar todo lo que hay en esta página.",
    widens: "Con AppRoleAssignment.ReadWrite.All también puede darse cualquier otro permiso.",
    widensAll: "Nada la limita mientras tenga ese permiso.",
    othersNot: "Lo que sus permisos no nombran.",
    previewMay: "Leer la configuración de su inquilino.",
    changeNot: "Cambiar nada en su inquilino.",
    untilDeleted: "sin fin: hasta que usted la elimine",
    afterApproval: "{days} días después de cada aprobación",
    eligible: "Durante unas horas después de activarlo:",
    nothing: "Nada en Defender por sí mismo.",
    directoryRole: "Todo lo que permite el rol de directorio {role} de Microsoft, en todo el inquilino.",
    rawNames: "Nombres de los derechos",
    capabilities: {
      seeAlerts: "Ver alertas, incidentes y dispositivos, y buscar en sus eventos.",
      manageAlerts: "Asignar, clasificar y cerrar alertas e incidentes.",
      respond: "Aislar dispositivos, iniciar análisis y aprobar correcciones.",
      liveResponse: "Ejecutar comandos en dispositivos (respuesta en vivo) y recopilar archivos.",
      vulnerabilities: "Ver vulnerabilidades, y fijar excepciones y líneas base.",
      mail: "Leer o liberar correos.",
      settings: "Cambiar la configuración de seguridad o los derechos.",
    },
    pictureTitle: "Quién llega a qué",
    pictureText:
      "Desde {mssp}, a la izquierda, hasta lo que sus personas y su SIEM pueden hacer, a la derecha. Cada cuadro lleva a su fila de la tabla.",
    pictureColumns: {
      mssp: "El MSSP",
      who: "Quién",
      by: "Por qué medio",
      identity: "Grupo o identidad",
      right: "Derecho",
    },
  },
  objects: {
    titleBefore: "Lo que se creará",
    titleAfter: "Lo que tenemos en su inquilino",
    intro:
      "Esta tabla contiene todo lo que el programa del MSSP administra para este acceso. No figura en ella lo que dieron sus administradores: los consentimientos a la aplicación de automatización y a la aplicación de vista previa del MSSP, y los paquetes de acceso que tienen las personas.",
    kind: "Tipo",
    name: "Nombre",
    meaning: "Qué significa",
    who: "Lo tienen",
    objectId: "Id. de objeto",
    since: "Desde",
    until: "Hasta",
  },
  ends: { title: "Qué termina y cuándo", intro: "Lo que no tiene fin permanece hasta que {mssp} o usted lo elimine." },
  retirements: {
    title: "Qué retira Microsoft",
    intro: "Productos e interfaces de Microsoft que este acceso utiliza y cuya retirada ha anunciado Microsoft.",
    what: "Qué",
    when: "Cuándo",
    successor: "Qué lo sustituye",
    usedBy: "Utilizado por",
    ended: "retirado: {date}",
    mayBeOff: "sin soporte, puede estar desactivado desde {date}",
    ends: "termina: {date}",
    undated: "sin fecha publicada",
  },
  check: {
    title: "Comprobarlo sin confiar en {mssp}",
    intro:
      "Inicie sesión en su inquilino con sus propios marcadores, no con los enlaces de esta página. Compare los id. de objeto con la tabla anterior. Los menús figuran en inglés.",
    analysts:
      "Personas: Centro de administración de Microsoft Entra ({entra}), «Users», tipo de usuario «Guest». Abra cada grupo de la tabla y compare sus miembros.",
    roles:
      "Roles: portal de Microsoft Defender, «Settings > Microsoft Defender XDR > Permissions and roles». Roles de directorio: Centro de administración de Entra, «Roles and administrators».",
    packages:
      "Paquetes de acceso: Centro de administración de Entra, «Identity Governance», catálogo «MSSP Accesses». Muestra quién tiene qué paquete.",
    connector:
      "Conector SIEM: Centro de administración de Entra, «App registrations» y «Enterprise applications». Compare el id. de aplicación, los permisos y las credenciales.",
    logs: "Lo que se hizo: Centro de administración de Entra, «Audit logs» y «Sign-in logs», filtrados por los invitados y la aplicación de la tabla.",
    notifications:
      "Notificaciones por correo: portal de Microsoft Defender, «Settings > Endpoints > General > Email notifications».",
    detections:
      "Reglas de detección: portal de Microsoft Defender, «Investigation & response > Hunting > Custom detection rules».",
    trust:
      "Confianza y condiciones de inicio de sesión: Centro de administración de Microsoft Entra ({entra}), «External Identities > Cross-tenant access settings» y «Conditional Access > Policies».",
    azure: "Azure: Azure Portal, «Service providers».",
    sentinel:
      "Microsoft Sentinel: Azure Portal, grupo de recursos del área de trabajo, Control de acceso (IAM), Asignaciones de roles.",
    guestLimits:
      "Los invitados no pueden liberar mensajes de la cuarentena, cambiar la lista de permitidos y bloqueados del inquilino ni abrir Threat Explorer. Para ello, un analista necesita una cuenta en su inquilino.",
  },
  notLooked: {
    title: "Lo que esta página no comprueba",
    intro:
      "También puede haber acceso por estas vías. El programa de {mssp} no las comprueba, y esta página no dice nada de ellas: compruébelas usted (la tabla está en inglés).",
    fromRecord: "Esta página procede de los registros de {mssp} y no se comparó con su inquilino.",
    what: "Qué",
    look: "Dónde comprobarlo",
  },
  signature: {
    title: "Firma",
    notSigned: "Sin firma: quien tenga estos archivos puede cambiarlos, incluidas sus huellas.",
    signed:
      "Paso {step}, firmado por {mssp} con la clave `{key}`. Huella del paso anterior: `{previous}`.\nLa firma prueba quién firmó, que nada cambió desde entonces y el orden de los pasos: frente a la última huella que usted tiene. {mssp} tiene la clave: sin una huella que usted tenga, el titular de la clave podría haber reescrito los pasos.\nConserve la huella de cada paso: es el SHA-256 del archivo `{file}` junto a esta página.\nPara verificar este paso sin {mssp}, obtenga su clave pública por otra vía y ejecute estas líneas en la carpeta de ese archivo:",
    mail: "Huella de este paso firmado, para conservar:",
  },
  stop: {
    title: "Terminarlo usted mismo",
    intro: "No necesita la ayuda de nadie. En este orden, nada vuelve por sí solo:",
    people: {
      automationConsent:
        "Elimine la aplicación de automatización del MSSP en «Enterprise applications». A partir de entonces, {mssp} no puede cambiar nada en su inquilino.",
      previewConsent:
        "Si dio su consentimiento a la aplicación de vista previa del MSSP, elimínela también allí. A partir de entonces, {mssp} no lee ninguna configuración de su inquilino.",
      directoryRoleEligibility:
        "Si alguien hizo que invitados o grupos del MSSP fueran aptos para roles de directorio, póngale fin: Entra admin center > Identity Governance > Privileged Identity Management > Microsoft Entra roles > Assignments > Eligible assignments > Remove.",
      accessPackageAssignment:
        "Termine los paquetes de acceso que tienen las personas: Entra admin center > Identity Governance > Access packages > Assignments > Remove.",
      refreshToken:
        "Revoque las sesiones de la cuenta que inició sesión para la antigua API de alertas: Entra admin center > Users > la cuenta > Revoke sessions. De lo contrario, el SIEM del MSSP puede seguir usando su token de actualización.",
      governanceRelationship:
        "Termine la relación de gobernanza: Microsoft Entra admin center ({entra}), Tenant governance > Governing tenants > el inquilino de {mssp} > Terminate governance. Microsoft elimina sus roles y aplicaciones.",
      gdapRelationship:
        "Si el MSSP es su partner de Microsoft, termine sus privilegios de administración delegados: Microsoft 365 admin center > Settings > Partner relationships.",
    },
    endsWith: "Con ello termina:",
  },
  stays: {
    tokens:
      "Un token de acceso emitido antes sigue siendo válido hasta que caduca: de forma predeterminada después de 60 a 90 minutos; con la evaluación continua de acceso, hasta 28 horas, salvo que revoque las sesiones de la cuenta.",
    restorable:
      "Entra conserva durante 30 días los usuarios, grupos y aplicaciones eliminados; un administrador puede restaurarlos durante ese tiempo. Eliminados, no dan acceso.",
    vault:
      "Azure conserva un Key Vault eliminado y sus secretos durante el período de retención del almacén; el MSSP puede recuperarlos durante ese tiempo.",
  },
  certificate: {
    proven: "{mssp} no tiene acceso a {customer} por ninguna de las vías examinadas",
    toConfirm: "Aparte de lo que le queda por hacer, no se encontró ningún acceso de {mssp} a {customer}",
    accessLeft: "{mssp} todavía tiene acceso a {customer}",
    left: "Lo que le queda por hacer",
    removed: "Lo que se eliminó",
    removedOn: "Eliminado el (UTC)",
    stays: "Lo que queda, y por qué",
    logs: "Nadie puede eliminar las entradas de los registros de Microsoft Entra y Microsoft Purview: terminan con el período de retención de su licencia.",
    rules: "Las listas del servicio pueden mostrar una regla de detección eliminada durante algunas horas.",
    agreed: "Exámenes seguidos que lo muestran: {agreed}, el último el {last} UTC.",
    later: "Son muy pocos: pida a {mssp} una página hecha después del {later} UTC.",
    consentEnded:
      "El {ended} UTC Entra rechazó el inicio de sesión de la automatización de {mssp}: su aplicación ya no está en su inquilino. Entre {last} UTC y ese momento nadie lo examinó.",
    looked: "Lo que se examinó",
    cli: "Con la CLI de Azure",
    evidence: "Evidencias de lo que hizo {mssp}",
  },
  footer:
    "Los menús siguen los documentos de Microsoft; Microsoft puede haber movido alguno desde entonces. Estos pasos nunca se probaron en un inquilino real.",
};
