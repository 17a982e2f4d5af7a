/** What the providers answer, in the shapes of their public documentation. */

/** https://developer.okta.com/docs/api/openapi/okta-management/management/tag/User/ */
export const OKTA_USER = {
  id: '00ub0oNGTSWTBKOLGLNR',
  status: 'ACTIVE',
  created: '2013-06-24T16:39:18.000Z',
  activated: '2013-06-24T16:39:19.000Z',
  statusChanged: '2013-06-24T16:39:19.000Z',
  lastLogin: '2013-06-24T17:39:19.000Z',
  lastUpdated: '2013-06-27T16:35:28.000Z',
  passwordChanged: '2013-06-24T16:39:19.000Z',
  type: { id: 'otyfnjfba4ye7pgjB0g4' },
  profile: {
    firstName: 'Isaac',
    lastName: 'Brock',
    mobilePhone: '555-415-1337',
    secondEmail: null,
    login: 'isaac.brock@example.com',
    email: 'isaac.brock@example.com',
  },
  credentials: { password: {}, provider: { type: 'OKTA', name: 'OKTA' } },
  _links: { self: { href: 'https://example.okta.com/api/v1/users/00ub0oNGTSWTBKOLGLNR' } },
} as const;

/** https://developer.okta.com/docs/reference/error-codes/ */
export function oktaError(errorCode: string, errorSummary: string): object {
  return {
    errorCode,
    errorSummary,
    errorLink: errorCode,
    errorId: 'oaeHfmOAx1iRLa0H10DeMz5fQ',
    errorCauses: [],
  };
}

/** https://developer.okta.com/docs/reference/rl-best-practices/ */
export function oktaLimits(remaining: number, resetAt: number): Readonly<Record<string, string>> {
  return {
    'X-Rate-Limit-Limit': '600',
    'X-Rate-Limit-Remaining': String(remaining),
    'X-Rate-Limit-Reset': String(Math.floor(resetAt / 1000)),
    'X-Okta-Request-Id': 'Zk3MBwoRtHQ-Bd6d4kBeQgAADJk',
  };
}

/** https://learn.microsoft.com/graph/api/user-list */
export const ENTRA_USER = {
  id: '87d349ed-44d7-43e1-9a83-5f2406dee5bd',
  userPrincipalName: 'isaac.brock@example.com',
  userType: 'Member',
} as const;

export function entraUsers(...value: readonly object[]): object {
  const context = 'https://graph.microsoft.com/v1.0/$metadata#users(id,userPrincipalName,userType)';
  return { '@odata.context': context, value };
}

/** https://learn.microsoft.com/graph/api/user-revokesigninsessions */
export const ENTRA_REVOKED = {
  '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean',
  value: true,
} as const;

/** https://learn.microsoft.com/graph/errors */
export function graphError(code: string, message: string): object {
  return {
    error: {
      code,
      message,
      innerError: {
        date: '2026-03-02T09:00:00',
        'request-id': 'a15c7ea4-d7e4-4d57-9cf0-d5b8fd22aad0',
        'client-request-id': 'a15c7ea4-d7e4-4d57-9cf0-d5b8fd22aad0',
      },
    },
  };
}

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export function entraLoginError(error: string, description: string, code: number): object {
  return {
    error,
    error_description: `AADSTS${code}: ${description}\r\nTrace ID: 0000aaaa-11bb-cccc-dd22-eeeeee333333`,
    error_codes: [code],
    timestamp: '2026-03-02 09:00:00Z',
    trace_id: '0000aaaa-11bb-cccc-dd22-eeeeee333333',
    correlation_id: 'aaaa0000-bb11-2222-33cc-444444dddddd',
    error_uri: `https://login.microsoftonline.com/error?code=${code}`,
  };
}

/** https://www.keycloak.org/docs-api/latest/rest-api/ */
export const KEYCLOAK_USER = {
  id: '2fdad1b4-7b38-4b1e-9c7e-0d2c6a7e8f11',
  username: 'isaac.brock',
  firstName: 'Isaac',
  lastName: 'Brock',
  email: 'isaac.brock@example.com',
  emailVerified: true,
  enabled: true,
  createdTimestamp: 1_700_000_000_000,
  totp: false,
  access: { manageGroupMembership: true, view: true, mapRoles: true, impersonate: false, manage: true },
} as const;

/** What a token endpoint grants. */
export function granted(token: string, lifetime = 3600): object {
  return { access_token: token, token_type: 'Bearer', expires_in: lifetime };
}

/** A token with these claims, as far as a client may read them: nobody here checks its signature. */
export function jwtWith(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.c2lnbmF0dXJl`;
}
