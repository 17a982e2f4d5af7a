/** The connectors there are, in the order in which documents and faults list them. A new one is its folder and a line here. */
import { config as entra } from './entra/config.ts';
import { config as keycloak } from './keycloak/config.ts';
import { connectorKind, type ChosenConnector, type ConnectorKind, type IdentitySettings } from './kind.ts';
import { config as okta } from './okta/config.ts';
import { config as webhook } from './webhook/config.ts';

export type { ConnectorKind, IdentitySettings } from './kind.ts';

/** See the head of this file. */
export const CONNECTORS: readonly ConnectorKind[] = [
  connectorKind(okta, () => import('./okta/connector.ts')),
  connectorKind(entra, () => import('./entra/connector.ts')),
  connectorKind(keycloak, () => import('./keycloak/connector.ts')),
  connectorKind(webhook, () => import('./webhook/connector.ts')),
];

/** The connector that a policy sets up; `undefined` where it has none. */
export function chosenConnector(identity: IdentitySettings | undefined): ChosenConnector | undefined {
  if (identity === undefined) return undefined;
  for (const kind of CONNECTORS) {
    const chosen = kind.chosenIn(identity);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}
