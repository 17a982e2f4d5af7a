/** What a client may find out about itself and about how people sign in. */
import type { NamedThing } from '../organisation.ts';
import { notFound } from './refusal.ts';
import { ok, type Parts, type Route } from './route.ts';

/** The routes. */
export function inspectionRoutes(parts: Parts): readonly Route[] {
  const { settings } = parts;
  return [
    {
      method: 'GET',
      path: '/api/v2/authorization/subjects/me',
      operation: 'getAuthorizationSubjectsMe',
      answer: ({ path }) => {
        if (!settings.switches.tellsGrants) throw notFound('Subject');
        return ok(subject(parts, path));
      },
    },
    {
      method: 'GET',
      path: '/api/v2/organizations/authentication/settings',
      operation: 'getOrganizationsAuthenticationSettings',
      permission: 'directory:organization:admin',
      answer: () =>
        ok({
          multifactorAuthenticationRequired: false,
          domainAllowlistEnabled: false,
          domainAllowlist: [],
          ipAddressAllowlist: [],
          inactivityTimeoutExclusions: [],
          universalLogout: settings.switches.universalLogout,
        }),
    },
  ];
}

/** One grant of the same role for each division. */
function subject({ world, settings }: Parts, path: string): object {
  const { grantedDivisions, permissions, clientId } = settings;
  const everywhere: NamedThing[] = [{ id: '*', name: '*' }];
  const divisions =
    grantedDivisions === 'all'
      ? everywhere
      : world.organisation.divisions.filter(({ name }) => grantedDivisions.has(name));
  const policies = [...permissions].map((permission) => {
    const [domain, entityName, action] = permission.split(':');
    return { domain, entityName, actions: [action] };
  });
  return {
    id: clientId,
    name: 'Sandbox client',
    grants: divisions.map(({ id, name }) => ({
      subjectId: clientId,
      division: { id, name },
      role: { id: 'sandbox-role', name: 'Idle enforcer', policies },
    })),
    version: 1,
    selfUri: path,
  };
}
