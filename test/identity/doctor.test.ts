/** What `doctor` says of the identity provider. */
import { afterEach, expect, test } from '@jest/globals';
import { identityFinding } from '../../src/commands/doctor/identity.ts';
import { closeLinks, link, type Handler } from './provider.ts';
import { entraUsers, granted, graphError, jwtWith } from './recorded.ts';

afterEach(closeLinks);

async function findingOf(handler: Handler) {
  const { provider, identity } = await link(
    (url) => ({ entra: { tenant: 't', client_id: 'c', client_secret: 's', login_url: url, graph_url: url } }),
    handler,
  );
  const never = new AbortController().signal;
  const finding = await identityFinding({ ...identity, selfCheck: () => identity.selfCheck(never) });
  return { provider, finding };
}

function answering(roles: readonly string[]): Handler {
  return ({ path }) => ({
    json: path.endsWith('/token') ? granted(jwtWith({ roles })) : entraUsers(),
  });
}

test('a provider that would do it is well, and what it reaches is said', async () => {
  const { provider, finding } = await findingOf(answering(['User.Read.All', 'User.RevokeSessions.All']));
  expect(finding).toMatchObject({
    check: 'identity-provider',
    verdict: 'ok',
    found: `Microsoft Entra ID at ${provider.url}: logged in, may look up users, and holds the permission to revoke sessions; an agent is looked for by {email} as user principal name`,
    why: expect.stringMatching(
      /^a rung ends the agent's session there and revokes the tokens 5m later, 20 an hour at most\. /,
    ),
  });
});

test('one that lacks a right is a warning, for log-offs work without it', async () => {
  const { finding } = await findingOf(answering(['User.Read.All']));
  expect(finding).toMatchObject({
    verdict: 'warn',
    found: expect.stringContaining('User.RevokeSessions.All'),
    advice: expect.stringContaining('under identity in the policy'),
  });
});

test('one that does not let us in is a warning too, and tells nothing secret', async () => {
  const { finding } = await findingOf(({ body }) => ({ status: 401, json: graphError('invalid', body) }));
  expect([finding.verdict, JSON.stringify(finding)]).toEqual([
    'warn',
    expect.not.stringContaining('client_secret'),
  ]);
});

test('one that cannot tell before is unknown, not well', async () => {
  const { finding } = await findingOf(({ path }) => ({
    json: path.endsWith('/token') ? granted('opaque') : entraUsers(),
  }));
  expect(finding.verdict).toBe('unknown');
});
