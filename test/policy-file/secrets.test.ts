import { describe, expect, test } from '@jest/globals';
import { loadPolicyText } from '../../src/policy-file/load.ts';
import { secretsOf } from '../../src/policy-file/secrets.ts';
import { secretsInAddress } from '../../src/texts/secret-address.ts';

const policy = (more: string): string => `version: 1
genesys: { region: eu-west-1, client_id: a-client, client_secret: the-client-secret }
profiles: [{ name: all, rules: [{ id: gone, when: { presence: [away] }, limit: 1h }] }]
${more}`;

function secrets(more: string): readonly string[] {
  return secretsOf(loadPolicyText(policy(more), 'policy.yaml', {}).settings);
}

describe('the secrets of a policy', () => {
  test('are the client’s, the connector’s, signing keys, and what is secret of an address', () => {
    const found = secrets(`
identity: { webhook: { url: "https://sso.example.com/end/4f9c0c2e7a", secret: sso-signing-key } }
notify:
  - { name: s, type: slack, url: "https://hooks.slack.com/services/T00/B00/XXXX", on: [held] }
  - { name: w, type: webhook, url: "https://example.com/hook?token=abc123", secret: hook-key, on: [held] }
  - { name: m, type: email, url: "smtp://robot:p%40ss-word@mail.example.com", from: a@b, to: [c@d], on: [held] }
`);
    expect([...found].sort()).toEqual(
      [
        'the-client-secret',
        Buffer.from('a-client:the-client-secret').toString('base64'),
        'sso-signing-key',
        '/end/4f9c0c2e7a',
        '/services/T00/B00/XXXX',
        'hook-key',
        '/hook?token=abc123',
        'abc123',
        'p%40ss-word',
        'p@ss-word',
      ].sort(),
    );
  });

  test.each([
    ['okta: { url: "https://a.okta.com", api_token: the-token }', 'the-token'],
    ['okta: { url: "https://a.okta.com", client_id: c, private_key: a-private-key }', 'a-private-key'],
    ['entra: { tenant: t, client_id: c, client_secret: entra-secret }', 'entra-secret'],
    ['keycloak: { url: "https://k.example", realm: r, client_id: c, client_secret: kc-secret }', 'kc-secret'],
  ])('are those of each connector: %s', (connector, secret) => {
    expect(secrets(`identity: { ${connector} }`)).toContain(secret);
  });
});

test('of an address without a key in it nothing is secret, and one that cannot be read is so as a whole', () => {
  expect(secretsInAddress('https://proxy.example.com:3128/')).toEqual([]);
  expect(secretsInAddress('http://user:hunter22@proxy.example.com:3128')).toEqual(['hunter22', 'hunter22']);
  expect(secretsInAddress('://user:hunter22@proxy')).toEqual(['://user:hunter22@proxy']);
});
