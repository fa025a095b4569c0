/** The tables that hunting has in a tenant: a GET by a person who may hunt there. */
export const huntingSchemaPath = "/beta/security/getHuntingSchema";
