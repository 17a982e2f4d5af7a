/** The policy's `identity` as the connectors take it. Holds secrets: never log it. */
import type { Duration } from '../domain/time/time.ts';

/** Okta: an API token, or a service app with its private key (PEM or JWK). */
export interface OktaSettings {
  readonly url: string;
  readonly api_token?: string | undefined;
  readonly client_id?: string | undefined;
  readonly private_key?: string | undefined;
  readonly delay?: Duration | undefined;
}

/** Microsoft Entra ID. The two addresses are for national clouds and gateways. */
export interface EntraSettings {
  readonly tenant: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly delay?: Duration | undefined;
  readonly login_url?: string | undefined;
  readonly graph_url?: string | undefined;
}

/** Keycloak: a confidential client with a service account. */
export interface KeycloakSettings {
  readonly url: string;
  readonly realm: string;
  readonly client_id: string;
  readonly client_secret: string;
  readonly delay?: Duration | undefined;
}

/** A service of one's own. */
export interface WebhookSettings {
  readonly url: string;
  readonly secret: string;
  readonly delay?: Duration | undefined;
}

/** At most one connector. */
export interface IdentitySettings {
  readonly okta?: OktaSettings | undefined;
  readonly entra?: EntraSettings | undefined;
  readonly keycloak?: KeycloakSettings | undefined;
  readonly webhook?: WebhookSettings | undefined;
  /** `email`, `username`, or a template. */
  readonly subject: string;
  readonly per_hour: number;
}
